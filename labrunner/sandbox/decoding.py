"""Whether what a client sent can be read as its kind, and what its kind fills in.

Built-in kinds are held to the schemas of Kubernetes 1.32, custom ones to the schema in their definition.
"""

from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.objects import Object
from labrunner.sandbox.patch import Patch
from labrunner.sandbox.write import Write


def check(kind: Kind, draft: Object, write: Write) -> None:
    """Refuse wrong types; refuse, warn of or drop unknown fields, as the write says."""


def check_patched(kind: Kind, draft: Object, wanted: Patch, write: Write) -> None:
    """The same for what a patch led to, in the words that patches are refused with."""


def default(kind: Kind, draft: Object) -> None:
    """Fill in what the client left out, in place."""
    if kind.custom is not None:
        kind.custom.default(draft)
    kind.behaviour.default(draft)


def causes_of(kind: Kind, draft: Object) -> list[Cause]:
    """Return what breaks the rules of the schema."""
    return kind.custom.causes(draft) if kind.custom is not None else []
