"""Deployments and replica sets, as kubectl rollout sees them."""

from typing import Any

import pytest
from played_cluster import Cluster

from labrunner.sandbox.control import rollout
from labrunner.sandbox.objects import Object, annotations, at, changed, condition


def deployment(replicas: int = 3, image: str = "web:1", **spec: Any) -> Object:
    template = {
        "metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": image}]},
    }
    wanted = {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template, **spec}
    meta = {"name": "web", "namespace": "default"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": wanted}


def read(cluster: Cluster) -> Object:
    return cluster.get("apps/v1", "Deployment", "web", "default")


def sets(cluster: Cluster) -> list[Object]:
    return cluster.list("apps/v1", "ReplicaSet", "default")


def set_image(cluster: Cluster, image: str) -> None:
    now = read(cluster)
    cluster.change(
        now, spec=changed(now["spec"], "template.spec.containers", [{"name": "web", "image": image}])
    )


def is_rolled_out(found: Object) -> bool:
    """What `kubectl rollout status` waits for."""
    status, wanted = found["status"], found["spec"]["replicas"]
    return bool(
        status["observedGeneration"] >= found["metadata"]["generation"]
        and status.get("updatedReplicas", 0) >= wanted
        and status.get("replicas", 0) <= status.get("updatedReplicas", 0)
        and status.get("availableReplicas", 0) >= status.get("updatedReplicas", 0)
    )


def test_a_deployment_makes_a_replica_set_that_makes_pods(cluster: Cluster) -> None:
    cluster.create(deployment())
    (made,) = sets(cluster)
    assert made["metadata"]["name"].startswith("web-")
    assert annotations(made)["deployment.kubernetes.io/revision"] == "1"
    assert len(cluster.pods()) == 3
    assert all(at(pod, "metadata.labels.pod-template-hash") for pod in cluster.pods())
    assert not is_rolled_out(read(cluster))
    cluster.work()
    assert is_rolled_out(read(cluster))
    assert condition(read(cluster), "Progressing") | {"lastUpdateTime": "", "lastTransitionTime": ""} == {
        "type": "Progressing",
        "status": "True",
        "reason": "NewReplicaSetAvailable",
        "message": f'ReplicaSet "{made["metadata"]["name"]}" has successfully progressed.',
        "lastUpdateTime": "",
        "lastTransitionTime": "",
    }


def test_events_tell_of_scaling_and_of_each_pod(cluster: Cluster) -> None:
    cluster.create(deployment(replicas=1))
    (made,) = sets(cluster)
    name = made["metadata"]["name"]
    assert cluster.events("web") == [("ScalingReplicaSet", f"Scaled up replica set {name} from 0 to 1")]
    (pod,) = cluster.pods()
    assert cluster.events(name) == [("SuccessfulCreate", f"Created pod: {pod['metadata']['name']}")]


def test_a_new_image_is_rolled_out_without_falling_below_what_must_be_available(cluster: Cluster) -> None:
    cluster.create(deployment(replicas=4))
    cluster.work()
    set_image(cluster, "web:2")
    assert not is_rolled_out(read(cluster))
    # A quarter more, a quarter less: never more than five, never fewer than three that are available.
    assert sum(rollout.size(each) for each in sets(cluster)) <= 5
    assert read(cluster)["status"]["availableReplicas"] >= 3
    cluster.work()
    cluster.settle()
    assert is_rolled_out(read(cluster))
    assert {at(pod, "spec.containers.0.image") for pod in cluster.pods()} == {"web:2"}
    assert sorted(rollout.size(each) for each in sets(cluster)) == [0, 4]


def test_pods_that_never_get_ready_stop_the_rollout_and_leave_the_old_ones(cluster: Cluster) -> None:
    cluster.create(deployment(replicas=4, progressDeadlineSeconds=60))
    cluster.work()
    set_image(cluster, "web:broken")
    cluster.work(web=False)
    old = [pod for pod in cluster.pods() if at(pod, "spec.containers.0.image") == "web:1"]
    assert len(old) == 3
    cluster.advance(61)
    told = condition(read(cluster), "Progressing")
    assert told is not None
    assert told["reason"] == "ProgressDeadlineExceeded"
    assert told["message"].endswith("has timed out progressing.")


def test_an_undone_rollout_brings_the_old_replica_set_back_as_a_new_revision(cluster: Cluster) -> None:
    cluster.create(deployment(replicas=1))
    cluster.work()
    set_image(cluster, "web:2")
    cluster.work()
    set_image(cluster, "web:1")
    cluster.work()
    assert len(sets(cluster)) == 2
    revisions = {
        at(each, "spec.template.spec.containers.0.image"): annotations(each)[
            "deployment.kubernetes.io/revision"
        ]
        for each in sets(cluster)
    }
    assert revisions == {"web:1": "3", "web:2": "2"}
    (back,) = [each for each in sets(cluster) if rollout.size(each)]
    assert annotations(back)["deployment.kubernetes.io/revision-history"] == "1"
    assert annotations(read(cluster))["deployment.kubernetes.io/revision"] == "3"


def test_recreate_waits_until_the_last_old_pod_is_gone(cluster: Cluster) -> None:
    cluster.create(deployment(replicas=2, strategy={"type": "Recreate"}))
    cluster.work()
    set_image(cluster, "web:2")
    images = {at(pod, "spec.containers.0.image") for pod in cluster.pods()}
    assert images == {"web:1"}  # they are ending
    cluster.work()
    assert {at(pod, "spec.containers.0.image") for pod in cluster.pods()} == {"web:2"}
    assert is_rolled_out(read(cluster))


def test_a_paused_deployment_is_not_rolled_out_but_scaled(cluster: Cluster) -> None:
    cluster.create(deployment(replicas=1))
    cluster.work()
    now = read(cluster)
    cluster.change(now, spec={**now["spec"], "paused": True})
    set_image(cluster, "web:2")
    assert len(sets(cluster)) == 1
    now = read(cluster)
    cluster.change(now, spec={**now["spec"], "replicas": 2})
    assert len(cluster.pods()) == 2
    told = condition(read(cluster), "Progressing")
    assert told is not None
    assert told["reason"] == "DeploymentPaused"
    now = read(cluster)
    cluster.change(now, spec={**now["spec"], "paused": False})
    cluster.work()
    assert is_rolled_out(read(cluster))
    assert {at(pod, "spec.containers.0.image") for pod in cluster.pods()} == {"web:2"}


def test_scaling_to_nothing_and_back(cluster: Cluster) -> None:
    cluster.create(deployment(replicas=2))
    cluster.work()
    for size in (0, 3):
        now = read(cluster)
        cluster.change(now, spec={**now["spec"], "replicas": size})
        cluster.work()
        assert len(cluster.pods()) == size
        assert is_rolled_out(read(cluster))


def test_empty_replica_sets_beyond_the_history_limit_go(cluster: Cluster) -> None:
    cluster.create(deployment(replicas=1, revisionHistoryLimit=1))
    cluster.work()
    for number in (2, 3, 4):
        set_image(cluster, f"web:{number}")
        cluster.work()
    images = {at(each, "spec.template.spec.containers.0.image") for each in sets(cluster)}
    assert images == {"web:3", "web:4"}


def test_a_deleted_pod_is_replaced(cluster: Cluster) -> None:
    cluster.create(deployment(replicas=1))
    cluster.work()
    (pod,) = cluster.pods()
    cluster.delete(pod)
    cluster.work()
    (other,) = cluster.pods()
    assert other["metadata"]["name"] != pod["metadata"]["name"]


def test_deleting_a_deployment_takes_its_pods_along(cluster: Cluster) -> None:
    cluster.create(deployment())
    cluster.work()
    cluster.delete(read(cluster))
    cluster.work()
    assert cluster.pods() == []
    assert sets(cluster) == []


def test_a_foreground_deletion_waits_for_the_pods(cluster: Cluster) -> None:
    cluster.create(deployment(replicas=1))
    cluster.work()
    cluster.delete(read(cluster), propagation="Foreground")
    assert cluster.find("apps/v1", "Deployment", "web", "default") is not None
    cluster.work()
    assert cluster.find("apps/v1", "Deployment", "web", "default") is None


def test_orphaned_replica_sets_live_on_and_are_taken_back(cluster: Cluster) -> None:
    cluster.create(deployment(replicas=1))
    cluster.work()
    cluster.delete(read(cluster), propagation="Orphan")
    (left,) = sets(cluster)
    assert not at(left, "metadata.ownerReferences")
    (pod,) = cluster.pods()
    cluster.create(deployment(replicas=1))
    (taken,) = sets(cluster)
    assert taken["metadata"]["uid"] == left["metadata"]["uid"]
    assert at(taken, "metadata.ownerReferences.0.name") == "web"
    assert [each["metadata"]["uid"] for each in cluster.pods()] == [pod["metadata"]["uid"]]


def test_what_the_api_refuses_is_told_and_tried_again(cluster: Cluster) -> None:
    wanting = deployment(replicas=1)
    wanting["spec"]["template"]["spec"]["serviceAccountName"] = "missing"
    cluster.create(wanting)
    assert cluster.pods() == []
    (made,) = sets(cluster)
    reason, message = cluster.events(made["metadata"]["name"])[0]
    assert reason == "FailedCreate"
    assert message.startswith("Error creating: pods ")
    assert 'serviceaccount "missing" not found' in message
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "missing", "namespace": "default"},
    }
    cluster.create(account)
    cluster.advance(1)
    assert len(cluster.pods()) == 1


def test_min_ready_seconds_delay_availability(cluster: Cluster) -> None:
    cluster.create(deployment(replicas=1, minReadySeconds=10))
    cluster.work()
    assert not is_rolled_out(read(cluster))
    cluster.advance(11)
    assert is_rolled_out(read(cluster))


@pytest.mark.parametrize(
    ("value", "up", "expected"), [("25%", True, 1), ("25%", False, 0), (2, True, 2), ("100%", True, 3)]
)
def test_shares_of_three_pods(value: int | str, up: bool, expected: int) -> None:
    assert rollout.amount(value, 3, up=up) == expected
