"""Karpenter's main work: nodes for pods that found none. Waits a moment for more pods, then plans for all."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from labrunner.sandbox.control import scheduler
from labrunner.sandbox.control.actions import Action, Create, HostFile, Once, Record, RequeueAfter
from labrunner.sandbox.control.controller import ALL, Controller
from labrunner.sandbox.control.karpenter import claims, fleet, launch, names, offers, operator, solve
from labrunner.sandbox.control.karpenter.operator import NONE, Fields, event, new_log, old_log
from labrunner.sandbox.control.karpenter.pools import Pool, is_ready, pools
from labrunner.sandbox.control.settings import Settings
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import Object, at, condition, labels, moment, name, namespace, uid
from labrunner.sandbox.store import Change, Key

IDLE = 1.0
"""Seconds without another waiting pod after which Karpenter plans."""
LOGGER = "controller.provisioning"


def controller(settings: Settings) -> Controller:
    """Make the controller."""

    def reconcile(obj: Object | None, view: View) -> Iterator[Action]:
        """Plan for all waiting pods, and launch what is planned."""
        operator_pod = operator.running(view)
        if operator_pod is None:
            return
        waiting = [pod for pod in view.pods_on("") if is_provisionable(pod)]
        waiting = [pod for pod in waiting if not scheduler.volume_problem(pod, view)]
        if not waiting:
            return
        left = IDLE - (view.now - max(_since(pod) for pod in waiting)).total_seconds()
        if left > 0:
            yield RequeueAfter(left)
            return
        yield from _provision(waiting, operator_pod, settings, view)

    watches = dict.fromkeys(WATCHED, _when_it_matters)
    return Controller("karpenter provisioning", watches, reconcile)


WATCHED = (
    ("", "pods"),
    ("", "nodes"),
    ("apps", "daemonsets"),
    ("karpenter.sh", "provisioners"),
    ("karpenter.k8s.aws", "awsnodetemplates"),
    ("karpenter.sh", "nodepools"),
    ("karpenter.sh", "nodeclaims"),
    ("karpenter.k8s.aws", "ec2nodeclasses"),
)


def is_provisionable(pod: Object) -> bool:
    """Whether the scheduler gave up on a pod, and a new node may help."""
    refused = (condition(pod, "PodScheduled") or {}).get("reason") == "Unschedulable"
    owners = pod["metadata"].get("ownerReferences") or ()
    by_daemon = any(each.get("kind") == "DaemonSet" for each in owners)
    return refused and not by_daemon and scheduler.is_waiting(pod) and not at(pod, "status.nominatedNodeName")


def _since(pod: Object) -> datetime:
    return moment((condition(pod, "PodScheduled") or {})["lastTransitionTime"])


def _when_it_matters(change: Change, view: View) -> Iterator[Key]:
    """Always, but for the many changes of pods that have a node already."""
    is_pod = change.key.resource == "pods" and not change.key.group
    placed = is_pod and bool(at(change.previous or {}, "spec.nodeName"))
    if not placed or change.type == "DELETED" or operator.woken(change, view):
        yield ALL


def _provision(
    waiting: Sequence[Object], operator_pod: Object, settings: Settings, view: View
) -> Iterator[Action]:
    everything = pools(view)
    if not everything:
        line = old_log(operator_pod, view.now, "ERROR", LOGGER, "Provisioning failed, no provisioners found")
        yield Once("no pools", "", (line,))
    problems = [(pool, _problem(pool, operator_pod, view)) for pool in everything]
    yield from (news for _, news in problems if news is not None)
    usable = [pool for pool, news in problems if news is None]
    if usable:
        outcome = solve.solve(waiting, _situation(usable, settings, view))
        yield from _failures(outcome, operator_pod, view)
        yield from _nominations(outcome, operator_pod, view)
        yield from _launches(outcome, waiting, operator_pod, settings, view)


def _problem(pool: Pool, operator_pod: Object, view: View) -> Once | None:
    """Why nothing can be launched from a pool, told once; None when something can."""
    topic = f"pool {uid(pool.object)}"
    if pool.generation == "v1":
        if is_ready(pool):
            return None
        message, named = "ignoring nodepool, not ready", {"NodePool": {"name": pool.name}}
        line = new_log(operator_pod, view.now, message, "provisioner", named, "ERROR")
        return Once(topic, "not ready", (line,))
    if not pool.class_name or pool.node_class(view) is not None:
        return None
    why = f'getting providerRef, AWSNodeTemplate.karpenter.k8s.aws "{pool.class_name}" not found'
    line = old_log(
        operator_pod, view.now, "ERROR", LOGGER, f"Provisioning failed, getting instance types, {why}"
    )
    told = event(pool.object, "FailedProvisioning", f"Failed to provision new node, {why}", "Warning")
    return Once(topic, why, (line, told))


def _situation(usable: Sequence[Pool], settings: Settings, view: View) -> solve.Situation:
    return solve.Situation(
        pools=usable,
        on_their_way=fleet.on_their_way(view),
        remaining=fleet.remaining(usable, view),
        zones=settings.zones,
        overhead=solve.overhead(view.listed("apps/v1", "DaemonSet")),
        neighbourly=solve.neighbourly(scheduler.cluster(view)),
    )


def _failures(outcome: solve.Outcome, operator_pod: Object, view: View) -> Iterator[Action]:
    for pod, why in outcome.failed:
        whom = f"{namespace(pod)}/{name(pod)}"
        if 'nodepool "' in why:
            said = "could not schedule pod"
            named = {"Pod": {"name": name(pod), "namespace": namespace(pod)}, "error": why}
            line = new_log(operator_pod, view.now, said, "provisioner", named, "ERROR")
        else:
            said = f"Could not schedule pod, {why}"
            line = old_log(operator_pod, view.now, "ERROR", LOGGER, said, {"pod": whom})
        told = event(pod, "FailedScheduling", f"Failed to schedule pod, {why}", "Warning")
        yield Once(f"pod {uid(pod)}", why, (line, told))


def _nominations(outcome: solve.Outcome, operator_pod: Object, view: View) -> Iterator[Action]:
    """Tell pods which node they wait for, when it is one that was launched before."""
    for pod, node in outcome.nominated:
        yield Once(f"pod {uid(pod)}", node.name, (_nominated(pod, node.kind, node.name),))
    for generation in ("v1alpha5", "v1"):
        found = [(pod, node) for pod, node in outcome.nominated if _generation(node.node) == generation]
        if found:
            yield _unready(found, generation, operator_pod, view)


def _unready(
    found: Sequence[tuple[Object, solve.OnItsWay]], generation: str, operator_pod: Object, view: View
) -> Once:
    nodes = sorted({node.name for _, node in found})
    said = f"Computed {len(nodes)} unready node(s) will fit {len(found)} pod(s)"
    if generation == "v1":
        line = new_log(operator_pod, view.now, said.lower(), "provisioner")
    else:
        line = old_log(operator_pod, view.now, "INFO", LOGGER, said)
    gist = " ".join([*nodes, *sorted(uid(pod) for pod, _ in found)])
    return Once(f"unready {generation}", gist, (line,))


def _generation(node: Object) -> str:
    return "v1" if names.NODE_POOL in labels(node) else "v1alpha5"


def _nominated(pod: Object, kind: str, node: str) -> Record:
    if kind == "node":
        return event(pod, "Nominate", f"Pod should schedule on {node}")
    return event(pod, "Nominated", f"Pod should schedule on: {kind}/{node}")


def _launches(
    outcome: solve.Outcome, waiting: Sequence[Object], operator_pod: Object, settings: Settings, view: View
) -> Iterator[Action]:
    older = [plan for plan in outcome.plans if plan.pool.generation == "v1alpha5"]
    newer = [plan for plan in outcome.plans if plan.pool.generation == "v1"]
    if older:
        yield from _launch_nodes(older, len(waiting), operator_pod, settings, view)
    if newer:
        yield from _create_claims(newer, waiting, operator_pod, view)


def _launch_nodes(
    plans: Sequence[solve.Plan], waiting: int, operator_pod: Object, settings: Settings, view: View
) -> Iterator[Action]:
    def log(message: str, logger: str = LOGGER, fields: Fields = NONE) -> HostFile:
        return old_log(operator_pod, view.now, "INFO", logger, message, fields)

    fitted = sum(len(plan.pods) for plan in plans)
    yield log(f"Found {waiting} provisionable pod(s)")
    yield log(f"Computed {len(plans)} new node(s) will fit {fitted} pod(s)")
    for plan in plans:
        order = launch.launched(plan, launch.seed_of(plan, view.now), settings, view)
        pool = {"provisioner": plan.pool.name}
        yield log(_ordered(order), f"{LOGGER}.cloudprovider", pool)
        yield Create(launch.provisioned_node(order, plan, settings, view.now))
        yield log(_created(plan), fields=pool)
        for pod in plan.pods:
            node = order.instance.host_name
            yield Once(f"pod {uid(pod)}", node, (_nominated(pod, "node", node),))
    yield log("Waiting for unschedulable pods")


def _ordered(order: launch.Launched) -> str:
    instance = order.instance
    return (
        f"Launched instance: {instance.id}, hostname: {instance.host_name}, type: {order.type.name}, "
        f"zone: {instance.zone}, capacityType: {order.capacity_type}"
    )


def _created(plan: solve.Plan) -> str:
    asked = offers.listed(plan.requests)
    return (
        f"Created node with {len(plan.pods)} pods requesting {asked} from types {offers.names_of(plan.types)}"
    )


def _create_claims(
    plans: Sequence[solve.Plan], waiting: Sequence[Object], operator_pod: Object, view: View
) -> Iterator[Action]:
    def log(message: str, fields: Fields) -> HostFile:
        return new_log(operator_pod, view.now, message, "provisioner", fields)

    fitted = sum(len(plan.pods) for plan in plans)
    listed = _shortened([f"{namespace(pod)}/{name(pod)}" for pod in waiting])
    yield log("found provisionable pod(s)", {"Pods": listed})
    yield log("computed new nodeclaim(s) to fit pod(s)", {"nodeclaims": len(plans), "pods": fitted})
    for plan in plans:
        claim = claims.claim(plan, launch.suffix(launch.seed_of(plan, view.now)))
        yield Create(claim)
        fields = {
            "NodePool": {"name": plan.pool.name},
            "NodeClaim": {"name": name(claim)},
            "requests": claim["spec"]["resources"]["requests"],
            "instance-types": offers.names_of(plan.types),
        }
        yield log("created nodeclaim", fields)
        for pod in plan.pods:
            yield Once(f"pod {uid(pod)}", name(claim), (_nominated(pod, "nodeclaim", name(claim)),))


def _shortened(several: Sequence[str]) -> str:
    more = f" and {len(several) - 5} other(s)" if len(several) > 5 else ""
    return ", ".join(several[:5]) + more
