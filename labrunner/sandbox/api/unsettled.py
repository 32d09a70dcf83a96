"""What in the cluster is still on its way to somewhere. Pure.

A pod that waits in vain, because its image does not exist or its program keeps failing, is not on its way:
nobody is helped by waiting for it longer.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from labrunner.sandbox.objects import Object, at, is_deleting, is_true, metadata, name, namespace

HOPELESS = frozenset(
    {
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "CreateContainerError",
        "ErrImageNeverPull",
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
    }
)
"""Reasons for which a container waits that seldom pass by themselves."""


def unsettled(objects: Iterable[Object]) -> list[str]:
    """Say of each object that has not arrived yet what it is waiting for, in one line.

    Args:
        objects: Pods, namespaces, and what makes pods; others are settled.
    """
    return [f"{titled(obj)} {why}" for obj in objects if (why := _reason(obj))]


def titled(obj: Object) -> str:
    """`pod aiml/compiler`."""
    place = "/".join(filter(None, (namespace(obj), name(obj))))
    return f"{obj.get('kind', 'object').lower()} {place}"


def waiting_reasons(pod: Object) -> list[str]:
    """Why the containers of a pod do not run, for those that do not."""
    return [reason for each in statuses(pod) if (reason := at(each, "state.waiting.reason"))]


def statuses(pod: Object) -> Iterator[Mapping[str, Any]]:
    """The states of a pod's containers, the initial ones first."""
    for which in ("initContainerStatuses", "containerStatuses"):
        yield from at(pod, f"status.{which}") or ()


def _reason(obj: Object) -> str:
    if is_deleting(obj):
        return "is being deleted"
    match obj.get("kind"):
        case "Pod":
            return _of_pod(obj)
        case "Node":
            return "" if is_true(obj, "Ready") else "is not ready yet"
        case "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet":
            return _of_rollout(obj)
    return ""


def _of_pod(pod: Object) -> str:
    phase = at(pod, "status.phase", "Pending")
    if phase in ("Succeeded", "Failed") or HOPELESS.intersection(waiting_reasons(pod)):
        return ""
    if phase == "Pending":
        return "is not scheduled yet" if not at(pod, "spec.nodeName") else "is being started"
    return "" if is_true(pod, "Ready") else "is not ready yet"


def _of_rollout(obj: Object) -> str:
    """Whether the controller has yet to act; the pods that it made speak for themselves."""
    if (metadata(obj).get("generation") or 0) > at(obj, "status.observedGeneration", 0):
        return "has not been looked at by its controller yet"
    if obj["kind"] == "DaemonSet":
        wanted, made = (
            at(obj, "status.desiredNumberScheduled", 0),
            at(obj, "status.currentNumberScheduled", 0),
        )
        updated = at(obj, "status.updatedNumberScheduled", 0)
    else:
        wanted, made = at(obj, "spec.replicas", 1), at(obj, "status.replicas", 0)
        updated = made if obj["kind"] == "ReplicaSet" else at(obj, "status.updatedReplicas", 0)
    if made != wanted or updated < wanted:
        return f"has {updated} of {wanted} replicas up to date, {made} in all"
    return ""
