"""Creating and changing objects: the steps between a request and the store, in the real server's order.

What an update may change is in `revision.py`, deleting in `deletion.py`, what each kind adds in `kinds/`.
"""

from dataclasses import replace
from datetime import datetime

from labrunner.sandbox import decoding
from labrunner.sandbox import patch as patching
from labrunner.sandbox.admission.plugins import PLUGINS
from labrunner.sandbox.errors import (
    Cause,
    already_exists,
    bad_request,
    forbidden,
    invalid,
    not_found,
)
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.metadata_rules import check_address, fill_in, metadata_causes
from labrunner.sandbox.objects import Object, copied, is_deleting, metadata, name, namespace, version
from labrunner.sandbox.patch import Patch
from labrunner.sandbox.patch.managers import Manager, after_update, entries, managers_of
from labrunner.sandbox.reading import Reading
from labrunner.sandbox.revision import check_version, count_generation, is_finished, merged, same
from labrunner.sandbox.schemas.library import shape_of
from labrunner.sandbox.user import SYSTEM
from labrunner.sandbox.view import shown_as
from labrunner.sandbox.write import Write

Place = tuple[str, str]
"""Namespace and name as the request's address has them."""

# How a namespace refuses what is put into it while it goes.
TERMINATING = "unable to create new content in namespace {0} because it is being terminated"


def create(reading: Reading, kind: Kind, obj: Object, within: str, write: Write) -> Object:
    """Store a new object; see `Registry.create`."""
    draft: Object = copied(obj)
    check_address(kind, draft, within)
    draft["metadata"].pop("managedFields", None)
    decoding.check(kind, draft, write)
    return shown_as(kind, _create(reading, stored_kind(reading, kind), to_stored(kind, draft), write))


def _create(reading: Reading, kind: Kind, draft: Object, write: Write) -> Object:
    if kind.namespaced:
        check_namespace(reading, kind, name(draft), namespace(draft))
    now = reading.clock.now()
    _begin(kind, draft)
    fill_in(draft, reading.clock)
    decoding.default(kind, draft)
    for admit in (*PLUGINS, *reading.admission):
        draft = admit(kind, draft, reading, write.user)
    decoding.default(kind, draft)
    keep_managers(kind, draft, None, Manager(write.manager, "Update", kind.api_version, frozenset()), now)
    if kind.behaviour.generation:
        draft["metadata"]["generation"] = 1
    validate(kind, draft, None)
    key = reading.key(kind, name(draft), namespace(draft))
    if reading.store.get(key) is not None:
        raise already_exists(kind, key.name)
    note(reading, kind, draft, write)
    return draft if write.dry_run else reading.store.put(key, draft, expect=0)


def _begin(kind: Kind, draft: Object) -> None:
    """Take out of a new object what its creator cannot say."""
    if kind.has_status and not kind.behaviour.status_on_create:
        draft.pop("status", None)
    kind.behaviour.prepare(draft, None)


def check_namespace(reading: Reading, kind: Kind, name: str, within: str) -> None:
    """Make sure that a namespace is there and takes new objects.

    Raises:
        ApiError: 404 NotFound or 403 Forbidden.
    """
    namespaces = reading.kinds.by_kind("v1", "Namespace")
    if not within:
        raise bad_request("an empty namespace may not be set during creation")
    found = reading.find(namespaces, within)
    if found is None:
        raise not_found(namespaces, within)
    if is_deleting(found):
        told = f"namespace {within} is being terminated"
        cause = Cause("NamespaceTerminating", "metadata.namespace", told)
        raise forbidden(kind, name, TERMINATING.format(within), [cause])


def update(reading: Reading, kind: Kind, obj: Object, subresource: str, place: Place, write: Write) -> Object:
    """Replace an object; see `Registry.update`."""
    draft: Object = copied(obj)
    check_address(kind, draft, *place)
    decoding.check(kind, draft, write)
    return _replace(reading, kind, draft, subresource, write)


def _replace(reading: Reading, kind: Kind, draft: Object, subresource: str, write: Write) -> Object:
    """Put a checked draft in the place of what is stored."""
    stored = stored_kind(reading, kind)
    old = reading.get(stored, name(draft), namespace(draft))
    check_version(stored, draft, old)
    result = merged(stored, to_stored(kind, draft), old, subresource)
    decoding.default(stored, result)
    by = Manager(write.manager, "Update", kind.api_version, frozenset(), subresource=subresource)
    keep_managers(stored, result, old, by, reading.clock.now())
    return shown_as(kind, _write(reading, stored, result, old, write))


def _write(reading: Reading, kind: Kind, draft: Object, old: Object, write: Write) -> Object:
    if kind.behaviour.generation:
        count_generation(draft, old)
    validate(kind, draft, old)
    if same(draft, old):
        return old
    note(reading, kind, draft, write)
    if write.dry_run:
        return draft
    key = reading.key(kind, name(old), namespace(old))
    if is_finished(kind, draft):
        return reading.store.delete(key) or draft
    return reading.store.put(key, draft, expect=version(old))


def keep_managers(kind: Kind, draft: Object, old: Object | None, by: Manager, now: datetime) -> None:
    """Write down in a draft who manages its fields; without a manager's name nothing new is recorded."""
    meta = draft["metadata"]
    if "managedFields" not in meta and old is not None and "managedFields" in metadata(old):
        # A client that does not care leaves them out. An empty list is how one does away with them.
        meta["managedFields"] = metadata(old)["managedFields"]
    if by.name:
        found = entries(after_update(managers_of(draft), draft, old, shape_of(kind), by, now))
        meta["managedFields"] = found
    if not meta.get("managedFields"):
        meta.pop("managedFields", None)


def validate(kind: Kind, draft: Object, old: Object | None) -> None:
    """Make sure that an object is as its kind wants it.

    Raises:
        ApiError: 422 Invalid, with every cause.
    """
    found = [
        *metadata_causes(kind, draft, old),
        *decoding.causes_of(kind, draft, old),
        *kind.behaviour.validate(draft, old),
    ]
    if found:
        raise invalid(kind, name(draft), found)


def patch(
    reading: Reading, kind: Kind, place: Place, wanted: Patch, subresource: str, write: Write
) -> Object:
    """Change an object as a patch says; see `Registry.patch`."""
    within, called = place
    old = reading.find(kind, called, within)
    if old is None:
        if wanted.type != "apply" or subresource:
            raise not_found(kind, called)
        return _apply_new(reading, kind, place, wanted, write)
    draft = patching.apply(kind, old, wanted, reading.clock.now())
    check_address(kind, draft, within, called)
    decoding.check_patched(kind, draft, wanted, write)
    # What is applied brings its own record of managers.
    by = replace(write, manager="") if wanted.type == "apply" else write
    return _replace(reading, kind, draft, subresource, by)


def _apply_new(reading: Reading, kind: Kind, place: Place, wanted: Patch, write: Write) -> Object:
    draft = patching.apply(kind, None, wanted, reading.clock.now())
    within, called = place
    check_address(kind, draft, within, called)
    decoding.check_patched(kind, draft, wanted, write)
    stored = to_stored(kind, draft)
    return shown_as(kind, _create(reading, stored_kind(reading, kind), stored, replace(write, manager="")))


def stored_kind(reading: Reading, kind: Kind) -> Kind:
    """Return the kind whose objects are really stored, for views and other versions of them."""
    conversion = kind.behaviour.conversion
    if conversion is None:
        return kind
    return reading.kinds.by_resource(conversion.group, conversion.version, kind.plural)


def to_stored(kind: Kind, draft: Object) -> Object:
    """Return a draft as an object of the stored kind."""
    conversion = kind.behaviour.conversion
    return draft if conversion is None else conversion.to_stored(draft)


def note(reading: Reading, kind: Kind, draft: Object, write: Write) -> None:
    """Remember that somebody relied on what is only stored; the cluster's own doings do not count."""
    reason = kind.behaviour.relies_on(draft) or kind.sentence
    if reason and write.user != SYSTEM and not write.dry_run:
        reading.notes.note(reason, namespace(draft))
