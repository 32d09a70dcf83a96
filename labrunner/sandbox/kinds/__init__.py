"""The kinds of objects there are: a file per kind or family.

To add behaviour to a kind, write its file with a `Behaviour` and enter it in `listed.py`.
"""

from labrunner.sandbox.kinds.kind import (
    Behaviour,
    Column,
    Conversion,
    Fidelity,
    Kind,
    ScalePaths,
    Subresource,
)
from labrunner.sandbox.kinds.known import Group, Kinds

__all__ = [
    "Behaviour",
    "Column",
    "Conversion",
    "Fidelity",
    "Group",
    "Kind",
    "Kinds",
    "ScalePaths",
    "Subresource",
]
