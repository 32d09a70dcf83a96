"""A deployment replaces its pods by those of its present template, a few at a time, and keeps its history."""

from collections.abc import Iterator, Sequence

from labrunner.sandbox.control import deployment_status, pods, revisions, rollout
from labrunner.sandbox.control.actions import Action, Create, Delete, Record, RequeueAfter, Update
from labrunner.sandbox.control.controller import Controller, its_controller, itself
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import Object, at, is_deleting, name, uid
from labrunner.sandbox.store import Change, Key

COMPONENT = "deployment-controller"


def reconcile(deployment: Object | None, view: View) -> Iterator[Action]:
    """Take the rollout one step further, and say how far it is."""
    if deployment is None:
        return
    left = [] if is_deleting(deployment) else list(pods.orphans("apps/v1", "ReplicaSet", deployment, view))
    if left:
        yield from (Update(pods.adopted(each, deployment)) for each in left)
        return  # they come back as its own
    sets = pods.owned(deployment, "ReplicaSet", view)
    new = revisions.current(deployment, sets)
    old = [each for each in sets if each is not new]
    if not is_deleting(deployment):
        steps = list(_steps(deployment, new, old, view))
        if steps:
            # What follows from these comes back here; until then the status would be stale.
            yield from steps
            yield from _tell(deployment, new, sets, view)
            return
        yield from (Delete(each) for each in revisions.superfluous(deployment, old))
    yield from _tell(deployment, new, sets, view)


def _steps(deployment: Object, new: Object | None, old: Sequence[Object], view: View) -> Iterator[Action]:
    if at(deployment, "spec.paused"):
        yield from _while_paused(deployment, new, old)
        return
    latest = max((revisions.number(each) for each in old), default=0) + 1
    recreate = at(deployment, "spec.strategy.type") == "Recreate"
    if recreate and (left := list(_emptied(deployment, old))):
        yield from left
        return
    if recreate and any(_has_pods(each, view) for each in old):
        return
    most = _most(deployment)
    if new is None:
        yield from _begin(deployment, old, latest, most)
        return
    forward = revisions.brought_forward(new, deployment, max(latest, revisions.number(new)), most)
    if forward != new:
        yield Update(forward)
        return
    yield from _roll(deployment, new, old)


def _begin(deployment: Object, old: Sequence[Object], revision: int, most: int) -> Iterator[Action]:
    """Make the new replica set, with as many pods as there is room for."""
    empty = revisions.made(deployment, revision, 0, most)
    size = rollout.new_size(deployment, empty, [empty, *old])
    made = revisions.made(deployment, revision, size, most)
    yield Create(made)
    if size:
        yield Record(
            deployment, "ScalingReplicaSet", f"Scaled up replica set {name(made)} from 0 to {size}", COMPONENT
        )


def _roll(deployment: Object, new: Object, old: Sequence[Object]) -> Iterator[Action]:
    size = rollout.new_size(deployment, new, [new, *old])
    if size != rollout.size(new):
        yield from _scale(deployment, new, size)
        return
    for each in old:
        sizes = rollout.old_sizes(deployment, new, old)
        if name(each) in sizes:
            yield from _scale(deployment, each, sizes[name(each)])


def _emptied(deployment: Object, old: Sequence[Object]) -> Iterator[Action]:
    for each in old:
        if rollout.size(each):
            yield from _scale(deployment, each, 0)


def _while_paused(deployment: Object, new: Object | None, old: Sequence[Object]) -> Iterator[Action]:
    """A paused deployment is not rolled out, but it can be scaled."""
    active = [each for each in [*([new] if new else []), *old] if rollout.size(each)]
    wanted = at(deployment, "spec.replicas", 1)
    if len(active) == 1 and rollout.size(active[0]) != wanted:
        yield from _scale(deployment, active[0], wanted)


def _scale(deployment: Object, replica_set: Object, size: int) -> Iterator[Action]:
    before = rollout.size(replica_set)
    way = "up" if size > before else "down"
    yield Update(revisions.resized(replica_set, deployment, size, _most(deployment)))
    told = f"Scaled {way} replica set {name(replica_set)} from {before} to {size}"
    yield Record(deployment, "ScalingReplicaSet", told, COMPONENT)


def _most(deployment: Object) -> int:
    wanted = int(at(deployment, "spec.replicas", 1))
    if at(deployment, "spec.strategy.type") == "Recreate":
        return wanted
    return wanted + rollout.room(deployment).surge


def _has_pods(replica_set: Object, view: View) -> bool:
    return any(not pods.is_over(pod) for pod in pods.owned(replica_set, "Pod", view))


def _tell(deployment: Object, new: Object | None, sets: Sequence[Object], view: View) -> Iterator[Action]:
    told = deployment_status.with_status(deployment, new, sets, view.now)
    if told.get("status") != deployment.get("status"):
        yield Update(told, "status")
    elif new is not None and revisions.number(deployment) != revisions.number(new):
        yield Update(revisions.numbered(deployment, revisions.number(new)))
    left = deployment_status.seconds_left(told, view.now)
    if left is not None:
        yield RequeueAfter(max(left, 0.0) + 0.001)


def _of_pod(change: Change, view: View) -> Iterator[Key]:
    """The deployment of a pod's replica set: recreating waits until the last old pod has gone."""
    if change.type != "DELETED":
        return
    for owner in change.object["metadata"].get("ownerReferences") or ():
        found = view.get("apps/v1", "ReplicaSet", owner["name"], change.key.namespace)
        if found is not None and uid(found) == owner["uid"]:
            as_changed = Change("MODIFIED", view.key(found), found, None, change.version)
            yield from its_controller("apps", "deployments", "Deployment")(as_changed, view)


CONTROLLER = Controller(
    "deployments",
    {
        ("apps", "deployments"): itself,
        ("apps", "replicasets"): its_controller("apps", "deployments", "Deployment"),
        ("", "pods"): _of_pod,
    },
    reconcile,
)
