"""Daemon sets: a pod on every node that is meant."""

from typing import Any

from played_cluster import Cluster

from labrunner.sandbox.objects import Object, at, changed, with_metadata


def daemon_set(**spec: Any) -> Object:
    pod = {"containers": [{"name": "agent", "image": "agent:1"}], **spec}
    template = {"metadata": {"labels": {"app": "agent"}}, "spec": pod}
    wanted = {"selector": {"matchLabels": {"app": "agent"}}, "template": template}
    meta = {"name": "agent", "namespace": "default"}
    return {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": meta, "spec": wanted}


def read(cluster: Cluster) -> Object:
    return cluster.get("apps/v1", "DaemonSet", "agent", "default")


def nodes(cluster: Cluster) -> list[Object]:
    return cluster.list("v1", "Node")


def test_every_node_gets_a_pod(cluster: Cluster) -> None:
    cluster.create(daemon_set())
    cluster.work()
    assert {at(pod, "spec.nodeName") for pod in cluster.pods()} == {
        n["metadata"]["name"] for n in nodes(cluster)
    }
    status = read(cluster)["status"]
    assert status == {
        "currentNumberScheduled": 2,
        "desiredNumberScheduled": 2,
        "numberAvailable": 2,
        "numberMisscheduled": 0,
        "numberReady": 2,
        "observedGeneration": 1,
        "updatedNumberScheduled": 2,
    }


def test_only_nodes_that_the_template_selects_are_meant(cluster: Cluster) -> None:
    cluster.create(daemon_set(nodeSelector={"disk": "fast"}))
    assert cluster.pods() == []
    assert read(cluster)["status"]["desiredNumberScheduled"] == 0
    first = nodes(cluster)[0]
    labels = {**first["metadata"]["labels"], "disk": "fast"}
    cluster.change(first, metadata=with_metadata(first, labels=labels)["metadata"])
    cluster.work()
    (pod,) = cluster.pods()
    assert at(pod, "spec.nodeName") == first["metadata"]["name"]


def test_a_taint_that_is_not_tolerated_keeps_it_off_and_drives_it_away(cluster: Cluster) -> None:
    cluster.create(daemon_set())
    cluster.work()
    first = nodes(cluster)[0]
    taint = {"key": "team", "value": "ml", "effect": "NoSchedule"}
    cluster.change(first, spec={**first["spec"], "taints": [taint]})
    cluster.work()
    assert len(cluster.pods()) == 1


def test_a_cordoned_node_keeps_its_daemon_pod(cluster: Cluster) -> None:
    cluster.create(daemon_set())
    cluster.work()
    first = nodes(cluster)[0]
    cluster.change(first, spec={**first["spec"], "unschedulable": True})
    cluster.work()
    assert len(cluster.pods()) == 2


def test_a_new_image_replaces_one_pod_after_the_other(cluster: Cluster) -> None:
    cluster.create(daemon_set())
    cluster.work()
    now = read(cluster)
    containers = [{"name": "agent", "image": "agent:2"}]
    cluster.change(now, spec=changed(now["spec"], "template.spec.containers", containers))
    ending = [pod for pod in cluster.pods() if pod["metadata"].get("deletionTimestamp")]
    assert len(ending) == 1
    cluster.work()
    assert {at(pod, "spec.containers.0.image") for pod in cluster.pods()} == {"agent:2"}
    assert read(cluster)["status"]["updatedNumberScheduled"] == 2


def test_a_failed_daemon_pod_is_replaced(cluster: Cluster) -> None:
    cluster.create(daemon_set())
    cluster.work()
    first = cluster.pods()[0]
    cluster.run_pod(first, ready=False, phase="Failed")
    cluster.work()
    assert all(at(pod, "status.phase") == "Running" for pod in cluster.pods())
    assert "FailedDaemonPod" in {reason for reason, _ in cluster.events("agent")}


def test_pods_of_a_node_that_is_gone_are_gone_too(cluster: Cluster) -> None:
    cluster.create(daemon_set())
    cluster.work()
    cluster.delete(nodes(cluster)[0])
    assert len(cluster.pods()) == 1
