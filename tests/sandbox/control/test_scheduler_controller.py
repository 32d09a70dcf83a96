"""The scheduler at work: events, conditions, and trying again when something changes."""

from typing import Any

from played_cluster import Cluster

from labrunner.sandbox.objects import Object, at, condition


def pod(name: str = "web", *, cpu: str = "100m", **spec: Any) -> Object:
    container = {"name": "main", "image": "pause", "resources": {"requests": {"cpu": cpu}}}
    meta = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"containers": [container], **spec}}


def read(cluster: Cluster, name: str = "web") -> Object:
    return cluster.get("v1", "Pod", name, "default")


def test_a_pod_is_assigned_and_that_is_told(cluster: Cluster) -> None:
    cluster.create(pod())
    node = at(read(cluster), "spec.nodeName")
    assert cluster.events("web") == [("Scheduled", f"Successfully assigned default/web to {node}")]


def test_a_pod_that_finds_no_place_waits_and_says_why_once(cluster: Cluster) -> None:
    cluster.create(pod(cpu="64"))
    cluster.advance(5)
    message = (
        "0/2 nodes are available: 2 Insufficient cpu. "
        "preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod."
    )
    assert cluster.events("web") == [("FailedScheduling", message)]
    told = condition(read(cluster), "PodScheduled")
    assert told is not None
    assert (told["status"], told["reason"], told["message"]) == ("False", "Unschedulable", message)
    (event,) = cluster.list("v1", "Event", "default")
    assert event["source"] == {"component": "default-scheduler"}
    assert event["type"] == "Warning"


def test_it_is_placed_once_a_node_has_what_it_needs(cluster: Cluster) -> None:
    cluster.create(pod(nodeSelector={"disk": "fast"}))
    assert not at(read(cluster), "spec.nodeName")
    first = cluster.list("v1", "Node")[0]
    labels = {**first["metadata"]["labels"], "disk": "fast"}
    cluster.change(first, metadata={**first["metadata"], "labels": labels})
    assert at(read(cluster), "spec.nodeName") == first["metadata"]["name"]


def test_it_is_placed_once_another_pod_has_gone(cluster: Cluster) -> None:
    for name in ("a", "b"):
        cluster.create(pod(name, cpu="1500m"))
    cluster.create(pod(cpu="1500m"))
    cluster.work()
    assert not at(read(cluster), "spec.nodeName")
    cluster.delete(read(cluster, "a"))
    assert not at(read(cluster), "spec.nodeName")  # it is still ending
    cluster.work()
    assert at(read(cluster), "spec.nodeName")


def test_the_more_important_of_two_waiting_pods_is_placed_first(cluster: Cluster) -> None:
    for name in ("a", "b"):
        cluster.create(pod(name, cpu="1500m"))
    cluster.work()
    kind = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass"}
    policy = {"value": 1000, "preemptionPolicy": "Never"}
    cluster.create({**kind, "metadata": {"name": "polite"}, **policy})
    cluster.create(pod("ordinary", cpu="1500m"))
    cluster.create(pod("important", cpu="1500m", priorityClassName="polite"))
    cluster.delete(read(cluster, "a"), grace_seconds=0)
    assert at(read(cluster, "important"), "spec.nodeName")
    assert not at(read(cluster, "ordinary"), "spec.nodeName")


def test_an_urgent_pod_drives_another_away(cluster: Cluster) -> None:
    for name in ("a", "b"):
        cluster.create(pod(name, cpu="1500m"))
    cluster.work()
    kind = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass"}
    cluster.create({**kind, "metadata": {"name": "urgent"}, "value": 1000})
    cluster.create(pod("urgent", cpu="1500m", priorityClassName="urgent"))
    ending = [each for each in cluster.pods() if each["metadata"].get("deletionTimestamp")]
    assert len(ending) == 1
    assert at(read(cluster, "urgent"), "status.nominatedNodeName") == at(ending[0], "spec.nodeName")
    reasons = [reason for reason, _ in cluster.events(ending[0]["metadata"]["name"])]
    assert "Preempted" in reasons
    cluster.work()
    assert at(read(cluster, "urgent"), "spec.nodeName") == at(ending[0], "spec.nodeName")


def test_a_cordoned_node_takes_no_pods_and_bears_the_taint(cluster: Cluster) -> None:
    for node in cluster.list("v1", "Node"):
        cluster.change(node, spec={**node["spec"], "unschedulable": True})
    cluster.create(pod())
    assert "2 node(s) were unschedulable" in cluster.events("web")[0][1]
    for node in cluster.list("v1", "Node"):
        assert node["spec"]["taints"] == [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]
        cluster.change(node, spec={**node["spec"], "unschedulable": False})
    assert at(read(cluster), "spec.nodeName")
    assert "taints" not in cluster.list("v1", "Node")[0]["spec"]


def test_a_claim_that_is_not_there_is_named(cluster: Cluster) -> None:
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    cluster.create(pod(volumes=[volume]))
    assert cluster.events("web")[0][1] == (
        '0/2 nodes are available: persistentvolumeclaim "data" not found. '
        "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
    )


def test_pods_of_other_schedulers_are_left_alone(cluster: Cluster) -> None:
    cluster.create(pod(schedulerName="mine"))
    assert not at(read(cluster), "spec.nodeName")
    assert cluster.events("web") == []


def test_many_pods_are_spread_over_both_nodes(cluster: Cluster) -> None:
    for number in range(10):
        cluster.create(pod(f"web-{number}"))
    nodes = [at(each, "spec.nodeName") for each in cluster.pods()]
    # Not quite half and half: Karpenter's pod is on one of them.
    assert sorted(nodes.count(each) for each in set(nodes)) == [4, 6]
