"""Documents and a selection to `Plan`: pure; after this nothing is left to decide at run time."""
