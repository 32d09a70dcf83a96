"""Karpenter with a NodePool and an EC2NodeClass: claims, nodes, logs in JSON."""

import json
from typing import Any

import pytest
from played_cluster import Cluster

from labrunner.sandbox.objects import Object, at, condition, is_true, labels

NEURON = "aws.amazon.com/neuron"


def node_pool(*requirements: Object, **spec: Any) -> Object:
    template = {
        "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default"},
        "requirements": list(requirements),
    }
    template |= {key: spec.pop(key) for key in ("taints", "startupTaints", "expireAfter") if key in spec}
    wanted = {"template": {"spec": template}, **spec}
    meta = {"name": "accelerated"}
    return {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": meta, "spec": wanted}


NODE_CLASS: Object = {
    "apiVersion": "karpenter.k8s.aws/v1",
    "kind": "EC2NodeClass",
    "metadata": {"name": "default"},
    "spec": {
        "role": "KarpenterNodeRole",
        "amiSelectorTerms": [{"alias": "al2023@latest"}],
        "subnetSelectorTerms": [{"tags": {"karpenter.sh/discovery": "eks-workshop"}}],
        "securityGroupSelectorTerms": [{"tags": {"karpenter.sh/discovery": "eks-workshop"}}],
    },
}


def pod(name: str = "inference", **spec: Any) -> Object:
    container = {"name": "main", "image": "pause", "resources": {"limits": {NEURON: "1"}}}
    meta = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"containers": [container], **spec}}


def claims(cluster: Cluster) -> list[Object]:
    return cluster.list("karpenter.sh/v1", "NodeClaim")


def launched(cluster: Cluster) -> list[Object]:
    return [each for each in cluster.list("v1", "Node") if "karpenter.sh/nodepool" in labels(each)]


def log(cluster: Cluster) -> list[Object]:
    return [json.loads(line) for line in cluster.karpenter_log().splitlines()]


def said(cluster: Cluster) -> list[str]:
    return [each["message"] for each in log(cluster)]


@pytest.fixture
def ready(cluster: Cluster) -> Cluster:
    """A cluster in which Karpenter runs and has a node pool."""
    cluster.work()
    cluster.create(NODE_CLASS)
    cluster.create(node_pool())
    return cluster


def start(cluster: Cluster) -> Object:
    """Get the pod its node, complete with its chips."""
    cluster.create(pod())
    cluster.advance(5)
    (node,) = launched(cluster)
    cluster.plug_in(node["metadata"]["name"], neuron=1)
    cluster.work()
    return cluster.get("v1", "Node", node["metadata"]["name"])


def test_classes_and_pools_say_that_they_are_ready(ready: Cluster) -> None:
    node_class = ready.get("karpenter.k8s.aws/v1", "EC2NodeClass", "default")
    assert is_true(node_class, "Ready")
    told = condition(node_class, "SubnetsReady")
    assert told is not None
    assert told["message"] == "emulated by labrunner: nothing was looked up in AWS"
    assert is_true(ready.get("karpenter.sh/v1", "NodePool", "accelerated"), "Ready")


def test_a_claim_goes_through_its_stages(ready: Cluster) -> None:
    ready.create(pod())
    ready.advance(1)
    (claim,) = claims(ready)
    assert claim["metadata"]["name"].startswith("accelerated-")
    assert is_true(claim, "Launched")
    assert not is_true(claim, "Registered")
    assert launched(ready) == []
    assert ("Nominated", f"Pod should schedule on: nodeclaim/{claim['metadata']['name']}") in ready.events(
        "inference"
    )
    ready.advance(2)
    (claim,), (node,) = claims(ready), launched(ready)
    assert is_true(claim, "Registered")
    assert not is_true(claim, "Initialized")
    assert at(claim, "status.nodeName") == node["metadata"]["name"]
    assert labels(node)["karpenter.sh/registered"] == "true"
    assert "taints" not in node["spec"]
    ready.plug_in(node["metadata"]["name"], neuron=1)
    (claim,), (node,) = claims(ready), launched(ready)
    assert is_true(claim, "Initialized")
    assert is_true(claim, "Ready")
    assert labels(node)["karpenter.sh/initialized"] == "true"
    assert at(ready.pods()[0], "spec.nodeName") == node["metadata"]["name"]
    stages = ["found provisionable pod(s)", "computed new nodeclaim(s) to fit pod(s)", "created nodeclaim"]
    stages += ["launched nodeclaim", "registered nodeclaim", "initialized nodeclaim"]
    assert [each for each in said(ready) if "nodeclaim" in each or "provisionable" in each] == stages


def test_the_log_is_json_with_what_was_decided(ready: Cluster) -> None:
    ready.create(pod())
    ready.advance(1)
    (claim,) = claims(ready)
    created, ordered = (
        next(each for each in log(ready) if each["message"] == f"{done} nodeclaim")
        for done in ("created", "launched")
    )
    assert created == {
        "level": "INFO",
        "time": "2025-01-01T00:00:01.000Z",
        "logger": "controller",
        "message": "created nodeclaim",
        "commit": "rehearsal",
        "controller": "provisioner",
        "NodePool": {"name": "accelerated"},
        "NodeClaim": {"name": claim["metadata"]["name"]},
        "requests": {NEURON: "1", "pods": "1"},
        "instance-types": "inf1.xlarge, inf1.2xlarge, inf2.xlarge, inf1.6xlarge, trn1.2xlarge and 6 other(s)",
    }
    assert ordered["instance-type"] == "inf1.xlarge"
    assert ordered["capacity-type"] == "on-demand"
    assert ordered["provider-id"] == at(claim, "status.providerID")


def test_a_pool_without_its_class_is_ignored_and_says_why(cluster: Cluster) -> None:
    cluster.work()
    cluster.create(node_pool())
    cluster.create(pod())
    cluster.advance(3)
    assert claims(cluster) == []
    assert said(cluster) == ["ignoring nodepool, not ready"]
    told = condition(cluster.get("karpenter.sh/v1", "NodePool", "accelerated"), "NodeClassReady")
    assert told is not None
    assert (told["reason"], told["message"]) == ("NodeClassNotFound", "NodeClass not found on cluster")
    cluster.create(NODE_CLASS)
    cluster.advance(2)
    assert len(claims(cluster)) == 1


def test_a_pool_without_neuron_is_refused_in_karpenters_words(cluster: Cluster) -> None:
    cluster.work()
    cluster.create(NODE_CLASS)
    categories = {"key": "karpenter.k8s.aws/instance-category", "operator": "In", "values": ["c", "m"]}
    generations = {"key": "karpenter.k8s.aws/instance-generation", "operator": "Gt", "values": ["4"]}
    cluster.create(node_pool(categories, generations))
    cluster.create(pod())
    cluster.advance(3)
    assert claims(cluster) == []
    (line,) = log(cluster)
    why = (
        'incompatible with nodepool "accelerated", daemonset overhead={}, no instance type which met the '
        "scheduling requirements and the required offering had the required resources, requirements="
        "karpenter.k8s.aws/instance-category In [c m], karpenter.k8s.aws/instance-generation Exists >4, "
        "karpenter.sh/nodepool In [accelerated], kubernetes.io/os In [linux], "
        'resources={"aws.amazon.com/neuron":"1","pods":"1"}'
    )
    assert (line["level"], line["message"]) == ("ERROR", "could not schedule pod")
    assert line["Pod"] == {"name": "inference", "namespace": "default"}
    assert line["error"] == why
    assert ("FailedScheduling", f"Failed to schedule pod, {why}") in cluster.events("inference")


def test_an_empty_node_goes_with_its_claim(ready: Cluster) -> None:
    node = start(ready)
    pool = ready.get("karpenter.sh/v1", "NodePool", "accelerated")
    ready.change(pool, spec={**pool["spec"], "disruption": {"consolidateAfter": "30s"}})
    ready.advance(60)
    assert len(launched(ready)) == 1
    ready.delete(ready.get("v1", "Pod", "inference", "default"))
    ready.work()
    ready.advance(29)
    assert len(launched(ready)) == 1
    ready.advance(2)
    assert launched(ready) == []
    assert claims(ready) == []
    assert said(ready)[-4:] == ["disrupting node(s)", "tainted node", "deleted node", "deleted nodeclaim"]
    disrupting = log(ready)[-4]
    assert disrupting["reason"] == "empty"
    assert disrupting["disrupted-nodes"][0]["Node"] == {"name": node["metadata"]["name"]}


def test_consolidation_that_never_happens_leaves_empty_nodes(cluster: Cluster) -> None:
    cluster.work()
    cluster.create(NODE_CLASS)
    cluster.create(node_pool(disruption={"consolidateAfter": "Never"}))
    start(cluster)
    cluster.delete(cluster.get("v1", "Pod", "inference", "default"))
    cluster.work()
    cluster.advance(300)
    assert len(launched(cluster)) == 1


def test_deleting_the_pool_drains_and_removes_its_nodes(ready: Cluster) -> None:
    start(ready)
    ready.delete(ready.get("karpenter.sh/v1", "NodePool", "accelerated"))
    (node,) = launched(ready)
    assert {"key": "karpenter.sh/disrupted", "effect": "NoSchedule"} in node["spec"]["taints"]
    ready.work()
    assert launched(ready) == []
    assert claims(ready) == []


def test_deleting_the_node_itself_ends_its_claim(ready: Cluster) -> None:
    node = start(ready)
    ready.delete(node)
    ready.work()
    assert claims(ready) == []
    assert launched(ready) == []


def test_a_class_waits_for_its_claims(ready: Cluster) -> None:
    start(ready)
    (claim,) = claims(ready)
    ready.delete(ready.get("karpenter.k8s.aws/v1", "EC2NodeClass", "default"))
    waiting = f"Waiting on NodeClaim termination for {claim['metadata']['name']}"
    assert ("WaitingOnNodeClaimTermination", waiting) in ready.events("default")
    ready.delete(ready.get("karpenter.sh/v1", "NodePool", "accelerated"))
    ready.work()
    assert ready.find("karpenter.k8s.aws/v1", "EC2NodeClass", "default") is None


def test_startup_taints_delay_completion_and_keep_no_pod_from_waiting(cluster: Cluster) -> None:
    cluster.work()
    cluster.create(NODE_CLASS)
    taint = {"key": "example.com/starting", "effect": "NoSchedule"}
    cluster.create(node_pool(startupTaints=[taint]))
    cluster.create(pod())
    cluster.advance(5)
    (node,) = launched(cluster)
    assert node["spec"]["taints"] == [taint]
    cluster.plug_in(node["metadata"]["name"], neuron=1)
    cluster.advance(60)
    assert len(launched(cluster)) == 1
    assert not is_true(claims(cluster)[0], "Initialized")
    node = cluster.get("v1", "Node", node["metadata"]["name"])
    cluster.change(node, spec={key: value for key, value in node["spec"].items() if key != "taints"})
    assert is_true(claims(cluster)[0], "Initialized")
    assert at(cluster.pods()[0], "spec.nodeName")


def test_the_heavier_of_two_pools_is_taken(ready: Cluster) -> None:
    family = {"key": "karpenter.k8s.aws/instance-family", "operator": "In", "values": ["inf2"]}
    heavy = node_pool(family, weight=10)
    heavy["metadata"]["name"] = "heavy"
    ready.create(heavy)
    ready.create(pod())
    ready.advance(1)
    (claim,) = claims(ready)
    assert labels(claim)["karpenter.sh/nodepool"] == "heavy"
    assert labels(claim)["node.kubernetes.io/instance-type"] == "inf2.xlarge"
