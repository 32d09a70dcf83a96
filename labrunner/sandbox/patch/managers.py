"""Who manages which fields of an object: the entries of `metadata.managedFields`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from labrunner.sandbox.objects import Object, metadata, timestamp
from labrunner.sandbox.patch.field_sets import Path, paths_of, read, value_at, written
from labrunner.sandbox.schemas.shape import Shape

Operation = Literal["Apply", "Update"]

# Nobody manages what names an object, or what only the server writes.
_METADATA = (
    "name", "namespace", "generateName", "uid", "resourceVersion", "generation", "creationTimestamp",
    "selfLink", "managedFields", "deletionTimestamp", "deletionGracePeriodSeconds",
)  # fmt: skip
_NOBODYS = (("f:apiVersion",), ("f:kind",), *(("f:metadata", f"f:{name}") for name in _METADATA))


@dataclass(frozen=True, slots=True)
class Manager:
    """One entry."""

    name: str
    operation: Operation
    api_version: str
    paths: frozenset[Path]
    time: str = ""
    subresource: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells entries apart."""
        return self.name, self.operation, self.subresource


def managers_of(obj: Object) -> list[Manager]:
    """Return the entries of an object."""
    return [
        _manager(each) for each in metadata(obj).get("managedFields") or () if isinstance(each, dict) and each
    ]


def _manager(entry: Object) -> Manager:
    return Manager(
        entry.get("manager", ""),
        "Apply" if entry.get("operation") == "Apply" else "Update",
        entry.get("apiVersion", ""),
        frozenset(read(entry.get("fieldsV1"))),
        entry.get("time", ""),
        entry.get("subresource", ""),
    )


def entries(managers: Iterable[Manager]) -> list[Object]:
    """Return the entries as they stand in `metadata.managedFields`; those without fields are left out."""
    return [_entry(each) for each in managers if each.paths]


def _entry(manager: Manager) -> Object:
    entry: dict[str, Any] = {
        "manager": manager.name,
        "operation": manager.operation,
        "apiVersion": manager.api_version,
        "time": manager.time,
        "fieldsType": "FieldsV1",
        "fieldsV1": written(manager.paths),
    }
    return entry | ({"subresource": manager.subresource} if manager.subresource else {})


def said(obj: Object, shape: Shape) -> frozenset[Path]:
    """Return the fields that an object says something about, as far as anybody can manage them."""
    return frozenset(path for path in paths_of(obj, shape) if not _is_nobodys(path))


def _is_nobodys(path: Path) -> bool:
    return any(path[: len(each)] == each for each in _NOBODYS)


def after_update(
    before: list[Manager], draft: Object, old: Object | None, shape: Shape, by: Manager, now: datetime
) -> list[Manager]:
    """Return the entries after somebody changed an object without applying it.

    Args:
        before: The entries until then.
        draft: The object as it will be.
        old: As it was; None when it is new.
        shape: Of both.
        by: Who did it; its paths do not matter.
        now: When.
    """
    present = said(draft, shape)
    changed = frozenset(_changed(draft, old, shape, present))
    kept = [replace(each, paths=(each.paths & present) - changed) for each in before if each.key != by.key]
    own = next((each for each in before if each.key == by.key), by)
    paths = (own.paths & present) | changed
    time = timestamp(now) if changed or paths != own.paths else own.time
    return [*kept, replace(own, paths=paths, time=time, api_version=by.api_version)]


def _changed(draft: Object, old: Object | None, shape: Shape, present: Iterable[Path]) -> Iterator[Path]:
    for path in present:
        if old is None or value_at(draft, shape, path) != value_at(old, shape, path):
            yield path
