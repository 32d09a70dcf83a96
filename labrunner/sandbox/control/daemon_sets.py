"""A daemon set has one pod on every node that its template's selector, affinity and tolerations allow."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from labrunner.sandbox import affinity, resources, taints
from labrunner.sandbox.control import pods, revisions, rollout
from labrunner.sandbox.control.actions import Action, Create, Delete, Record, Report, RequeueAfter, Update
from labrunner.sandbox.control.controller import Controller, its_controller, itself
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import Object, at, changed, is_deleting, labels, metadata, name, namespace
from labrunner.sandbox.store import Change, Key

COMPONENT = "daemonset-controller"
HASH = "controller-revision-hash"
GENERATION = "pod-template-generation"

PRESSURES = ("disk-pressure", "memory-pressure", "pid-pressure", "unschedulable")
ALWAYS = ("NoExecute:not-ready", "NoExecute:unreachable", *(f"NoSchedule:{each}" for each in PRESSURES))
TOLERATIONS: tuple[Object, ...] = tuple(
    {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": effect}
    for effect, key in (each.split(":") for each in ALWAYS)
)
"""What every daemon pod bears, so that it starts on nodes that are not ready yet."""

ByNode = Mapping[str, Sequence[Object]]


def reconcile(daemon_set: Object | None, view: View) -> Iterator[Action]:
    """Make what is missing, remove what is too much or out of date, and count."""
    if daemon_set is None:
        return
    mine = pods.owned(daemon_set, "Pod", view)
    by_node = _by_node(mine)
    wanted = [node for node in view.listed("v1", "Node") if should_run(daemon_set, node)]
    if not is_deleting(daemon_set):
        yield from _manage(daemon_set, by_node, wanted)
        yield from _roll(daemon_set, by_node, wanted, view)
    yield from _count(daemon_set, by_node, wanted, view)


def should_run(daemon_set: Object, node: Object) -> bool:
    """Whether a node is one of those that the daemon set is for; room on it does not matter."""
    spec = _pod(daemon_set, node)["spec"]
    if not affinity.node_matches(spec, node):
        return False
    return taints.untolerated(spec["tolerations"], taints.taints_of(node)) is None


def overhead(daemon_sets: Sequence[Object], node: Object) -> dict[str, Fraction]:
    """What the daemon pods of a node ask for together; for whoever thinks of launching it."""
    return resources.of_pods([_pod(each, node) for each in daemon_sets if should_run(each, node)])


def _manage(daemon_set: Object, by_node: ByNode, wanted: Sequence[Object]) -> Iterator[Action]:
    deleted = Report(daemon_set, COMPONENT, done=("SuccessfulDelete", "Deleted pod: {}"))
    names = {name(node) for node in wanted}
    for node, there in by_node.items():
        for pod in there:
            if at(pod, "status.phase") == "Failed" and not is_deleting(pod):
                whom = f"{namespace(pod)}/{name(pod)}"
                told = f"Found failed daemon pod {whom} on node {node}, will try to kill it"
                yield Record(daemon_set, "FailedDaemonPod", told, COMPONENT, "Warning")
                yield Delete(pod, report=deleted)
        living = [pod for pod in there if pods.is_active(pod)]
        surplus = living if node not in names else sorted(living, key=pods.born)[1:]
        yield from (Delete(pod, report=deleted) for pod in surplus)
    created = Report(
        daemon_set,
        COMPONENT,
        done=("SuccessfulCreate", "Created pod: {}"),
        refused=("FailedCreate", "Error creating: {}"),
    )
    yield from (Create(_pod(daemon_set, node), created) for node in wanted if not by_node.get(name(node)))


def _roll(daemon_set: Object, by_node: ByNode, wanted: Sequence[Object], view: View) -> Iterator[Action]:
    """Delete pods of an older template, as many at a time as may be unavailable."""
    if at(daemon_set, "spec.updateStrategy.type") == "OnDelete":
        return
    most = at(daemon_set, "spec.updateStrategy.rollingUpdate.maxUnavailable", 1)
    budget = max(1, rollout.amount(most, len(wanted), up=True))
    patience = at(daemon_set, "spec.minReadySeconds", 0)
    living = [pod for node in wanted for pod in by_node.get(name(node), ()) if pods.is_active(pod)]
    missing = len(wanted) - sum(1 for pod in living if pods.until_available(pod, patience, view.now) == 0)
    outdated = [pod for pod in living if not _is_current(pod, daemon_set)]
    lame = [pod for pod in outdated if pods.until_available(pod, patience, view.now) != 0]
    able = [pod for pod in outdated if pod not in lame]
    report = Report(daemon_set, COMPONENT, done=("SuccessfulDelete", "Deleted pod: {}"))
    yield from (Delete(pod, report=report) for pod in [*lame, *able[: max(0, budget - missing)]])


def _count(daemon_set: Object, by_node: ByNode, wanted: Sequence[Object], view: View) -> Iterator[Action]:
    names = {name(node) for node in wanted}
    patience = at(daemon_set, "spec.minReadySeconds", 0)
    mine = [pod for node in sorted(names) for pod in by_node.get(node, ()) if pods.is_active(pod)]
    waits = [pods.until_available(pod, patience, view.now) for pod in mine]
    available = sum(1 for wait in waits if wait == 0)
    counts = {
        "currentNumberScheduled": len(mine),
        "numberMisscheduled": sum(1 for node in by_node if node and node not in names),
        "desiredNumberScheduled": len(wanted),
        "numberReady": sum(1 for pod in mine if pods.is_ready(pod)),
        "observedGeneration": metadata(daemon_set).get("generation", 1),
    }
    optional = {
        "updatedNumberScheduled": sum(1 for pod in mine if _is_current(pod, daemon_set)),
        "numberAvailable": available,
        "numberUnavailable": len(wanted) - available,
    }
    status = counts | {key: value for key, value in optional.items() if value}
    if status != daemon_set.get("status"):
        yield Update(changed(daemon_set, "status", status), "status")
    if later := [wait for wait in waits if wait]:
        yield RequeueAfter(min(later))


def _pod(daemon_set: Object, node: Object) -> Object:
    """The daemon set's pod for one node: the scheduler may put it nowhere else."""
    template = daemon_set["spec"]["template"]
    mark = {HASH: revisions.template_hash(template), GENERATION: _generation(daemon_set)}
    pod = pods.from_template(daemon_set, template, mark)
    spec = pod["spec"]
    spec = changed(spec, "affinity.nodeAffinity", _bound(at(spec, "affinity.nodeAffinity", {}), name(node)))
    return {**pod, "spec": {**spec, "tolerations": [*spec.get("tolerations", ()), *_tolerations(spec)]}}


def _bound(node_affinity: Object, node: str) -> Object:
    fields = [{"key": "metadata.name", "operator": "In", "values": [node]}]
    terms = at(node_affinity, f"{affinity.REQUIRED}.nodeSelectorTerms") or [{}]
    narrowed = [{**term, "matchFields": fields} for term in terms]
    return {**node_affinity, affinity.REQUIRED: {"nodeSelectorTerms": narrowed}}


def _tolerations(spec: Object) -> Iterator[Object]:
    present = spec.get("tolerations") or ()
    for each in TOLERATIONS:
        if each not in present:
            yield each
    if spec.get("hostNetwork"):
        yield {"key": "node.kubernetes.io/network-unavailable", "operator": "Exists", "effect": "NoSchedule"}


def _is_current(pod: Object, daemon_set: Object) -> bool:
    return labels(pod).get(HASH) == revisions.template_hash(daemon_set["spec"]["template"])


def _generation(daemon_set: Object) -> str:
    return str(metadata(daemon_set).get("annotations", {}).get("deprecated.daemonset.template.generation", 1))


def _by_node(mine: Sequence[Object]) -> dict[str, list[Object]]:
    """The pods by the node that they are on or meant for."""
    found: dict[str, list[Object]] = {}
    for pod in mine:
        found.setdefault(_node_of(pod), []).append(pod)
    return found


def _node_of(pod: Object) -> str:
    terms = at(pod, f"spec.affinity.nodeAffinity.{affinity.REQUIRED}.nodeSelectorTerms", [])
    meant = [
        field["values"][0] for term in terms for field in term.get("matchFields") or () if field.get("values")
    ]
    return str(at(pod, "spec.nodeName") or (meant[0] if meant else ""))


def _all(change: Change, view: View) -> Iterator[Key]:
    """Every daemon set: a node came, went, or changed its labels or taints."""
    before, after = change.previous or {}, change.object
    same = labels(before) == labels(after) and taints.taints_of(before) == taints.taints_of(after)
    if change.type != "MODIFIED" or not same:
        yield from (view.key(each) for each in view.listed("apps/v1", "DaemonSet"))


CONTROLLER = Controller(
    "daemon sets",
    {
        ("apps", "daemonsets"): itself,
        ("", "pods"): its_controller("apps", "daemonsets", "DaemonSet"),
        ("", "nodes"): _all,
    },
    reconcile,
)
