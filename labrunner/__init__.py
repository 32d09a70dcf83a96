"""labrunner runs workshop labs written in Markdown and says whether they still work."""

__version__ = "0.1.0"
