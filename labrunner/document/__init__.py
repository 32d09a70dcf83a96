"""Page text to `Document`: pure, no file is read here."""
