"""Deleting: at once, after a pod's grace period, or once the last finalizer is gone.

What happens to an object's dependents is for the garbage collector; here its wishes are only written down,
as the finalizers that the real server uses.
"""

from datetime import timedelta

from labrunner.sandbox.errors import conflict
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.objects import (
    Object,
    at,
    changed,
    is_deleting,
    metadata,
    name,
    namespace,
    timestamp,
    with_metadata,
)
from labrunner.sandbox.reading import Reading
from labrunner.sandbox.revision import is_finished
from labrunner.sandbox.write import DeleteOptions
from labrunner.sandbox.writing import stored_kind

DEFAULT_GRACE = 30  # seconds that a pod gets to stop if it does not say

_FINALIZERS = {"Foreground": "foregroundDeletion", "Orphan": "orphan"}


def delete(reading: Reading, kind: Kind, found: Object, options: DeleteOptions) -> Object:
    """Delete an object that was found, or begin to; see `Registry.delete`."""
    check_preconditions(kind, found, options)
    kind = stored_kind(reading, kind)
    key = reading.key(kind, name(found), namespace(found))
    old = reading.get(kind, key.name, key.namespace)
    marked = _marked(reading, kind, old, options)
    if options.dry_run:
        return marked
    if is_finished(kind, marked):
        return reading.store.delete(key) or marked
    return old if marked == old else reading.store.put(key, marked)


def check_preconditions(kind: Kind, found: Object, options: DeleteOptions) -> None:
    """Make sure that it is this very object that is to go.

    Raises:
        ApiError: 409 Conflict.
    """
    meta = metadata(found)
    if options.uid is not None and options.uid != meta["uid"]:
        why = f"Precondition failed: UID in precondition: {options.uid}, UID in object meta: {meta['uid']}"
        raise conflict(kind, name(found), why)
    if options.version is not None and options.version != meta["resourceVersion"]:
        asked, there = options.version, meta["resourceVersion"]
        why = f"ResourceVersion in precondition: {asked}, ResourceVersion in object meta: {there}"
        raise conflict(kind, name(found), f"Precondition failed: {why}")


def _marked(reading: Reading, kind: Kind, old: Object, options: DeleteOptions) -> Object:
    """Return the object with everything written on it that its deletion needs."""
    grace = grace_seconds(kind, old, options)
    finalizers = _finalizers(old, options)
    if is_deleting(old):
        # A second request can only shorten the wait, and 0 ends it.
        left = metadata(old).get("deletionGracePeriodSeconds") or 0
        shorter = options.grace_seconds is not None and grace < left
        if not shorter:
            return old
        since = timedelta(seconds=grace - left)
        until = timestamp(reading.clock.now() + max(since, timedelta(seconds=grace)))
        return with_metadata(old, deletionGracePeriodSeconds=grace, deletionTimestamp=until)
    until = timestamp(reading.clock.now() + timedelta(seconds=grace))
    marked = with_metadata(
        old, deletionTimestamp=until, deletionGracePeriodSeconds=grace, finalizers=finalizers or None
    )
    if "generation" in metadata(old):
        marked = with_metadata(marked, generation=metadata(old)["generation"] + 1)
    if kind.kind == "Namespace" and not kind.group:
        marked = changed(marked, "status.phase", "Terminating")
    return marked


def grace_seconds(kind: Kind, old: Object, options: DeleteOptions) -> int:
    """Return how long the object may take to go: only pods that are on a node and not done get any time."""
    if kind.kind != "Pod" or kind.group:
        return 0
    if not at(old, "spec.nodeName", "") or at(old, "status.phase", "") in ("Succeeded", "Failed"):
        return 0
    if options.grace_seconds is not None:
        return max(options.grace_seconds, 0) or (1 if options.grace_seconds < 0 else 0)
    return int(at(old, "spec.terminationGracePeriodSeconds", DEFAULT_GRACE))


def _finalizers(old: Object, options: DeleteOptions) -> list[str]:
    """Return the finalizers with the garbage collector's, as the propagation policy wants them."""
    before = list(metadata(old).get("finalizers") or ())
    if options.propagation is None:
        return before
    kept = [each for each in before if each not in _FINALIZERS.values()]
    wanted = _FINALIZERS.get(options.propagation)
    return [*kept, wanted] if wanted else kept
