"""Documents and a selection to `Plan`: pure; after this nothing is left to decide at run time."""

from labrunner.plan.build import build

__all__ = ["build"]
