"""What `kubectl get pods` says of a pod: how many containers are ready, and one word for its state.

The rules are those of the real server's printer, down to which container's trouble is named.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labrunner.sandbox.kinds.cells import AGE, NONE, field, since
from labrunner.sandbox.kinds.kind import NAME, Column
from labrunner.sandbox.objects import Object, at, is_deleting, is_true

Status = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Summary:
    """A pod in three cells."""

    ready: int
    total: int
    reason: str
    restarts: int
    last_restart: str  # when a container was last restarted; empty for never


def summary(pod: Object) -> Summary:
    """Work out what the printer says of a pod."""
    sidecars = {
        each["name"] for each in at(pod, "spec.initContainers", ()) if each.get("restartPolicy") == "Always"
    }
    inits: list[Status] = at(pod, "status.initContainerStatuses", [])
    mains: list[Status] = at(pod, "status.containerStatuses", [])
    waiting_for = _initializing(pod, inits, sidecars)
    if waiting_for and not is_true(pod, "Initialized"):
        reason, counted = waiting_for, inits
        ready = 0
    else:
        reason = _main_reason(pod, mains)
        counted = [*(each for each in inits if each["name"] in sidecars), *mains]
        ready = sum(1 for each in mains if each.get("ready") and at(each, "state.running") is not None)
    ready += sum(
        1 for each in inits if each["name"] in sidecars and each.get("started") and each.get("ready")
    )
    return Summary(
        ready=ready,
        total=len(at(pod, "spec.containers", ())) + len(sidecars),
        reason=_overall(pod, reason),
        restarts=sum(each.get("restartCount", 0) for each in counted),
        last_restart=max(_terminations(counted), default=""),
    )


def _phase(pod: Object) -> str:
    gated = any(
        each.get("type") == "PodScheduled" and each.get("reason") == "SchedulingGated"
        for each in at(pod, "status.conditions", ())
    )
    if gated:
        return "SchedulingGated"
    return str(at(pod, "status.reason") or at(pod, "status.phase", ""))


def _initializing(pod: Object, statuses: list[Status], sidecars: Iterable[str]) -> str:
    """Say which init container is being waited for; empty once all are done."""
    for place, each in enumerate(statuses):
        terminated = at(each, "state.terminated")
        if terminated is not None and terminated.get("exitCode", 0) == 0:
            continue
        if each["name"] in sidecars and each.get("started"):
            continue
        if terminated is not None:
            return f"Init:{_ended(terminated)}"
        waiting = at(each, "state.waiting.reason", "")
        if waiting and waiting != "PodInitializing":
            return f"Init:{waiting}"
        return f"Init:{place}/{len(at(pod, 'spec.initContainers', ()))}"
    return ""


def _main_reason(pod: Object, statuses: list[Status]) -> str:
    reason, running = _phase(pod), False
    for each in reversed(statuses):
        if waiting := at(each, "state.waiting.reason"):
            reason = waiting
        elif (terminated := at(each, "state.terminated")) is not None:
            reason = _ended(terminated)
        elif each.get("ready") and at(each, "state.running") is not None:
            running = True
    if reason == "Completed" and running:
        return "Running" if is_true(pod, "Ready") else "NotReady"
    return reason


def _ended(terminated: Mapping[str, Any]) -> str:
    if terminated.get("reason"):
        return str(terminated["reason"])
    if terminated.get("signal"):
        return f"Signal:{terminated['signal']}"
    return f"ExitCode:{terminated.get('exitCode', 0)}"


def _overall(pod: Object, reason: str) -> str:
    if not is_deleting(pod):
        return reason
    if at(pod, "status.reason") == "NodeLost":
        return "Unknown"
    return reason if at(pod, "status.phase") in ("Succeeded", "Failed") else "Terminating"


def _terminations(statuses: Iterable[Status]) -> Iterator[str]:
    for each in statuses:
        if finished := at(each, "lastState.terminated.finishedAt"):
            yield finished


def _ready(pod: Object, now: datetime) -> str:
    found = summary(pod)
    return f"{found.ready}/{found.total}"


def _restarts(pod: Object, now: datetime) -> str:
    found = summary(pod)
    if found.restarts and found.last_restart:
        return f"{found.restarts} ({since(found.last_restart, now)} ago)"
    return str(found.restarts)


def _gates(pod: Object, now: datetime) -> str:
    gates = at(pod, "spec.readinessGates", ())
    if not gates:
        return NONE
    met = sum(1 for each in gates if is_true(pod, each.get("conditionType", "")))
    return f"{met}/{len(gates)}"


COLUMNS = (
    NAME,
    Column("Ready", _ready, description="How many of the pod's containers are ready."),
    Column("Status", lambda pod, now: summary(pod).reason, description="The state of the pod's containers."),
    Column("Restarts", _restarts, description="How often containers were restarted, and when last."),
    AGE,
    field("IP", "status.podIP", NONE, priority=1),
    field("Node", "spec.nodeName", NONE, priority=1),
    field("Nominated Node", "status.nominatedNodeName", NONE, priority=1),
    Column("Readiness Gates", _gates, priority=1),
)
