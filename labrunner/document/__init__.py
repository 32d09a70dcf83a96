"""Page text to `Document`: pure, no file is read here."""

from labrunner.document.parse import parse

__all__ = ["parse"]
