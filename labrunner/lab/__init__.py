"""A lab on disk to values: pages in order, hooks, declaration, workspace. Nothing else reads them."""

from labrunner.lab.load import load
from labrunner.lab.model import Lab

__all__ = ["Lab", "load"]
