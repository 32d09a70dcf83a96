"""The node group that is there from the start, and the objects that make a node."""

import pytest
from played_cluster import Cluster

from labrunner.sandbox.control import instances, node_objects
from labrunner.sandbox.instance_types import instance_types
from labrunner.sandbox.objects import at, is_true, labels


def test_there_are_two_ready_nodes_in_two_zones_without_accelerators(cluster: Cluster) -> None:
    nodes = cluster.list("v1", "Node")
    assert [labels(each)["topology.kubernetes.io/zone"] for each in nodes] == ["us-west-2a", "us-west-2b"]
    assert all(is_true(each, "Ready") for each in nodes)
    assert all(labels(each)["labrunner.dev/emulated"] == "true" for each in nodes)
    assert not any("neuron" in name for each in nodes for name in each["status"]["capacity"])
    assert all(each["metadata"]["name"].startswith("ip-10-42-") for each in nodes)


def test_nodes_have_leases(cluster: Cluster) -> None:
    leases = cluster.list("coordination.k8s.io/v1", "Lease", "kube-node-lease")
    assert [each["spec"]["holderIdentity"] for each in leases] == [
        each["metadata"]["name"] for each in cluster.list("v1", "Node")
    ]


def test_a_large_m5_offers_what_it_does_on_eks(cluster: Cluster) -> None:
    allocatable = cluster.list("v1", "Node")[0]["status"]["allocatable"]
    assert (allocatable["cpu"], allocatable["pods"]) == ("1930m", "29")


def test_every_field_that_clients_insist_on_is_there(cluster: Cluster) -> None:
    client = pytest.importorskip("kubernetes.client")
    api = client.ApiClient()

    class Answer:
        def __init__(self, data: object) -> None:
            import json

            self.data = json.dumps(data)

    for node in cluster.list("v1", "Node"):
        read = api.deserialize(Answer(node).data, "V1Node", "application/json")
        assert read.status.node_info.kubelet_version == node_objects.VERSION


def test_instances_are_the_same_for_the_same_seed_and_avoid_names_that_are_taken() -> None:
    one = instances.launched("seed", "us-west-2b", "us-west-2", ())
    assert one == instances.launched("seed", "us-west-2b", "us-west-2", ())
    other = instances.launched("seed", "us-west-2b", "us-west-2", {one.host_name})
    assert other.host_name != one.host_name
    assert one.provider_id == f"aws:///us-west-2b/{one.id}"
    assert 128 <= int(one.address.split(".")[2]) < 160


def test_the_virginia_region_names_hosts_its_own_way() -> None:
    assert instances.launched("s", "us-east-1a", "us-east-1", ()).host_name.endswith(".ec2.internal")


def test_accelerated_types_know_their_chips() -> None:
    types = instance_types()
    assert (types["inf1.xlarge"].devices, types["inf1.xlarge"].cores) == (1, 4)
    assert (types["inf1.24xlarge"].devices, types["inf1.24xlarge"].cores) == (16, 64)
    assert (types["trn1.32xlarge"].devices, types["trn1.32xlarge"].category) == (16, "trn")
    assert node_objects.devices(types["inf1.6xlarge"]) == ["neuron0", "neuron1", "neuron2", "neuron3"]


def test_the_cheapest_type_comes_first() -> None:
    prices = [each.price for each in instance_types().values()]
    assert prices == sorted(prices)
    assert (
        min((t for t in instance_types().values() if t.devices), key=lambda t: t.price).name == "inf1.xlarge"
    )


def test_the_deployment_of_karpenter_runs_where_it_launched_nothing(cluster: Cluster) -> None:
    cluster.work()
    (pod,) = cluster.pods("karpenter")
    assert at(pod, "status.phase") == "Running"
    assert pod["spec"]["containers"][0]["name"] == "controller"
