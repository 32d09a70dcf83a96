"""The default scheduler: gives waiting pods a node, or says why it cannot."""

from collections.abc import Iterator, Mapping

from labrunner.sandbox import preemption, schedule, taints
from labrunner.sandbox.control.actions import Action, Bind, Delete, Record, Report, Update
from labrunner.sandbox.control.controller import Controller
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import (
    Object,
    at,
    changed,
    condition,
    is_deleting,
    labels,
    name,
    namespace,
    with_condition,
)
from labrunner.sandbox.store import Change, Key

COMPONENT = "default-scheduler"
GATED = "Scheduling is blocked due to non-empty scheduling gates"


def is_waiting(pod: Object) -> bool:
    """Whether a pod is this scheduler's to place."""
    mine = at(pod, "spec.schedulerName", COMPONENT) == COMPONENT
    return mine and not at(pod, "spec.nodeName") and not is_deleting(pod)


def reconcile(pod: Object | None, view: View) -> Iterator[Action]:
    """Place the pod if it waits for that."""
    if pod is None or not is_waiting(pod):
        return
    if at(pod, "spec.schedulingGates"):
        yield from _told(pod, "SchedulingGated", GATED, view)
        return
    known = cluster(view)
    problem = volume_problem(pod, view)
    count = len(known.candidates)
    decision = schedule.refused_everywhere(count, problem) if problem else schedule.decide(pod, known)
    if isinstance(decision, schedule.Placed):
        told = f"Successfully assigned {namespace(pod)}/{name(pod)} to {decision.node}"
        yield Bind(pod, decision.node, Report(pod, COMPONENT, done=("Scheduled", told)))
    else:
        yield from _refuse(pod, known, decision, view)


def cluster(view: View) -> schedule.Cluster:
    """All nodes with what is on them."""
    candidates = [schedule.candidate(node, view.pods_on(name(node))) for node in view.listed("v1", "Node")]

    def labels_of(space: str) -> Mapping[str, str]:
        return labels(view.get("v1", "Namespace", space) or {})

    return schedule.cluster(candidates, labels_of)


def volume_problem(pod: Object, view: View) -> str:
    """Which of a pod's claims is not there or not bound, in the scheduler's words; empty if all is well."""
    for volume in at(pod, "spec.volumes", ()):
        claim = at(volume, "persistentVolumeClaim.claimName")
        if claim is None:
            continue
        found = view.get("v1", "PersistentVolumeClaim", claim, namespace(pod))
        if found is None:
            return f'persistentvolumeclaim "{claim}" not found'
        if at(found, "status.phase") != "Bound":
            return "pod has unbound immediate PersistentVolumeClaims"
    return ""


def _refuse(pod: Object, known: schedule.Cluster, refused: schedule.Refused, view: View) -> Iterator[Action]:
    room = preemption.make_room(pod, known, refused)
    if room is not None:
        for victim in room.victims:
            if not is_deleting(victim):
                yield Record(victim, "Preempted", preemption.sentence(pod, room.node), COMPONENT)
                yield Delete(victim)
    yield from _told(pod, "Unschedulable", refused.message, view, room.node if room else "")


def _told(pod: Object, reason: str, message: str, view: View, nominated: str = "") -> Iterator[Action]:
    """Say why the pod waits, once: the real scheduler repeats itself, which only fills the log."""
    new = {"type": "PodScheduled", "status": "False", "reason": reason, "message": message}
    old = condition(pod, "PodScheduled") or {}
    if all(old.get(key) == value for key, value in new.items()):
        return
    if reason == "Unschedulable":
        yield Record(pod, "FailedScheduling", message, COMPONENT, "Warning")
    told = with_condition(pod, {"lastProbeTime": None, **new}, view.now)
    yield Update(changed(told, "status.nominatedNodeName", nominated or None), "status")


def waiting(view: View) -> list[Key]:
    """The pods that wait for a node, the most important first, then the oldest."""
    found = [pod for pod in view.pods_on("") if is_waiting(pod)]
    found.sort(key=lambda pod: (-preemption.priority(pod), pod["metadata"].get("creationTimestamp", "")))
    return [view.key(pod) for pod in found]


def _of_pod(change: Change, view: View) -> Iterator[Key]:
    if change.type != "DELETED" and is_waiting(change.object):
        if change.previous is None or _asks_anew(change.previous, change.object):
            yield change.key
    elif _frees_room(change):
        yield from waiting(view)


def _asks_anew(before: Object, after: Object) -> bool:
    return before.get("spec") != after.get("spec") or labels(before) != labels(after)


def _frees_room(change: Change) -> bool:
    """Whether a pod that had a node does no longer, or the neighbours that others want have changed."""
    if not at(change.object, "spec.nodeName"):
        return False
    if change.type == "DELETED" or change.previous is None:
        return True
    ended = ("Succeeded", "Failed")
    before, after = at(change.previous, "status.phase"), at(change.object, "status.phase")
    moved = at(change.previous, "spec.nodeName") != at(change.object, "spec.nodeName")
    return (
        (before not in ended and after in ended) or moved or labels(change.previous) != labels(change.object)
    )


def _of_node(change: Change, view: View) -> Iterator[Key]:
    if change.type == "MODIFIED" and _offers(change.previous or {}) == _offers(change.object):
        return
    yield from waiting(view)


def _offers(node: Object) -> tuple[object, ...]:
    """What of a node matters to the scheduler."""
    resources = at(node, "status.allocatable")
    return labels(node), taints.taints_of(node), at(node, "spec.unschedulable"), resources


def _anything(change: Change, view: View) -> Iterator[Key]:
    yield from waiting(view)


CONTROLLER = Controller(
    "scheduler",
    {
        ("", "pods"): _of_pod,
        ("", "nodes"): _of_node,
        ("", "persistentvolumeclaims"): _anything,
    },
    reconcile,
)
