"""Which nodes to launch for which pods: Karpenter's bin packing, and its words when it cannot. Pure.

As in the original, pods are taken the largest first; each goes to a node that is on its way, else to one that
is planned already, else to a new one of the first pool that will do. Only what pods require is looked at, not
what they prefer.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from labrunner.sandbox import affinity, resources, schedule, taints
from labrunner.sandbox.control.karpenter import names, offers
from labrunner.sandbox.control.karpenter.pools import Pool
from labrunner.sandbox.control.karpenter.requirements import Requirement, Requirements
from labrunner.sandbox.instance_types import InstanceType, instance_types
from labrunner.sandbox.objects import Object, at
from labrunner.sandbox.resources import Resources

MODEL = "hostname-placeholder"

Overhead = Callable[[Pool], Resources]
"""What the daemon sets' pods on a pool's nodes would ask for together."""

Neighbourly = Callable[[Object, Object, Sequence[Object]], str]
"""Why a pod's wishes about other pods keep it off a planned node with these pods; empty if they do not."""


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """A node of Karpenter's that is there or will be."""

    name: str
    node: Object
    """Its object, or what the object will be."""
    free: Resources
    """What is left of it, counted as if all its devices were there."""
    pods: tuple[Object, ...] = ()
    """What is on it."""
    kind: str = "node"
    """What events call it: `node`, or `nodeclaim` while there is no node."""


@dataclass(slots=True)
class Plan:
    """A node to be launched."""

    pool: Pool
    requirements: Requirements
    types: list[InstanceType]
    """All that would do, the cheapest first."""
    requests: Resources
    """Of its pods and the daemon sets' pods together."""
    pods: list[Object] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What to do about the waiting pods."""

    plans: list[Plan] = field(default_factory=list)
    nominated: list[tuple[Object, OnItsWay]] = field(default_factory=list)
    failed: list[tuple[Object, str]] = field(default_factory=list)
    """Pods for which no node can be had, and why."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What the decision rests on."""

    pools: Sequence[Pool]
    on_their_way: Sequence[OnItsWay]
    remaining: Mapping[tuple[str, str], Resources]
    """What each pool's limits leave, by generation and name; pools without limits are not there."""
    zones: Sequence[str]
    overhead: Overhead
    neighbourly: Neighbourly


def solve(pods: Sequence[Object], situation: Situation) -> Outcome:
    """Decide on all waiting pods together."""
    outcome = Outcome()
    remaining = {key: dict(value) for key, value in situation.remaining.items()}
    for pod in sorted(pods, key=_largest_first):
        found = _existing(pod, situation, outcome)
        if found is not None:
            outcome.nominated.append((pod, found))
            continue
        emptiest_first = sorted(outcome.plans, key=lambda plan: len(plan.pods))
        if any(_add(plan, pod, situation) is None for plan in emptiest_first):
            continue
        plan, why = _new_plan(pod, situation, remaining)
        if plan is None:
            outcome.failed.append((pod, why))
        else:
            outcome.plans.append(plan)
    return outcome


def _largest_first(pod: Object) -> tuple[Fraction, Fraction, str, str]:
    wanted = resources.requests(pod.get("spec") or {})
    none = Fraction(0)
    meta = pod["metadata"]
    return -wanted.get("cpu", none), -wanted.get("memory", none), meta.get("namespace", ""), meta["name"]


def _existing(pod: Object, situation: Situation, outcome: Outcome) -> OnItsWay | None:
    wanted = resources.of_pods([pod])
    for each in situation.on_their_way:
        coming = [other for other, node in outcome.nominated if node is each]
        left = resources.subtracted(each.free, resources.of_pods(coming))
        if not _suits(pod, each.node) or resources.missing(wanted, left):
            continue
        if not situation.neighbourly(pod, each.node, [*each.pods, *coming]):
            return each
    return None


def _suits(pod: Object, node: Object) -> bool:
    spec = pod["spec"]
    bearable = taints.untolerated(spec.get("tolerations") or (), taints.taints_of(node)) is None
    return bearable and affinity.node_matches(spec, node)


def _new_plan(
    pod: Object, situation: Situation, remaining: dict[tuple[str, str], dict[str, Fraction]]
) -> tuple[Plan | None, str]:
    reasons = []
    for pool in situation.pools:
        key = (pool.generation, pool.name)
        types = [each for each in instance_types().values() if _within(each, remaining.get(key))]
        if not types:
            reasons.append(_exceeded(pool))
            continue
        overhead = situation.overhead(pool)
        plan = Plan(pool, pool.requirements, types, overhead)
        why = _add(plan, pod, situation)
        if why is None:
            if key in remaining:
                most = resources.largest(*(offers.capacity(each) for each in plan.types))
                spent = {each: most.get(each, Fraction(0)) for each in remaining[key]}
                remaining[key] = resources.subtracted(remaining[key], spent)
            return plan, ""
        reasons.append(_incompatible(pool, overhead, why))
    return None, "; ".join(reasons)


def _within(each: InstanceType, remaining: Resources | None) -> bool:
    has = offers.capacity(each)
    return remaining is None or all(has.get(name, Fraction(0)) <= most for name, most in remaining.items())


def _exceeded(pool: Pool) -> str:
    if pool.generation == "v1alpha5":
        return "all available instance types exceed provisioner limits"
    return f'all available instance types exceed limits for nodepool: "{pool.name}"'


def _incompatible(pool: Pool, overhead: Resources, why: str) -> str:
    if pool.generation == "v1alpha5":
        return f'incompatible with provisioner "{pool.name}", {why}'
    return f'incompatible with nodepool "{pool.name}", daemonset overhead={offers.listed(overhead)}, {why}'


def _add(plan: Plan, pod: Object, situation: Situation) -> str | None:
    """Put a pod onto a planned node; return why not, None when it is there."""
    taint = taints.untolerated(pod["spec"].get("tolerations") or (), plan.pool.taints)
    if taint is not None:
        return f"did not tolerate {taint['key']}={taint.get('value') or ''}:{taint['effect']}"
    why = "no node selector term can be met"
    for wanted in alternatives(pod["spec"]):
        why = _try(plan, pod, wanted, situation)
        if not why:
            return None
    return why


def _try(plan: Plan, pod: Object, wanted: Requirements, situation: Situation) -> str:
    if conflicts := plan.requirements.conflicts(wanted, names.WELL_KNOWN):
        return f"incompatible requirements, {'; '.join(conflicts)}"
    requirements = plan.requirements.both(wanted)
    requests = resources.added(plan.requests, resources.of_pods([pod]))
    found = offers.filtered(plan.types, requirements, requests, situation.zones)
    if isinstance(found, str):
        if plan.pool.generation == "v1alpha5":
            asked = offers.listed(resources.of_pods([pod]))
            return f"no instance type satisfied resources {asked} and requirements {requirements}"
        return f"{found}, requirements={requirements}, resources={offers.listed(requests)}"
    model = _model(plan.pool, requirements, found, situation.zones)
    if why := situation.neighbourly(pod, model, plan.pods):
        return f"unsatisfiable topology constraint: {why}"
    plan.requirements, plan.requests, plan.types = requirements, requests, found
    plan.pods.append(pod)
    return ""


def overhead(daemon_sets: Sequence[Object]) -> Overhead:
    """As Karpenter reckons it: every daemon set counts that may run on some node of the pool."""

    def on_nodes_of(pool: Pool) -> Resources:
        templates = [at(each, "spec.template", {}) for each in daemon_sets]
        return resources.of_pods([each for each in templates if _may_run(each.get("spec") or {}, pool)])

    return on_nodes_of


def _may_run(spec: Object, pool: Pool) -> bool:
    if taints.untolerated(spec.get("tolerations") or (), pool.taints) is not None:
        return False
    return any(not pool.requirements.conflicts(each, names.WELL_KNOWN) for each in alternatives(spec))


def alternatives(spec: Object) -> Iterator[Requirements]:
    """What a pod requires of node labels; each of its node selector terms will do."""
    chosen = spec.get("nodeSelector") or {}
    selector = [Requirement(_plain(key), frozenset((value,))) for key, value in chosen.items()]
    terms = at(spec, f"affinity.nodeAffinity.{affinity.REQUIRED}.nodeSelectorTerms") or [{}]
    for term in terms:
        expressions = [{**each, "key": _plain(each["key"])} for each in term.get("matchExpressions") or ()]
        yield Requirements([*selector, *Requirements.read(expressions).values()])


def _plain(key: str) -> str:
    return names.ALIASES.get(key, key)


def _model(
    pool: Pool, requirements: Requirements, types: Sequence[InstanceType], zones: Sequence[str]
) -> Object:
    """A node as it might become, for rules that want to see one."""
    known = {key: min(each.values) for key, each in requirements.items() if each.operator == "In"}
    own = {**types[0].labels(), names.ZONE: zones[0], "kubernetes.io/hostname": MODEL}
    labels = {**pool.labels, **own, **known}
    return {
        "metadata": {"name": MODEL, "labels": labels},
        "spec": {"taints": list(pool.taints)},
        "status": {"allocatable": resources.told(offers.expected(types[0]))},
    }


def neighbourly(known: schedule.Cluster) -> Neighbourly:
    """The scheduler's rules about other pods, for nodes that are not there yet."""

    def why(pod: Object, node: Object, pods: Sequence[Object]) -> str:
        future = schedule.candidate(node, pods)
        others = [each for each in known.candidates if each.name != future.name]
        everything = schedule.cluster([*others, future], known.namespaces)
        found = schedule.neighbour_reasons(pod, future, everything)
        return found[0].text if found else ""

    return why
