"""Karpenter with a Provisioner and an AWSNodeTemplate, from a waiting pod to an empty node's end."""

import re
from typing import Any

import pytest
from played_cluster import Cluster

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.objects import Object, at, labels

NEURON = "aws.amazon.com/neuron"


def provisioner(**spec: Any) -> Object:
    both = [{"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot", "on-demand"]}]
    wanted = {"requirements": both, "ttlSecondsAfterEmpty": 30, "providerRef": {"name": "default"}, **spec}
    meta = {"name": "default"}
    return {"apiVersion": "karpenter.sh/v1alpha5", "kind": "Provisioner", "metadata": meta, "spec": wanted}


def requirement(key: str, operator: str, *values: str) -> Object:
    return {"key": key, "operator": operator, "values": list(values)}


TEMPLATE: Object = {
    "apiVersion": "karpenter.k8s.aws/v1alpha1",
    "kind": "AWSNodeTemplate",
    "metadata": {"name": "default"},
    "spec": {
        "subnetSelector": {"aws-ids": "subnet-1,subnet-2"},
        "blockDeviceMappings": [
            {"deviceName": "/dev/xvda", "ebs": {"volumeType": "gp3", "volumeSize": "100Gi"}}
        ],
    },
}

PLUGIN: Object = {
    "apiVersion": "apps/v1",
    "kind": "DaemonSet",
    "metadata": {"name": "plugin", "namespace": "kube-system"},
    "spec": {
        "selector": {"matchLabels": {"name": "plugin"}},
        "template": {
            "metadata": {"labels": {"name": "plugin"}},
            "spec": {
                "containers": [{"name": "plugin", "image": "plugin"}],
                "affinity": {
                    "nodeAffinity": {
                        "requiredDuringSchedulingIgnoredDuringExecution": {
                            "nodeSelectorTerms": [
                                {
                                    "matchExpressions": [
                                        requirement("node.kubernetes.io/instance-type", "In", "inf1.xlarge")
                                    ]
                                }
                            ]
                        }
                    }
                },
            },
        },
    },
}


def pod(name: str = "inference", *, limits: dict[str, str] | None = None, **spec: Any) -> Object:
    container = {"name": "main", "image": "pause", "resources": {"limits": limits or {NEURON: "1"}}}
    meta = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"containers": [container], **spec}}


def launched(cluster: Cluster) -> list[Object]:
    return [each for each in cluster.list("v1", "Node") if "karpenter.sh/provisioner-name" in labels(each)]


def line(level: str, logger: str, message: str, fields: str = "") -> str:
    """A line of the log; `fields` is what follows the commit."""
    return f'{level}\tcontroller.{logger}\t{message}\t{{"commit": "rehearsal"{fields}}}'


def log(cluster: Cluster) -> list[str]:
    """The log without its times and host names."""
    lines = [line.split("\t", 1)[1] for line in cluster.karpenter_log().splitlines()]
    return [re.sub(r"ip-[-0-9]+\.us-west-2\.compute\.internal", "NODE", line) for line in lines]


@pytest.fixture
def ready(cluster: Cluster) -> Cluster:
    """A cluster in which Karpenter runs and has a provisioner."""
    cluster.work()
    cluster.create(TEMPLATE)
    cluster.create(provisioner())
    return cluster


def test_a_pod_that_wants_neuron_gets_the_cheapest_node_that_has_it(ready: Cluster) -> None:
    ready.create(PLUGIN)
    ready.create(pod())
    ready.advance(1)
    (node,) = launched(ready)
    assert labels(node)["node.kubernetes.io/instance-type"] == "inf1.xlarge"
    assert labels(node)["karpenter.sh/capacity-type"] == "spot"
    assert labels(node)["karpenter.k8s.aws/instance-family"] == "inf1"
    assert labels(node)["labrunner.dev/emulated"] == "true"
    assert node["metadata"]["finalizers"] == ["karpenter.sh/termination"]
    instance = at(node, "spec.providerID").rsplit("/", 1)[1]
    zone = labels(node)["topology.kubernetes.io/zone"]
    types = "inf1.xlarge, inf1.2xlarge, inf2.xlarge, inf1.6xlarge, trn1.2xlarge and 6 other(s)"
    order = (
        f"Launched instance: {instance}, hostname: NODE, type: inf1.xlarge, zone: {zone}, capacityType: spot"
    )
    created = (
        f'Created node with 1 pods requesting {{"aws.amazon.com/neuron":"1","pods":"2"}} from types {types}'
    )
    of_pool = ', "provisioner": "default"'
    assert log(ready)[:5] == [
        line("INFO", "provisioning", "Found 1 provisionable pod(s)"),
        line("INFO", "provisioning", "Computed 1 new node(s) will fit 1 pod(s)"),
        line("INFO", "provisioning.cloudprovider", order, of_pool),
        line("INFO", "provisioning", created, of_pool),
        line("INFO", "provisioning", "Waiting for unschedulable pods"),
    ]


def test_the_times_of_the_log_are_utc_with_milliseconds(ready: Cluster) -> None:
    ready.create(pod())
    ready.advance(1)
    assert ready.karpenter_log().startswith("2025-01-01T00:00:01.000Z\tINFO\t")


def test_the_node_is_ready_after_the_launch_and_shows_its_chips_only_as_files(ready: Cluster) -> None:
    ready.create(pod())
    ready.advance(1)
    (node,) = launched(ready)
    assert not at(node, "status.conditions")
    assert [each["key"] for each in node["spec"]["taints"]] == ["node.kubernetes.io/not-ready"]
    ready.advance(2)
    (node,) = launched(ready)
    assert "taints" not in node["spec"]
    assert NEURON not in node["status"]["allocatable"]
    assert node["status"]["capacity"]["ephemeral-storage"] == "100Gi"
    assert (ready.folder / node["metadata"]["name"] / "dev" / "neuron0").exists()
    assert not at(ready.pods()[0], "spec.nodeName")


def test_the_pod_is_placed_once_the_plugin_has_registered(ready: Cluster) -> None:
    ready.create(pod())
    ready.advance(4)
    (node,) = launched(ready)
    assert "karpenter.sh/initialized" not in labels(node)
    ready.plug_in(node["metadata"]["name"], neuron=1)
    (node,) = launched(ready)
    assert labels(node)["karpenter.sh/initialized"] == "true"
    assert at(ready.pods()[0], "spec.nodeName") == node["metadata"]["name"]
    nominated = ("Nominate", f"Pod should schedule on {node['metadata']['name']}")
    assert nominated in ready.events("inference")


def test_while_a_node_is_on_its_way_no_second_one_is_launched(ready: Cluster) -> None:
    ready.create(pod())
    ready.advance(30)
    assert len(launched(ready)) == 1


def test_pods_that_come_together_share_nodes(ready: Cluster) -> None:
    for number in range(6):
        ready.create(pod(f"small-{number}", limits={"cpu": "900m", "memory": "100Mi"}))
    ready.advance(1)
    # Four find room on the node group.
    assert len(launched(ready)) == 1


def test_pods_that_will_not_share_a_node_get_one_each(ready: Cluster) -> None:
    term = {"labelSelector": {"matchLabels": {"app": "db"}}, "topologyKey": "kubernetes.io/hostname"}
    rule = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    for number in range(4):
        loner = pod(f"db-{number}", limits={"cpu": "100m"}, affinity=rule)
        loner["metadata"]["labels"] = {"app": "db"}
        ready.create(loner)
        ready.work()
        ready.advance(4)
    # Two are on the node group.
    assert len(launched(ready)) == 2
    assert len({at(each, "spec.nodeName") for each in ready.pods()}) == 4


def test_a_port_of_the_host_is_taken_once_on_each_node(ready: Cluster) -> None:
    for number in range(4):
        server = pod(f"server-{number}", limits={"cpu": "100m"})
        server["spec"]["containers"][0]["ports"] = [{"containerPort": 80, "hostPort": 80}]
        ready.create(server)
    ready.advance(4)
    assert len(launched(ready)) == 2


def test_an_empty_node_goes_after_its_time(ready: Cluster) -> None:
    ready.create(pod())
    ready.advance(4)
    ready.plug_in(launched(ready)[0]["metadata"]["name"], neuron=1)
    ready.work()
    ready.advance(40)
    assert len(launched(ready)) == 1
    ready.delete(ready.get("v1", "Pod", "inference", "default"))
    ready.work()
    ready.advance(29)
    assert len(launched(ready)) == 1
    ready.advance(2)
    assert launched(ready) == []
    node, triggering = ', "node": "NODE"', "Triggering termination after 30s for empty node"
    assert log(ready)[-4:] == [
        line("INFO", "node", "Added TTL to empty node", f'{node}, "provisioner": "default"'),
        line("INFO", "node", triggering, f'{node}, "provisioner": "default"'),
        line("INFO", "termination", "Cordoned node", node),
        line("INFO", "termination", "Deleted node", node),
    ]


def test_a_node_that_is_used_again_is_kept(ready: Cluster) -> None:
    ready.create(pod())
    ready.advance(4)
    ready.plug_in(launched(ready)[0]["metadata"]["name"], neuron=1)
    ready.delete(ready.get("v1", "Pod", "inference", "default"), grace_seconds=0)
    ready.advance(20)
    ready.create(pod("again"))
    ready.advance(60)
    assert len(launched(ready)) == 1
    assert any("Removed emptiness TTL from node" in line for line in log(ready))


def test_without_a_ttl_an_empty_node_stays(ready: Cluster) -> None:
    now = ready.get("karpenter.sh/v1alpha5", "Provisioner", "default")
    ready.change(
        now, spec={key: value for key, value in now["spec"].items() if key != "ttlSecondsAfterEmpty"}
    )
    ready.create(pod())
    ready.advance(4)
    ready.plug_in(launched(ready)[0]["metadata"]["name"], neuron=1)
    ready.delete(ready.get("v1", "Pod", "inference", "default"), grace_seconds=0)
    ready.advance(120)
    assert len(launched(ready)) == 1


def test_deleting_the_provisioner_drains_and_removes_its_nodes(ready: Cluster) -> None:
    ready.create(pod())
    ready.advance(4)
    name = launched(ready)[0]["metadata"]["name"]
    ready.plug_in(name, neuron=1)
    ready.work()
    ready.delete(ready.get("karpenter.sh/v1alpha5", "Provisioner", "default"))
    assert ready.find("karpenter.sh/v1alpha5", "Provisioner", "default") is None
    (node,) = launched(ready)
    assert at(node, "spec.unschedulable") is True
    assert ("FailedDraining", "Failed to drain node, 1 pods are waiting to be evicted") in ready.events(name)
    ready.work()
    assert launched(ready) == []
    assert ("Evicted", "Evicted pod") in ready.events("inference")


def test_a_pod_that_may_not_be_evicted_keeps_its_node(ready: Cluster) -> None:
    staying = pod()
    staying["metadata"]["annotations"] = {"karpenter.sh/do-not-evict": "true"}
    ready.create(staying)
    ready.advance(4)
    ready.plug_in(launched(ready)[0]["metadata"]["name"], neuron=1)
    ready.work()
    ready.delete(launched(ready)[0])
    ready.work()
    assert len(launched(ready)) == 1


def test_without_a_provisioner_nothing_is_launched_and_the_log_says_why(cluster: Cluster) -> None:
    cluster.work()
    cluster.create(pod())
    cluster.advance(5)
    assert launched(cluster) == []
    assert log(cluster) == [line("ERROR", "provisioning", "Provisioning failed, no provisioners found")]


def test_without_its_template_nothing_is_launched_and_the_log_says_why(cluster: Cluster) -> None:
    cluster.work()
    cluster.create(provisioner())
    cluster.create(pod())
    cluster.advance(5)
    assert launched(cluster) == []
    why = 'getting providerRef, AWSNodeTemplate.karpenter.k8s.aws "default" not found'
    failed = f"Provisioning failed, getting instance types, {why}"
    assert log(cluster) == [line("ERROR", "provisioning", failed)]
    assert cluster.events("default")[-1] == ("FailedProvisioning", f"Failed to provision new node, {why}")
    cluster.create(TEMPLATE)
    cluster.advance(2)
    assert len(launched(cluster)) == 1


def test_a_family_without_neuron_is_refused_in_karpenters_words(cluster: Cluster) -> None:
    cluster.work()
    cluster.create(TEMPLATE)
    family = requirement("karpenter.k8s.aws/instance-family", "In", "m5", "c5")
    cluster.create(provisioner(requirements=[family]))
    cluster.create(pod())
    cluster.advance(30)
    assert launched(cluster) == []
    why = (
        'incompatible with provisioner "default", no instance type satisfied resources '
        '{"aws.amazon.com/neuron":"1","pods":"1"} and requirements '
        "karpenter.k8s.aws/instance-family In [c5 m5], karpenter.sh/capacity-type In [on-demand], "
        "karpenter.sh/provisioner-name In [default], kubernetes.io/arch In [amd64], "
        "kubernetes.io/os In [linux]"
    )
    pod_field = ', "pod": "default/inference"'
    assert log(cluster) == [line("ERROR", "provisioning", f"Could not schedule pod, {why}", pod_field)]
    assert ("FailedScheduling", f"Failed to schedule pod, {why}") in cluster.events("inference")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([requirement("karpenter.k8s.aws/instance-family", "In", "inf2")], "inf2.xlarge"),
        ([requirement("karpenter.k8s.aws/instance-family", "NotIn", "inf1", "inf2")], "trn1.2xlarge"),
        ([requirement("karpenter.k8s.aws/instance-cpu", "Gt", "4")], "inf1.2xlarge"),
        ([requirement("karpenter.k8s.aws/instance-size", "In", "24xlarge")], "inf1.24xlarge"),
        ([requirement("node.kubernetes.io/instance-type", "In", "inf1.6xlarge")], "inf1.6xlarge"),
        ([requirement("karpenter.k8s.aws/instance-generation", "Lt", "2")], "inf1.xlarge"),
        ([requirement("karpenter.k8s.aws/instance-accelerator-count", "Exists")], "inf1.xlarge"),
    ],
)
def test_requirements_narrow_the_choice(cluster: Cluster, wanted: list[Object], expected: str) -> None:
    cluster.work()
    cluster.create(TEMPLATE)
    cluster.create(provisioner(requirements=wanted))
    cluster.create(pod())
    cluster.advance(1)
    assert [labels(each)["node.kubernetes.io/instance-type"] for each in launched(cluster)] == [expected]


def test_a_pods_own_selector_narrows_it_too(ready: Cluster) -> None:
    chosen = {"topology.kubernetes.io/zone": "us-west-2c", "karpenter.sh/capacity-type": "on-demand"}
    ready.create(pod(nodeSelector=chosen))
    ready.advance(1)
    (node,) = launched(ready)
    assert chosen.items() <= labels(node).items()


def test_a_label_that_no_provisioner_gives_is_refused(ready: Cluster) -> None:
    ready.create(pod(nodeSelector={"team": "ml"}))
    ready.advance(2)
    assert launched(ready) == []
    assert 'incompatible requirements, label "team" does not have known values' in log(ready)[0]


def test_labels_and_taints_of_the_provisioner_are_on_its_nodes(cluster: Cluster) -> None:
    cluster.work()
    cluster.create(TEMPLATE)
    taint = {"key": "dedicated", "value": "ml", "effect": "NoSchedule"}
    cluster.create(provisioner(labels={"team": "ml"}, taints=[taint]))
    cluster.create(pod("shy"))
    cluster.advance(2)
    assert launched(cluster) == []
    assert "did not tolerate dedicated=ml:NoSchedule" in log(cluster)[0]
    bearing = [{"key": "dedicated", "operator": "Exists"}]
    cluster.create(pod("bold", nodeSelector={"team": "ml"}, tolerations=bearing))
    cluster.advance(4)
    (node,) = launched(cluster)
    assert labels(node)["team"] == "ml"
    assert node["spec"]["taints"] == [taint]


def test_limits_are_kept(cluster: Cluster) -> None:
    cluster.work()
    cluster.create(TEMPLATE)
    cluster.create(provisioner(limits={"resources": {"cpu": "3"}}))
    cluster.create(pod())
    cluster.advance(2)
    assert launched(cluster) == []
    assert 'incompatible with provisioner "default", no instance type satisfied' in log(cluster)[0]


def test_when_its_pod_does_not_run_karpenter_does_nothing_until_it_does(cluster: Cluster) -> None:
    cluster.create(TEMPLATE)
    cluster.create(provisioner())
    cluster.create(pod())
    cluster.advance(10)
    assert launched(cluster) == []
    assert cluster.karpenter_log() == ""
    cluster.work()
    cluster.advance(1)
    assert len(launched(cluster)) == 1


def test_a_misspelt_field_is_refused(cluster: Cluster) -> None:
    with pytest.raises(ApiError, match=re.escape('unknown field "spec.requirement"')):
        cluster.create(provisioner(requirement=[]))


def test_a_limit_that_is_no_quantity_is_refused(cluster: Cluster) -> None:
    with pytest.raises(ApiError, match=re.escape("spec.limits.resources.cpu")):
        cluster.create(provisioner(limits={"resources": {"cpu": "many"}}))


def test_a_bound_that_is_no_number_fits_nothing(cluster: Cluster) -> None:
    cluster.work()
    cluster.create(TEMPLATE)
    cluster.create(provisioner(requirements=[requirement("karpenter.k8s.aws/instance-cpu", "Gt", "few")]))
    cluster.create(pod())
    cluster.advance(2)
    assert launched(cluster) == []
    assert "no instance type satisfied resources" in log(cluster)[0]


def test_the_provisioner_counts_what_its_nodes_have(ready: Cluster) -> None:
    ready.create(pod())
    ready.advance(4)
    found = ready.get("karpenter.sh/v1alpha5", "Provisioner", "default")
    assert found["status"]["resources"]["cpu"] == "4"
    assert found["status"]["resources"][NEURON] == "1"


def test_an_expired_node_is_replaced(cluster: Cluster) -> None:
    cluster.work()
    cluster.create(TEMPLATE)
    cluster.create(provisioner(ttlSecondsUntilExpired=60))
    cluster.create(pod())
    cluster.advance(4)
    cluster.plug_in(launched(cluster)[0]["metadata"]["name"], neuron=1)
    cluster.work()
    cluster.advance(60)
    assert any("Triggering termination for expired node after 1m0s" in line for line in log(cluster))
    cluster.work()
    assert launched(cluster) == []
