"""What is still on its way is told; what has arrived, or waits in vain, is not."""

from typing import Any

import pytest

from labrunner.sandbox.api.unsettled import HOPELESS, unsettled


def pod(
    phase: str, *, node: str = "n1", ready: str = "False", waiting: str = "", **metadata: Any
) -> dict[str, Any]:
    state = {"waiting": {"reason": waiting}} if waiting else {"running": {}}
    return {
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "a", **metadata},
        "spec": {"nodeName": node},
        "status": {
            "phase": phase,
            "conditions": [{"type": "Ready", "status": ready}],
            "containerStatuses": [{"name": "c", "state": state}],
        },
    }


def deployment(**fields: Any) -> dict[str, Any]:
    done = {"observedGeneration": 2, "replicas": 3, "updatedReplicas": 3, "availableReplicas": 3}
    metadata = {"name": "web", "namespace": "a", "generation": 2}
    return {"kind": "Deployment", "metadata": metadata, "spec": {"replicas": 3}, "status": done | fields}


@pytest.mark.parametrize(
    ("obj", "why"),
    [
        (pod("Pending", node=""), "is not scheduled yet"),
        (pod("Pending", waiting="ContainerCreating"), "is being started"),
        (pod("Running"), "is not ready yet"),
        (pod("Running", ready="True", deletionTimestamp="2025-01-01T00:00:00Z"), "is being deleted"),
    ],
)
def test_a_pod_on_its_way_is_told(obj: dict[str, Any], why: str) -> None:
    assert unsettled([obj]) == [f"pod a/web {why}"]


@pytest.mark.parametrize(
    "obj",
    [
        pod("Running", ready="True"),
        pod("Succeeded"),
        pod("Failed"),
        *(pod("Pending", waiting=reason) for reason in HOPELESS),
        pod("Running", waiting="CrashLoopBackOff"),
    ],
)
def test_a_pod_that_has_arrived_or_never_will_is_not_told(obj: dict[str, Any]) -> None:
    assert unsettled([obj]) == []


@pytest.mark.parametrize(
    "status",
    [{"observedGeneration": 1}, {"replicas": 2}, {"replicas": 4}, {"updatedReplicas": 1}],
)
def test_a_rollout_that_is_under_way_is_told(status: dict[str, Any]) -> None:
    assert len(unsettled([deployment(**status)])) == 1


def test_a_rollout_whose_pods_have_been_made_is_for_the_pods_to_tell() -> None:
    assert unsettled([deployment(availableReplicas=0)]) == []


def test_a_daemon_set_counts_its_nodes() -> None:
    obj = {"kind": "DaemonSet", "metadata": {"name": "d", "namespace": "a", "generation": 1}}
    done = {"observedGeneration": 1, "desiredNumberScheduled": 2, "currentNumberScheduled": 2}
    assert unsettled([{**obj, "status": done | {"updatedNumberScheduled": 2}}]) == []
    assert unsettled([{**obj, "status": done | {"updatedNumberScheduled": 1}}]) == [
        "daemonset a/d has 1 of 2 replicas up to date, 2 in all"
    ]


def test_a_node_that_is_not_ready_and_a_namespace_that_goes_are_told() -> None:
    node = {"kind": "Node", "metadata": {"name": "n1"}, "status": {}}
    namespace = {"kind": "Namespace", "metadata": {"name": "a", "deletionTimestamp": "2025-01-01T00:00:00Z"}}
    assert unsettled([node, namespace]) == ["node n1 is not ready yet", "namespace a is being deleted"]
