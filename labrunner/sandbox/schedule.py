"""Which node a pod goes to, and why it goes to none: the default scheduler's rules and words. Pure.

The texts are those of kube-scheduler 1.32, which people search for. What is left out: volumes' zones, image
locality, gates of extenders. Acting on a decision is for `control.scheduler`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from labrunner.sandbox import affinity, resources, taints
from labrunner.sandbox.affinity import NamespaceLabels, Neighbour
from labrunner.sandbox.objects import Object, at, controller_of, labels, name, namespace
from labrunner.sandbox.resources import Resources
from labrunner.sandbox.selector import read_labels

NO_NODES = "no nodes available to schedule pods"
NOT_HELPFUL = "Preemption is not helpful for scheduling"
NO_VICTIMS = "No preemption victims found for incoming pod"

# What a container without requests counts for when nodes are compared, as in the real scheduler.
ASSUMED = {"cpu": Fraction(1, 10), "memory": Fraction(200 * 1024 * 1024)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node with the pods that are on it or on their way to it."""

    node: Object
    pods: tuple[Object, ...]
    free: Resources
    """What is left of the node's allocatable resources, `pods` among them."""

    @property
    def name(self) -> str:
        """The node's name."""
        return name(self.node)


@dataclass(frozen=True, slots=True)
class Cluster:
    """What the scheduler knows when it decides on one pod."""

    candidates: tuple[Candidate, ...]
    namespaces: NamespaceLabels
    neighbours: tuple[Neighbour, ...]
    """Every pod that has a node."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a node will not do."""

    text: str
    curable: bool = False
    """Whether it might do if pods of lower priority were gone."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The pod goes to this node."""

    node: str


@dataclass(frozen=True, slots=True)
class Refused:
    """No node will do."""

    message: str
    curable: tuple[str, ...] = ()
    """Names of the nodes that would do without some of the pods on them."""


Decision = Placed | Refused


def candidate(node: Object, pods: Sequence[Object]) -> Candidate:
    """Make a candidate of a node and the pods on it; those that have ended hold nothing."""
    living = tuple(pod for pod in pods if at(pod, "status.phase") not in ("Succeeded", "Failed"))
    return Candidate(
        node, living, resources.subtracted(resources.allocatable(node), resources.of_pods(living))
    )


def cluster(candidates: Sequence[Candidate], namespaces: NamespaceLabels) -> Cluster:
    """Make what the scheduler knows of the candidates."""
    neighbours = [Neighbour(pod, labels(each.node)) for each in candidates for pod in each.pods]
    return Cluster(tuple(candidates), namespaces, tuple(neighbours))


def decide(pod: Object, known: Cluster) -> Decision:
    """Find the best node for a pod; equal ones are taken in order of their names."""
    if not known.candidates:
        return Refused(NO_NODES)
    refusals: dict[str, list[Reason]] = {}
    feasible = []
    for each in known.candidates:
        if found := reasons(pod, each, known):
            refusals[each.name] = found
        else:
            feasible.append(each)
    if not feasible:
        return refused(refusals)
    return Placed(min(feasible, key=lambda each: (-score(pod, each, known), each.name)).name)


def refused(refusals: Mapping[str, Sequence[Reason]]) -> Refused:
    """Say why no node will do, and whether making room would help."""
    count = len(refusals)
    why = Counter(reason.text for found in refusals.values() for reason in dict.fromkeys(found))
    curable = tuple(node for node, found in refusals.items() if all(reason.curable for reason in found))
    help_ = Counter(NO_VICTIMS if node in curable else NOT_HELPFUL for node in refusals)
    message = f"{_counted(count, why)} preemption: {_counted(count, help_)}"
    return Refused(message, curable)


def refused_everywhere(count: int, why: str) -> Refused:
    """Say that a pod can go nowhere for a reason that has nothing to do with nodes."""
    unhelpful = _counted(count, Counter({NOT_HELPFUL: count}))
    return Refused(f"0/{count} nodes are available: {why}. preemption: {unhelpful}")


def reasons(pod: Object, on: Candidate, known: Cluster) -> list[Reason]:
    """Why a node will not do: what the first rule that objects has to say; empty when it will."""
    rules = (_unschedulable, _named, _tainted, _unmatched, _ports, _insufficient, _spread, _neighbours)
    return next((found for rule in rules if (found := list(rule(pod, on, known)))), [])


def neighbour_reasons(pod: Object, on: Candidate, known: Cluster) -> list[Reason]:
    """Why other pods make a node unfit; for who thinks of launching it."""
    return [*_ports(pod, on, known), *_spread(pod, on, known), *_neighbours(pod, on, known)]


def score(pod: Object, on: Candidate, known: Cluster) -> Fraction:
    """How good a node is that would do: room left, wishes met, siblings elsewhere."""
    spec = pod.get("spec") or {}
    wishes = affinity.node_preference(spec, on.node)
    wishes += affinity.pod_preference(pod, labels(on.node), known.neighbours, known.namespaces)
    soft = taints.untolerated(spec.get("tolerations") or (), taints.taints_of(on.node), ("PreferNoSchedule",))
    siblings = sum(1 for other in on.pods if _siblings(pod, other))
    return _room(spec, on) + 3 * wishes - 200 * siblings - (300 if soft else 0)


def _room(spec: Object, on: Candidate) -> Fraction:
    """Of 0 to 100: how much would be left free, of processors and memory alike."""
    whole = resources.allocatable(on.node)
    wanted = dict(resources.requests(spec))
    for each in ASSUMED:
        wanted[each] = max(wanted.get(each, Fraction(0)), ASSUMED[each])
    taken = {each: _assumed(on.pods, each) for each in ASSUMED}
    left = [
        max(Fraction(0), 1 - (taken[each] + wanted[each]) / whole[each])
        for each in ASSUMED
        if whole.get(each)
    ]
    return 100 * sum(left, Fraction(0)) / len(left) if left else Fraction(0)


def _assumed(pods: Sequence[Object], resource: str) -> Fraction:
    wanted = (resources.requests(pod.get("spec") or {}).get(resource, Fraction(0)) for pod in pods)
    return sum((max(each, ASSUMED[resource]) for each in wanted), Fraction(0))


def _siblings(one: Object, other: Object) -> bool:
    mine, theirs = controller_of(one), controller_of(other)
    return mine is not None and theirs is not None and mine.get("uid") == theirs.get("uid")


def _unschedulable(pod: Object, on: Candidate, known: Cluster) -> Iterator[Reason]:
    if at(on.node, "spec.unschedulable") and not taints.tolerates(
        at(pod, "spec.tolerations", ()), taints.UNSCHEDULABLE
    ):
        yield Reason("node(s) were unschedulable")


def _named(pod: Object, on: Candidate, known: Cluster) -> Iterator[Reason]:
    if (wanted := at(pod, "spec.nodeName")) and wanted != on.name:
        yield Reason("node(s) didn't match the requested node name")


def _tainted(pod: Object, on: Candidate, known: Cluster) -> Iterator[Reason]:
    found = taints.untolerated(at(pod, "spec.tolerations", ()), taints.taints_of(on.node))
    if found is not None:
        yield Reason(f"node(s) had untolerated taint {{{found.get('key')}: {found.get('value') or ''}}}")


def _unmatched(pod: Object, on: Candidate, known: Cluster) -> Iterator[Reason]:
    if not affinity.node_matches(pod.get("spec") or {}, on.node):
        yield Reason("node(s) didn't match Pod's node affinity/selector")


def _ports(pod: Object, on: Candidate, known: Cluster) -> Iterator[Reason]:
    wanted = set(_host_ports(pod))
    if any(_clash(mine, theirs) for mine in wanted for other in on.pods for theirs in _host_ports(other)):
        yield Reason("node(s) didn't have free ports for the requested pod ports", curable=True)


def _host_ports(pod: Object) -> Iterator[tuple[str, str, int]]:
    for container in at(pod, "spec.containers", ()):
        for port in container.get("ports") or ():
            if port.get("hostPort"):
                yield port.get("hostIP") or "0.0.0.0", port.get("protocol") or "TCP", port["hostPort"]


def _clash(mine: tuple[str, str, int], theirs: tuple[str, str, int]) -> bool:
    return mine[1:] == theirs[1:] and (mine[0] == theirs[0] or "0.0.0.0" in (mine[0], theirs[0]))


def _insufficient(pod: Object, on: Candidate, known: Cluster) -> Iterator[Reason]:
    if on.free.get("pods", Fraction(0)) < 1:
        yield Reason("Too many pods", curable=True)
    for resource in resources.missing(resources.requests(pod.get("spec") or {}), on.free):
        yield Reason(f"Insufficient {resource}", curable=True)


def _spread(pod: Object, on: Candidate, known: Cluster) -> Iterator[Reason]:
    for constraint in at(pod, "spec.topologySpreadConstraints", ()):
        if constraint.get("whenUnsatisfiable") != "DoNotSchedule":
            continue
        key = constraint.get("topologyKey", "")
        if key not in labels(on.node):
            yield Reason("node(s) didn't match pod topology spread constraints (missing required label)")
        elif _skew(pod, on, known, constraint) > constraint.get("maxSkew", 1):
            yield Reason("node(s) didn't match pod topology spread constraints", curable=True)


def _skew(pod: Object, on: Candidate, known: Cluster, constraint: Object) -> int:
    """How many more pods this domain would have than the emptiest, were the pod to go here."""
    key = constraint["topologyKey"]
    selector = read_labels(constraint.get("labelSelector"))
    eligible = [
        each
        for each in known.candidates
        if key in labels(each.node) and affinity.node_matches(pod.get("spec") or {}, each.node)
    ]
    counts = Counter({labels(each.node)[key]: 0 for each in eligible})
    for each in eligible:
        for other in each.pods:
            if namespace(other) == namespace(pod) and selector.matches(labels(other)):
                counts[labels(each.node)[key]] += 1
    here = counts[labels(on.node)[key]] + (1 if selector.matches(labels(pod)) else 0)
    return here - min(counts.values(), default=0)


def _neighbours(pod: Object, on: Candidate, known: Cluster) -> Iterator[Reason]:
    here = labels(on.node), known.neighbours, known.namespaces
    if not affinity.attracted(pod, *here):
        yield Reason("node(s) didn't match pod affinity rules")
    elif affinity.repelled(pod, *here):
        yield Reason("node(s) didn't match pod anti-affinity rules", curable=True)
    elif affinity.unwelcome(pod, *here):
        yield Reason("node(s) didn't satisfy existing pods anti-affinity rules", curable=True)


def _counted(count: int, why: Counter[str]) -> str:
    told = sorted(f"{times} {text}" for text, times in why.items())
    return f"0/{count} nodes are available: {', '.join(told)}."
