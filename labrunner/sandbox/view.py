"""A selection of objects of one kind: lists them, and says what each change means to somebody watching it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from labrunner.sandbox.errors import bad_request
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.objects import Object, labels, name, namespace, with_metadata
from labrunner.sandbox.selector import (
    ALL_FIELDS,
    EVERYTHING,
    FieldSelector,
    LabelSelector,
    parse_fields,
    parse_labels,
)
from labrunner.sandbox.store import Change, ChangeType, Store

_ALWAYS: Mapping[str, Callable[[Object], str]] = {"metadata.name": name, "metadata.namespace": namespace}


@dataclass(frozen=True, slots=True)
class View:
    """What a list or a watch asks for."""

    kind: Kind
    group: str  # of the objects as they are stored
    namespace: str | None  # None for all
    labels: LabelSelector = EVERYTHING
    fields: FieldSelector = ALL_FIELDS

    @classmethod
    def of(cls, kind: Kind, group: str, namespace: str | None, labels: str, fields: str) -> "View":
        """Read both selectors.

        Raises:
            ApiError: 400 BadRequest for a selector that cannot be read or a field that is not supported.
        """
        chosen = parse_fields(fields)
        for path in chosen.paths:
            if path not in _ALWAYS and path not in kind.behaviour.fields:
                raise bad_request(f"field label not supported: {path}")
        return cls(kind, group, namespace, parse_labels(labels), chosen)

    def list(self, store: Store) -> list[Object]:
        """Return the objects, in order of (namespace, name)."""
        found = store.list(self.group, self.kind.plural, self.namespace)
        if self.labels.requirements or self.fields.terms:
            found = [each for each in found if self._selects(each)]
        return [shown_as(self.kind, each) for each in found]

    def event(self, change: Change) -> tuple[ChangeType, Object] | None:
        """Return the watch event that a change is to this view; None if it is not concerned.

        An object that is changed so that the selection no longer has it is DELETED to a watcher, and ADDED
        when it comes in by a change.
        """
        if not self._covers(change):
            return None
        before = change.previous is not None and self._selects(change.previous)
        after = change.type != "DELETED" and self._selects(change.object)
        if after:
            return ("MODIFIED" if before else "ADDED"), shown_as(self.kind, change.object)
        if not before or change.previous is None:
            return None
        gone = change.object if change.type == "DELETED" else self._as_gone(change)
        return "DELETED", shown_as(self.kind, gone)

    def _as_gone(self, change: Change) -> Object:
        # A watcher is shown what it knew, at the version at which it went.
        return with_metadata(change.previous or {}, resourceVersion=str(change.version))

    def _covers(self, change: Change) -> bool:
        key = change.key
        same = key.resource == self.kind.plural and key.group == self.group
        return same and self.namespace in (None, key.namespace)

    def _selects(self, obj: Object) -> bool:
        if not self.labels.matches(labels(obj)):
            return False
        return not self.fields.terms or self.fields.matches(lambda path: self._value(obj, path))

    def _value(self, obj: Object, path: str) -> str:
        of_object = _ALWAYS.get(path)
        if of_object is not None:
            return of_object(obj)
        return self.kind.behaviour.fields[path](obj)


def shown_as(kind: Kind, stored: Object) -> Object:
    """Return a stored object as a kind shows it: another version, or another view of the same objects."""
    conversion = kind.behaviour.conversion
    if conversion is not None and stored.get("apiVersion") != kind.api_version:
        return conversion.from_stored(stored)
    return stored
