"""A patch as a value, and handing it to the file of its type."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from labrunner.sandbox.errors import unsupported_media_type
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.objects import Object, copied
from labrunner.sandbox.patch.json_patch import apply as apply_operations
from labrunner.sandbox.patch.managers import Manager
from labrunner.sandbox.patch.merge_patch import apply as apply_merge
from labrunner.sandbox.patch.server_side import apply as apply_configuration
from labrunner.sandbox.patch.strategic import apply as apply_strategic
from labrunner.sandbox.schemas.library import shape_of

# What custom resources understand: strategic patches need Go types.
CUSTOM_TYPES = ("application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml")

PatchType = Literal["json", "merge", "strategic", "apply"]


@dataclass(frozen=True, slots=True)
class Patch:
    """A change to part of an object."""

    type: PatchType
    body: Any  # parsed JSON (or YAML, for apply): a list of operations for "json", else an object
    manager: str = ""  # field manager; apply needs one
    force: bool = False  # apply only: take over fields that others manage


def apply(kind: Kind, old: Object | None, patch: Patch, now: datetime) -> Object:
    """Return a draft of what the patch leads to.

    Args:
        kind: Decides how lists merge in strategic patches and in applied configuration.
        old: The object as it is; None only for apply, which then makes it.
        patch: The change.
        now: For the times of field managers.

    Raises:
        ApiError: 400, 409 or 422, when the patch cannot be applied.
    """
    if patch.type == "apply":
        who = Manager(patch.manager, "Apply", kind.api_version, frozenset())
        return apply_configuration(old, patch.body, shape_of(kind), who, now, force=patch.force)
    current = copied(old or {})
    if patch.type == "json":
        changed: Object = apply_operations(current, patch.body)
        return changed
    if patch.type == "strategic":
        if kind.custom is not None:
            raise unsupported_media_type(CUSTOM_TYPES)
        strategic: Object = apply_strategic(current, patch.body, shape_of(kind))
        return strategic
    merged: Object = apply_merge(current, patch.body)
    return merged
