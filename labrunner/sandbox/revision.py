"""What an update may change of a stored object, and what it comes to. Pure."""

from labrunner.sandbox import causes
from labrunner.sandbox.errors import conflict, invalid, no_such_resource
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.metadata_rules import carry_over
from labrunner.sandbox.objects import Object, at, copied, metadata, name


def check_version(kind: Kind, draft: Object, old: Object) -> None:
    """Make sure that an update is meant for this very object, as it is now.

    Raises:
        ApiError: 409 Conflict; 422 when the kind insists on a version and there is none.
    """
    meta = metadata(draft)
    if meta.get("uid") and meta["uid"] != metadata(old)["uid"]:
        found = metadata(old)["uid"]
        why = f"Precondition failed: UID in precondition: {meta['uid']}, UID in object meta: {found}"
        raise conflict(kind, name(old), why)
    if not meta.get("resourceVersion"):
        if not kind.behaviour.unconditional_update:
            zero = causes.GoValue("0x0")
            cause = causes.wrong("metadata.resourceVersion", zero, "must be specified for an update")
            raise invalid(kind, name(old), [cause])
    elif meta["resourceVersion"] != metadata(old)["resourceVersion"]:
        raise conflict(kind, name(old))


def merged(kind: Kind, draft: Object, old: Object, subresource: str) -> Object:
    """Return what is to be stored: only what this address may change comes from the draft."""
    if subresource and subresource != "status" and kind.subresource(subresource) is None:
        raise no_such_resource()
    if subresource == "status":
        if not kind.has_status:
            raise no_such_resource()
        draft = _only_status(kind, draft, old)
    elif subresource:
        # `namespaces/finalize`, the only other one that stores something: the finalizers in the spec.
        draft = {**copied(old), "spec": draft.get("spec") or {}}
    elif kind.has_status:
        draft.pop("status", None)
        if "status" in old:
            # A copy: what is filled in next is filled in in place.
            draft["status"] = copied(old["status"])
    carry_over(draft, old)
    if not subresource:
        kind.behaviour.prepare(draft, old)
    return draft


def _only_status(kind: Kind, draft: Object, old: Object) -> Object:
    taken: Object = copied(old)
    taken.pop("status", None)
    if "status" in draft:
        taken["status"] = draft["status"]
    if kind.custom is None:
        # The built-in kinds let a status update change these as well.
        for field in ("labels", "annotations", "finalizers"):
            taken["metadata"].pop(field, None)
            if field in metadata(draft):
                taken["metadata"][field] = draft["metadata"][field]
    if "managedFields" in metadata(draft):
        taken["metadata"]["managedFields"] = draft["metadata"]["managedFields"]
    return taken


def count_generation(draft: Object, old: Object) -> None:
    """Count a change of anything but metadata and status."""
    before = metadata(old).get("generation", 1)
    draft["metadata"]["generation"] = before if _wanted(draft) == _wanted(old) else before + 1


def _wanted(obj: Object) -> Object:
    return {key: value for key, value in obj.items() if key not in ("metadata", "status")}


def same(draft: Object, old: Object) -> bool:
    """Say whether a draft changes nothing, the resource version and the managers' times aside."""
    return {**draft, "metadata": _lasting(draft)} == {**old, "metadata": _lasting(old)}


def _lasting(obj: Object) -> Object:
    ignored = ("resourceVersion", "managedFields")
    meta = {key: value for key, value in metadata(obj).items() if key not in ignored}
    managers = [{**each, "time": ""} for each in metadata(obj).get("managedFields") or ()]
    return {**meta, "managedFields": managers}


def is_finished(kind: Kind, obj: Object) -> bool:
    """Say whether an object that is being deleted has nothing left that keeps it."""
    meta = metadata(obj)
    if not meta.get("deletionTimestamp") or meta.get("finalizers"):
        return False
    if kind.kind == "Namespace" and not kind.group:
        return not at(obj, "spec.finalizers", ())
    return not meta.get("deletionGracePeriodSeconds")
