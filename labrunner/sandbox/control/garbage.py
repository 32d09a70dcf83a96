"""What belongs to nobody any more is deleted; foreground deletion and orphaning see to dependents first."""

from collections.abc import Iterator, Sequence

from labrunner.sandbox.control.actions import Action, Delete, Update
from labrunner.sandbox.control.controller import EVERYTHING, Controller
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import Object, is_deleting, metadata, namespace, uid, with_metadata
from labrunner.sandbox.store import Change, Key

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"


def reconcile(obj: Object | None, view: View) -> Iterator[Action]:
    """Look at an object both as somebody's dependent and as somebody's owner."""
    if obj is None:
        return
    finalizers = metadata(obj).get("finalizers") or []
    if is_deleting(obj) and ORPHAN in finalizers:
        yield from _orphan(obj, view)
    elif is_deleting(obj) and FOREGROUND in finalizers:
        yield from _foreground(obj, view)
    elif not is_deleting(obj):
        yield from _dependent(obj, view)


def _dependent(obj: Object, view: View) -> Iterator[Action]:
    owners: Sequence[Object] = metadata(obj).get("ownerReferences") or []
    if not owners:
        return
    found = [(each, _owner(each, obj, view)) for each in owners]
    if all(owner is None for _, owner in found):
        yield Delete(obj, "Background")
    elif any(_waits_for(obj, reference, owner) for reference, owner in found):
        yield Delete(obj, "Foreground")
    elif any(owner is None for _, owner in found):
        # Some are left: only the references to the others go.
        yield Update(with_metadata(obj, ownerReferences=[each for each, owner in found if owner is not None]))


def _owner(reference: Object, obj: Object, view: View) -> Object | None:
    """The owner, which is in the same namespace or in none; None when it is gone, or another one by now."""
    for space in dict.fromkeys((namespace(obj), "")):
        found = view.get(reference["apiVersion"], reference["kind"], reference["name"], space)
        if found is not None and uid(found) == reference["uid"]:
            return found
    return None


def _waits_for(obj: Object, reference: Object, owner: Object | None) -> bool:
    if owner is None or not is_deleting(owner):
        return False
    return bool(reference.get("blockOwnerDeletion")) and FOREGROUND in (
        metadata(owner).get("finalizers") or ()
    )


def _foreground(owner: Object, view: View) -> Iterator[Action]:
    """Let the owner go once no dependent is left that it has to wait for."""
    dependents = [found for key in view.dependents(uid(owner)) if (found := view.at(key)) is not None]
    blocking = [each for each in dependents if _blocks(each, owner)]
    if not blocking:
        yield Update(_without(owner, FOREGROUND))
    for each in dependents:
        if not is_deleting(each):
            yield Delete(each, "Foreground" if each in blocking else "Background")


def _blocks(dependent: Object, owner: Object) -> bool:
    owners = metadata(dependent).get("ownerReferences") or ()
    return any(each.get("uid") == uid(owner) and each.get("blockOwnerDeletion") for each in owners)


def _orphan(owner: Object, view: View) -> Iterator[Action]:
    for key in view.dependents(uid(owner)):
        found = view.at(key)
        if found is not None:
            rest = [each for each in metadata(found)["ownerReferences"] if each.get("uid") != uid(owner)]
            yield Update(with_metadata(found, ownerReferences=rest or None))
    yield Update(_without(owner, ORPHAN))


def _without(obj: Object, finalizer: str) -> Object:
    rest = [each for each in metadata(obj).get("finalizers") or () if each != finalizer]
    return with_metadata(obj, finalizers=rest or None)


def _concerned(change: Change, view: View) -> Iterator[Key]:
    """What changed, if it has owners or is going; its dependents, if it went; its owners, if they wait."""
    obj = change.object
    gone = change.type == "DELETED"
    if not gone and (metadata(obj).get("ownerReferences") or is_deleting(obj)):
        yield change.key
    if gone or is_deleting(obj):
        yield from view.dependents(uid(obj))
    if gone:
        yield from _owners(change, view)


def _owners(change: Change, view: View) -> Iterator[Key]:
    for reference in metadata(change.object).get("ownerReferences") or ():
        owner = _owner(reference, change.object, view)
        if owner is not None and is_deleting(owner):
            yield view.key(owner)


CONTROLLER = Controller("garbage", {EVERYTHING: _concerned}, reconcile)
