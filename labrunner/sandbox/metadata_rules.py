"""Metadata: what the server fills in when something is created, and what it never lets clients change."""

import random
from collections.abc import Iterator

from labrunner.sandbox import causes
from labrunner.sandbox.clock import Clock
from labrunner.sandbox.errors import Cause, bad_request
from labrunner.sandbox.kinds.kind import Kind
from labrunner.sandbox.kinds.names import label_value, qualified_name
from labrunner.sandbox.objects import Object, is_deleting, metadata, new_uid, timestamp

# The alphabet of generated names: no vowels and nothing that looks like another, so that no word is made.
ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
LONGEST_BASE = 58  # of a generated name: 63 without the five random characters
ANNOTATIONS_LIMIT = 256 * 1024  # bytes, all keys and values together

# What an update can never change; the stored value silently wins, as on the real server.
KEPT = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
    "generation",
)


def generated_name(base: str) -> str:
    """Return a name that begins with `base`, which may be cut, and ends in five random characters."""
    return base[:LONGEST_BASE] + "".join(random.choices(ALPHABET, k=5))


def fill_in(draft: Object, clock: Clock) -> None:
    """Give a draft what only the server can: name, uid, times."""
    meta = draft["metadata"]
    if not meta.get("name") and meta.get("generateName"):
        meta["name"] = generated_name(meta["generateName"])
    for field in ("resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"):
        meta.pop(field, None)
    meta["uid"] = new_uid()
    meta["creationTimestamp"] = timestamp(clock.now())
    meta.pop("generation", None)


def carry_over(draft: Object, old: Object) -> None:
    """Put back into a draft what clients cannot change."""
    meta, before = draft["metadata"], metadata(old)
    for field in KEPT:
        meta.pop(field, None)
        if field in before:
            meta[field] = before[field]
    if not meta.get("generateName") and "generateName" in before:
        meta["generateName"] = before["generateName"]


def check_address(kind: Kind, draft: Object, namespace: str, name: str = "") -> None:
    """Make sure that the object is what and where the request's address says; fill in its namespace.

    Raises:
        ApiError: 400 BadRequest.
    """
    check_kind(kind, draft)
    meta = draft.setdefault("metadata", {})
    if not isinstance(meta, dict):
        raise bad_request("the object provided is unrecognized (must be of type object with metadata)")
    if name and meta.setdefault("name", name) != name:
        said = meta["name"]
        raise bad_request(f"the name of the object ({said}) does not match the name on the URL ({name})")
    if kind.namespaced:
        if not meta.get("namespace"):
            meta["namespace"] = namespace
        elif namespace and meta["namespace"] != namespace:
            raise bad_request(
                "the namespace of the provided object does not match the namespace sent on the request"
            )


def check_kind(kind: Kind, draft: Object) -> None:
    """Make sure that the object is of this kind and version; fill both in where they are left out.

    Raises:
        ApiError: 400 BadRequest.
    """
    version = draft.setdefault("apiVersion", kind.api_version)
    named = draft.setdefault("kind", kind.kind)
    if version != kind.api_version:
        expected = f"does not match the expected API version ({kind.api_version})"
        raise bad_request(f"the API version in the data ({version}) {expected}")
    if named != kind.kind:
        raise bad_request(
            f'{named} in version "{kind.version}" cannot be handled as a {kind.kind}: '
            f"converting ({named}) to ({kind.kind}): unknown conversion"
        )


def metadata_causes(kind: Kind, obj: Object, old: Object | None) -> Iterator[Cause]:
    """Yield what is wrong with the metadata."""
    meta = metadata(obj)
    yield from _name_causes(kind, obj)
    if meta.get("namespace") and not kind.namespaced:
        yield causes.forbidden("metadata.namespace", "not allowed on this type")
    for key, value in (meta.get("labels") or {}).items():
        if problem := qualified_name(key):
            yield causes.wrong("metadata.labels", key, problem)
        if problem := label_value(value):
            yield causes.wrong("metadata.labels", value, problem)
    yield from _annotation_causes(obj)
    yield from _finalizer_causes(obj, old)
    yield from _owner_causes(obj)


def _name_causes(kind: Kind, obj: Object) -> Iterator[Cause]:
    name = metadata(obj).get("name")
    if not name:
        yield causes.required("metadata.name", "name or generateName is required")
    elif problem := kind.behaviour.name_rule(name):
        yield causes.wrong("metadata.name", name, problem)


def _annotation_causes(obj: Object) -> Iterator[Cause]:
    found = metadata(obj).get("annotations") or {}
    for key in found:
        if problem := qualified_name(key.lower()):
            yield causes.wrong("metadata.annotations", key, problem)
    if sum(len(key.encode()) + len(value.encode()) for key, value in found.items()) > ANNOTATIONS_LIMIT:
        yield causes.too_long("metadata.annotations", ANNOTATIONS_LIMIT)


def _finalizer_causes(obj: Object, old: Object | None) -> Iterator[Cause]:
    finalizers = metadata(obj).get("finalizers") or []
    for each in finalizers:
        if problem := qualified_name(each):
            yield causes.wrong("metadata.finalizers", each, problem)
    if old is not None and is_deleting(old):
        added = [each for each in finalizers if each not in (metadata(old).get("finalizers") or ())]
        if added:
            why = "no new finalizers can be added if the object is being deleted, found new finalizers"
            listed = ", ".join(causes.quoted(each) for each in added)
            yield causes.forbidden("metadata.finalizers", f"{why} []string{{{listed}}}")


def _owner_causes(obj: Object) -> Iterator[Cause]:
    owners = metadata(obj).get("ownerReferences") or []
    for place, owner in enumerate(owners):
        for field in ("apiVersion", "kind", "name", "uid"):
            if not owner.get(field):
                yield causes.wrong(
                    f"metadata.ownerReferences[{place}].{field}", "", f"{field} must not be empty"
                )
    if sum(1 for owner in owners if owner.get("controller")) > 1:
        why = "Only one reference can have Controller set to true"
        yield causes.wrong("metadata.ownerReferences", causes.GoValue("true"), why)
