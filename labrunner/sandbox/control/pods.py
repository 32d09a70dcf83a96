"""What controllers ask about the pods that they manage."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import (
    Object,
    at,
    condition,
    controller_of,
    is_deleting,
    is_true,
    labels,
    metadata,
    moment,
    name,
    namespace,
    owner_reference,
    uid,
    with_metadata,
)
from labrunner.sandbox.selector import read_labels


def owned(owner: Object, kind: str, view: View) -> list[Object]:
    """The objects of a kind that `owner` manages, in order of their names."""
    found = (view.at(key) for key in view.dependents(uid(owner)))
    return [each for each in found if each is not None and each["kind"] == kind and _manages(owner, each)]


def is_over(pod: Object) -> bool:
    """Whether the pod has ended for good."""
    return at(pod, "status.phase") in ("Succeeded", "Failed")


def is_active(pod: Object) -> bool:
    """Whether the pod counts: it has not ended and is not being deleted."""
    return not is_over(pod) and not is_deleting(pod)


def is_ready(pod: Object) -> bool:
    """Whether the pod can take requests."""
    return is_true(pod, "Ready")


def until_available(pod: Object, seconds: int, now: datetime) -> float | None:
    """Seconds until a pod has been ready for long enough, 0 when it has; None when it is not ready."""
    if not is_ready(pod):
        return None
    since = (condition(pod, "Ready") or {}).get("lastTransitionTime")
    if seconds <= 0 or since is None:
        return 0.0
    return max(0.0, seconds - (now - moment(since)).total_seconds())


def from_template(
    owner: Object, template: Mapping[str, Any], labels: Mapping[str, str] | None = None
) -> Object:
    """A pod that `owner` is to have."""
    given = template.get("metadata") or {}
    meta = {
        "generateName": f"{name(owner)}-",
        "namespace": namespace(owner),
        "labels": {**(given.get("labels") or {}), **(labels or {})},
        "annotations": given.get("annotations"),
        "finalizers": given.get("finalizers"),
        "ownerReferences": [owner_reference(owner)],
    }
    kept = {key: value for key, value in meta.items() if value}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": kept, "spec": template.get("spec") or {}}


def restarts(pod: Object) -> int:
    """How often the pod's containers were started again, at most."""
    return max((each.get("restartCount", 0) for each in at(pod, "status.containerStatuses", ())), default=0)


def born(obj: Object) -> str:
    """When an object was made; sorts by time."""
    return str(metadata(obj).get("creationTimestamp", ""))


def orphans(api_version: str, kind: str, owner: Object, view: View) -> Iterator[Object]:
    """The objects of a kind that nobody manages and that `owner` selects."""
    selector = read_labels(at(owner, "spec.selector"))
    for each in view.listed(api_version, kind, namespace(owner)):
        if controller_of(each) is None and not is_deleting(each) and selector.matches(labels(each)):
            yield each


def adopted(orphan: Object, owner: Object) -> Object:
    """The object as one that `owner` manages."""
    owners = [*(metadata(orphan).get("ownerReferences") or ()), owner_reference(owner)]
    return with_metadata(orphan, ownerReferences=owners)


def _manages(owner: Object, obj: Object) -> bool:
    return (controller_of(obj) or {}).get("uid") == uid(owner)
