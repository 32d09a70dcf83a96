"""Deleted namespaces are emptied, and only then they go; their conditions say what they wait for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from labrunner.sandbox.control.actions import Action, Delete, RequeueAfter, Update
from labrunner.sandbox.control.controller import EVERYTHING, Controller
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import Object, at, changed, is_deleting, metadata, moment, name, with_condition
from labrunner.sandbox.store import Change, Key

FINALIZER = "kubernetes"

GRACE = 1.5
"""Seconds before a deleted namespace's contents go. The real controller waits 5.

Without it, `kubectl delete -f` of a namespace and what is in it would find the second thing gone and fail,
which it does not on a real cluster. Deletion times are whole seconds, so up to one of these is lost.
"""

Found = Mapping[tuple[str, str], Sequence[Object]]
"""What is in a namespace, by group and plural."""


def reconcile(namespace: Object | None, view: View) -> Iterator[Action]:
    """Delete what is in a namespace that is being deleted; let it go once it is empty."""
    if namespace is None or not is_deleting(namespace):
        return
    left = GRACE - (view.now - moment(at(namespace, "metadata.deletionTimestamp"))).total_seconds()
    if left > 0:
        yield RequeueAfter(left)
        return
    found = view.within(name(namespace))
    for objects in found.values():
        yield from (Delete(each) for each in objects if not is_deleting(each))
    told = namespace
    for condition in _conditions(found):
        told = with_condition(told, condition, view.now)
    if told != namespace:
        yield Update(told, "status")
    elif not found and FINALIZER in at(namespace, "spec.finalizers", ()):
        rest = [each for each in namespace["spec"]["finalizers"] if each != FINALIZER]
        yield Update(changed(namespace, "spec.finalizers", rest), "finalize")


def _conditions(found: Found) -> Iterator[Object]:
    """The five conditions that the real controller sets, in its words."""
    yield _no(
        "NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"
    )
    yield _no("NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions", PARSED)
    yield _no("NamespaceDeletionContentFailure", "ContentDeleted", DELETED)
    yield _remaining(found)
    yield _finalizers(found)


PARSED = "All legacy kube types successfully parsed"
DELETED = "All content successfully deleted, may be waiting on finalization"


def _remaining(found: Found) -> Object:
    kind = "NamespaceContentRemaining"
    if not found:
        return _no(kind, "ContentRemoved", "All content successfully removed")
    told = sorted(
        f"{plural}.{group} has {len(each)} resource instances" for (group, plural), each in found.items()
    )
    return _yes(kind, "SomeResourcesRemain", f"Some resources are remaining: {', '.join(told)}")


def _finalizers(found: Found) -> Object:
    kind = "NamespaceFinalizersRemaining"
    objects = [each for several in found.values() for each in several]
    counts = Counter(one for each in objects for one in metadata(each).get("finalizers") or ())
    if not counts:
        return _no(kind, "ContentHasNoFinalizers", "All content-preserving finalizers finished")
    told = ", ".join(f"{one} in {counts[one]} resource instances" for one in sorted(counts))
    return _yes(
        kind, "SomeFinalizersRemain", f"Some content in the namespace has finalizers remaining: {told}"
    )


def _no(kind: str, reason: str, message: str) -> Object:
    return {"type": kind, "status": "False", "reason": reason, "message": message}


def _yes(kind: str, reason: str, message: str) -> Object:
    return {"type": kind, "status": "True", "reason": reason, "message": message}


def _around(change: Change, view: View) -> Iterator[Key]:
    """The namespace that something changed in, when it is on its way out, or that changed itself."""
    if change.key.resource == "namespaces" and not change.key.group:
        yield change.key
    elif change.key.namespace:
        key = Key("", "namespaces", "", change.key.namespace)
        found = view.at(key)
        if found is not None and is_deleting(found):
            yield key


CONTROLLER = Controller("namespaces", {EVERYTHING: _around}, reconcile)
