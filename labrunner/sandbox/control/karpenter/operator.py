"""Karpenter's own pod: nothing is done unless it runs, and what was done is told in its log."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from labrunner.sandbox.control import pods
from labrunner.sandbox.control.actions import EventType, HostFile, Record
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import Object, at, labels, name
from labrunner.sandbox.store import Change, Key

NAMESPACE = "karpenter"
LABEL = ("app.kubernetes.io/name", "karpenter")
CONTAINER = "controller"
LOGS = "var/log/karpenter"
"""Folder on the node's disk, where the pod's program finds `POD.log` and follows it."""

COMMIT = "rehearsal"
"""Stands where the real one logs the commit it was built from."""

Fields = Mapping[str, Any]
NONE: Fields = MappingProxyType({})


def running(view: View) -> Object | None:
    """The pod that leads, the first by name; None when Karpenter does not run."""
    for pod in view.listed("v1", "Pod", NAMESPACE):
        if is_karpenters(pod) and pods.is_active(pod) and _works(pod):
            return pod
    return None


def is_karpenters(pod: Object) -> bool:
    """Whether a pod is one of Karpenter's."""
    return pod["metadata"].get("namespace") == NAMESPACE and labels(pod).get(LABEL[0]) == LABEL[1]


def woken(change: Change, view: View) -> bool:
    """Whether a change may have made Karpenter start or stop."""
    return change.key.namespace == NAMESPACE and is_karpenters(change.object)


def all_of(api_version: str, kind: str, view: View) -> Iterator[Key]:
    """Keys of all objects of a kind: for when Karpenter starts."""
    yield from (view.key(each) for each in view.listed(api_version, kind))


def old_log(
    pod: Object, now: datetime, level: str, logger: str, message: str, fields: Fields = NONE
) -> HostFile:
    """A line as the v1alpha5 generation logs: columns, and the rest as JSON."""
    told = json.dumps({"commit": COMMIT, **fields})
    return _line(pod, f"{_time(now)}\t{level}\t{logger}\t{message}\t{told}")


def new_log(
    pod: Object, now: datetime, message: str, controller: str, fields: Fields = NONE, level: str = "INFO"
) -> HostFile:
    """A line as the v1 generation logs: JSON throughout."""
    told = {"level": level, "time": _time(now), "logger": "controller", "message": message}
    told |= {"commit": COMMIT, "controller": controller, **fields}
    return _line(pod, json.dumps(told, separators=(",", ":")))


def event(about: Object, reason: str, message: str, kind: EventType = "Normal") -> Record:
    """An event that Karpenter records."""
    return Record(about, reason, message, "karpenter", kind)


def _works(pod: Object) -> bool:
    statuses = at(pod, "status.containerStatuses", ())
    return any(each.get("name") == CONTAINER and at(each, "state.running") is not None for each in statuses)


def _line(pod: Object, text: str) -> HostFile:
    return HostFile(at(pod, "spec.nodeName"), f"{LOGS}/{name(pod)}.log", text + "\n", append=True)


def _time(now: datetime) -> str:
    moment = now.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
