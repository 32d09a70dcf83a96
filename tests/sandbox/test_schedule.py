"""Where pods go, and the words in which the scheduler refuses."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.sandbox import preemption, resources, schedule
from labrunner.sandbox.objects import Object
from labrunner.sandbox.quantity import parse
from labrunner.sandbox.schedule import Placed, Refused

NO_VICTIMS = "No preemption victims found for incoming pod."
NOT_HELPFUL = "Preemption is not helpful for scheduling."


def pod(
    name: str = "web", *, requests: dict[str, str] | None = None, labels: Any = None, **spec: Any
) -> Object:
    container = {"name": "main", "image": "x", "resources": {"requests": requests or {}}}
    meta = {"name": name, "namespace": "default", "uid": name, "labels": labels or {}}
    return {"metadata": meta, "spec": {"containers": [container], **spec}}


def node(name: str, *, cpu: str = "2", pods: str = "10", labels: Any = None, **more: Any) -> Object:
    spec = {key: more.pop(key) for key in ("taints", "unschedulable") if key in more}
    allocatable = {"cpu": cpu, "memory": "8Gi", "pods": pods, **more}
    known = {"kubernetes.io/hostname": name, **(labels or {})}
    return {"metadata": {"name": name, "labels": known}, "spec": spec, "status": {"allocatable": allocatable}}


def cluster(*nodes: tuple[Object, list[Object]]) -> schedule.Cluster:
    return schedule.cluster([schedule.candidate(*each) for each in nodes], lambda name: {})


def empty(*nodes: Object) -> schedule.Cluster:
    return cluster(*((each, []) for each in nodes))


def refusal(pod: Object, known: schedule.Cluster) -> str:
    decision = schedule.decide(pod, known)
    assert isinstance(decision, Refused)
    return decision.message


def test_a_resource_that_no_node_has_is_named_with_the_count_of_nodes() -> None:
    wanting = pod(requests={"aws.amazon.com/neuron": "1"})
    assert refusal(wanting, empty(node("a"), node("b"))) == (
        "0/2 nodes are available: 2 Insufficient aws.amazon.com/neuron. "
        f"preemption: 0/2 nodes are available: 2 {NO_VICTIMS}"
    )


def test_a_selector_that_nothing_matches_cannot_be_cured_by_preemption() -> None:
    assert refusal(pod(nodeSelector={"disk": "fast"}), empty(node("a"), node("b"))) == (
        "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. "
        f"preemption: 0/2 nodes are available: 2 {NOT_HELPFUL}"
    )


def test_each_node_gives_its_first_reason_and_all_are_counted_in_order() -> None:
    tainted = node("a", taints=[{"key": "team", "value": "ml", "effect": "NoSchedule"}])
    small = node("b", cpu="100m")
    closed = node("c", unschedulable=True)
    assert refusal(pod(requests={"cpu": "1"}), empty(tainted, small, closed)) == (
        "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {team: ml}, "
        "1 node(s) were unschedulable. preemption: 0/3 nodes are available: "
        f"1 {NO_VICTIMS[:-1]}, 2 {NOT_HELPFUL}"
    )


def test_a_node_may_lack_several_resources_at_once() -> None:
    wanting = pod(requests={"cpu": "4", "memory": "1Ti"})
    assert refusal(wanting, empty(node("a"))).startswith(
        "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. preemption"
    )


def test_without_nodes_the_scheduler_says_so() -> None:
    assert refusal(pod(), cluster()) == "no nodes available to schedule pods"


def test_a_full_node_has_too_many_pods() -> None:
    full = (node("a", pods="1"), [pod("other")])
    assert "1 Too many pods." in refusal(pod(), cluster(full))


def test_pods_that_have_ended_take_no_room() -> None:
    done = pod("done", requests={"cpu": "2"}) | {"status": {"phase": "Succeeded"}}
    assert schedule.decide(pod(requests={"cpu": "2"}), cluster((node("a"), [done]))) == Placed("a")


def test_a_taint_without_value_is_written_with_an_empty_one() -> None:
    tainted = node("a", taints=[{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}])
    assert "untolerated taint {node.kubernetes.io/not-ready: }" in refusal(pod(), empty(tainted))


@pytest.mark.parametrize(
    "toleration",
    [
        {"operator": "Exists"},
        {"key": "team", "operator": "Exists"},
        {"key": "team", "value": "ml"},
        {"key": "team", "operator": "Equal", "value": "ml", "effect": "NoSchedule"},
    ],
)
def test_tolerations_open_tainted_nodes(toleration: Object) -> None:
    tainted = node("a", taints=[{"key": "team", "value": "ml", "effect": "NoSchedule"}])
    assert schedule.decide(pod(tolerations=[toleration]), empty(tainted)) == Placed("a")


def test_a_toleration_of_another_effect_does_not_help() -> None:
    tainted = node("a", taints=[{"key": "team", "effect": "NoSchedule"}])
    bearing = pod(tolerations=[{"key": "team", "operator": "Exists", "effect": "NoExecute"}])
    assert isinstance(schedule.decide(bearing, empty(tainted)), Refused)


def test_node_affinity_terms_are_alternatives() -> None:
    expressions = [{"key": "zone", "operator": "In", "values": ["b"]}]
    terms = [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a"]}]}]
    required = {"nodeSelectorTerms": [*terms, {"matchExpressions": expressions}]}
    choosy = pod(affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}})
    assert schedule.decide(choosy, empty(node("b", labels={"zone": "b"}))) == Placed("b")
    assert schedule.decide(choosy, empty(node("a"))) == Placed("a")
    assert isinstance(schedule.decide(choosy, empty(node("c"))), Refused)


def test_preferences_decide_between_nodes_that_would_do() -> None:
    term = {"matchExpressions": [{"key": "disk", "operator": "Exists"}]}
    wishes = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 50, "preference": term}]}
    known = empty(node("a"), node("b", labels={"disk": "fast"}))
    assert schedule.decide(pod(affinity={"nodeAffinity": wishes}), known) == Placed("b")


def test_anti_affinity_keeps_a_pod_off_its_own_kind() -> None:
    term = {"labelSelector": {"matchLabels": {"app": "db"}}, "topologyKey": "kubernetes.io/hostname"}
    rule = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    first = pod("db-0", labels={"app": "db"}, affinity=rule)
    second = pod("db-1", labels={"app": "db"}, affinity=rule)
    assert schedule.decide(second, cluster((node("a"), [first]), (node("b"), []))) == Placed("b")
    assert "didn't match pod anti-affinity rules" in refusal(second, cluster((node("a"), [first])))


def test_affinity_goes_where_the_other_pod_is() -> None:
    term = {"labelSelector": {"matchLabels": {"app": "db"}}, "topologyKey": "kubernetes.io/hostname"}
    rule = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    known = cluster((node("a"), []), (node("b"), [pod("db", labels={"app": "db"})]))
    assert schedule.decide(pod(affinity=rule), known) == Placed("b")
    assert "didn't match pod affinity rules" in refusal(pod(affinity=rule), empty(node("a")))


def test_spread_constraints_fill_the_emptier_zone() -> None:
    constraint = {
        "maxSkew": 1,
        "topologyKey": "zone",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "web"}},
    }
    spread = pod(labels={"app": "web"}, topologySpreadConstraints=[constraint])
    there = pod("other", labels={"app": "web"})
    known = cluster((node("a", labels={"zone": "1"}), [there]), (node("b", labels={"zone": "2"}), []))
    assert schedule.decide(spread, known) == Placed("b")


def test_a_host_port_is_taken_once_on_each_node() -> None:
    def using(name: str) -> Object:
        made = pod(name)
        made["spec"]["containers"][0]["ports"] = [{"containerPort": 80, "hostPort": 80}]
        return made

    assert "free ports for the requested pod ports" in refusal(using("b"), cluster((node("a"), [using("a")])))


def test_the_emptier_node_is_preferred_and_names_break_ties() -> None:
    busy = (node("a"), [pod("other", requests={"cpu": "1"})])
    assert schedule.decide(pod(), cluster(busy, (node("b"), []))) == Placed("b")
    assert schedule.decide(pod(), empty(node("d"), node("c"))) == Placed("c")


def test_pods_of_lower_priority_make_room_and_only_as_many_as_needed() -> None:
    others = [pod(f"low-{n}", requests={"cpu": "1"}, priority=n) for n in (1, 2)]
    known = cluster((node("a"), others))
    urgent = pod("urgent", requests={"cpu": "1"}, priority=10)
    refused = schedule.decide(urgent, known)
    assert isinstance(refused, Refused)
    room = preemption.make_room(urgent, known, refused)
    assert room is not None
    assert [each["metadata"]["name"] for each in room.victims] == ["low-1"]


def test_nobody_is_removed_for_a_pod_of_equal_priority() -> None:
    known = cluster((node("a"), [pod("other", requests={"cpu": "2"})]))
    waiting = pod("waiting", requests={"cpu": "1"})
    refused = schedule.decide(waiting, known)
    assert isinstance(refused, Refused)
    assert preemption.make_room(waiting, known, refused) is None


amounts = st.integers(min_value=0, max_value=4000).map(lambda milli: f"{milli}m")


@given(st.lists(amounts, max_size=8), amounts, amounts)
def test_a_pod_is_placed_exactly_when_what_is_left_suffices(there: list[str], size: str, wanted: str) -> None:
    on = [pod(f"p{n}", requests={"cpu": each}) for n, each in enumerate(there)]
    known = cluster((node("a", cpu=size, pods="100"), on))
    left = sum((-parse(each) for each in there), parse(size))
    fits = parse(wanted) == 0 or parse(wanted) <= left
    assert isinstance(schedule.decide(pod(requests={"cpu": wanted}), known), Placed) == fits


@given(st.lists(amounts, min_size=1, max_size=5), st.lists(amounts, max_size=5))
def test_a_pod_asks_for_the_larger_of_running_and_starting(running: list[str], starting: list[str]) -> None:
    def containers(several: list[str]) -> list[Object]:
        return [{"name": f"c{n}", "resources": {"requests": {"cpu": cpu}}} for n, cpu in enumerate(several)]

    asked = resources.requests({"containers": containers(running), "initContainers": containers(starting)})
    together = sum((parse(each) for each in running), Fraction(0))
    assert asked["cpu"] == max([together, *(parse(each) for each in starting)])


@given(st.lists(st.dictionaries(st.sampled_from(["cpu", "memory", "x/y"]), st.fractions()), max_size=4))
def test_what_is_added_and_taken_away_again_leaves_nothing(several: list[dict[str, Fraction]]) -> None:
    total = resources.added(*several)
    for each in several:
        total = resources.subtracted(total, each)
    assert all(amount == 0 for amount in total.values())


def test_a_limit_without_a_request_counts_as_one() -> None:
    spec = {"containers": [{"name": "c", "resources": {"limits": {"aws.amazon.com/neuron": "1"}}}]}
    assert resources.requests(spec) == {"aws.amazon.com/neuron": 1}


def test_a_sidecar_runs_beside_what_starts_after_it() -> None:
    def container(cpu: str, **more: str) -> Object:
        return {"name": "c", "resources": {"requests": {"cpu": cpu}}, **more}

    spec = {
        "initContainers": [container("1", restartPolicy="Always"), container("3")],
        "containers": [container("1")],
    }
    assert resources.requests(spec) == {"cpu": 4}


def test_amounts_are_told_as_kubernetes_writes_them() -> None:
    amounts = resources.read({"memory": "512Mi", "cpu": "0.125", "pods": 6, "aws.amazon.com/neuron": "1"})
    assert resources.told(amounts) == {
        "aws.amazon.com/neuron": "1",
        "cpu": "125m",
        "memory": "512Mi",
        "pods": "6",
    }
