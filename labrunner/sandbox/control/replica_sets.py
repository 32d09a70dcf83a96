"""A replica set has as many pods as it says, made from its template."""

from collections.abc import Iterator, Sequence

from labrunner.sandbox.control import pods
from labrunner.sandbox.control.actions import Action, Create, Delete, Report, RequeueAfter, Update
from labrunner.sandbox.control.controller import Controller, its_controller, itself
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import (
    Object,
    at,
    changed,
    is_deleting,
    labels,
    metadata,
    name,
)

COMPONENT = "replicaset-controller"
BURST = 500
"""Most pods made or deleted in one go, as in the real controller."""


def reconcile(replica_set: Object | None, view: View) -> Iterator[Action]:
    """Make or delete pods, and count what there is."""
    if replica_set is None:
        return
    active = [pod for pod in pods.owned(replica_set, "Pod", view) if pods.is_active(pod)]
    if not is_deleting(replica_set):
        found = [pod for pod in pods.orphans("v1", "Pod", replica_set, view) if pods.is_active(pod)]
        yield from (Update(pods.adopted(pod, replica_set)) for pod in found)
        yield from _manage(replica_set, [*active, *found], view)
    yield from _count(replica_set, active, view)


def _manage(replica_set: Object, active: Sequence[Object], view: View) -> Iterator[Action]:
    missing = at(replica_set, "spec.replicas", 1) - len(active)
    if missing > 0:
        pod = pods.from_template(replica_set, replica_set["spec"]["template"])
        report = Report(
            replica_set,
            COMPONENT,
            done=("SuccessfulCreate", "Created pod: {}"),
            refused=("FailedCreate", "Error creating: {}"),
        )
        yield from (Create(pod, report) for _ in range(min(missing, BURST)))
    elif missing < 0:
        report = Report(replica_set, COMPONENT, done=("SuccessfulDelete", "Deleted pod: {}"))
        first = sorted(active, key=lambda pod: _worth(pod, view))
        yield from (Delete(pod, report=report) for pod in first[: min(-missing, BURST)])


def _worth(pod: Object, view: View) -> tuple[object, ...]:
    """Sort key: what is worth least goes first, in the real controller's order."""
    ready = pods.is_ready(pod)
    node = at(pod, "spec.nodeName", "")
    siblings = sum(1 for each in view.pods_on(node) if _same_owner(each, pod)) if node else 0
    return (
        bool(node),
        ("Pending", "Unknown", "Running").index(at(pod, "status.phase", "Pending")),
        ready,
        int(metadata(pod).get("annotations", {}).get("controller.kubernetes.io/pod-deletion-cost", 0)),
        -siblings,
        -pods.restarts(pod),
        _Youngest(pods.born(pod)),
        name(pod),
    )


class _Youngest(str):
    """Times sorted from late to early."""

    def __lt__(self, other: str) -> bool:
        return str(self) > str(other)


def _same_owner(one: Object, other: Object) -> bool:
    return metadata(one).get("ownerReferences") == metadata(other).get("ownerReferences")


def _count(replica_set: Object, active: Sequence[Object], view: View) -> Iterator[Action]:
    wanted = at(replica_set, "spec.template.metadata.labels", {})
    patience = at(replica_set, "spec.minReadySeconds", 0)
    waits = [pods.until_available(pod, patience, view.now) for pod in active]
    counted = {
        "replicas": len(active),
        "fullyLabeledReplicas": sum(1 for pod in active if wanted.items() <= labels(pod).items()),
        "readyReplicas": sum(1 for pod in active if pods.is_ready(pod)),
        "availableReplicas": sum(1 for wait in waits if wait == 0),
    }
    kept = {key: value for key, value in counted.items() if value or key == "replicas"}
    status = {**kept, "observedGeneration": metadata(replica_set).get("generation", 1)}
    if status != replica_set.get("status"):
        yield Update(changed(replica_set, "status", status), "status")
    if later := [wait for wait in waits if wait]:
        yield RequeueAfter(min(later))


CONTROLLER = Controller(
    "replica sets",
    {("apps", "replicasets"): itself, ("", "pods"): its_controller("apps", "replicasets", "ReplicaSet")},
    reconcile,
)
