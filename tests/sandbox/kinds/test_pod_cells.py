"""The words of `kubectl get pods`."""

from datetime import UTC, datetime
from typing import Any

import pytest

from labrunner.sandbox.kinds.pod_cells import COLUMNS
from labrunner.sandbox.objects import Object

NOW = datetime(2025, 1, 1, 1, tzinfo=UTC)


def status(
    name: str, state: str = "running", *, ready: bool = True, restarts: int = 0, **details: Any
) -> Object:
    """A container's status."""
    return {"name": name, "ready": ready, "restartCount": restarts, "state": {state: details}}


def row(pod: Object) -> list[Any]:
    """READY, STATUS and RESTARTS."""
    pod = {"metadata": {"name": "p"}, **pod}
    pod.setdefault("spec", {"containers": [{"name": "a"}]})
    return [column.cell(pod, NOW) for column in COLUMNS[1:4]]


def running(**more: Any) -> Object:
    """A running pod."""
    return {"status": {"phase": "Running", "containerStatuses": [status("a")], **more}}


WAITING = status("a", "waiting", ready=False, reason="ImagePullBackOff")
INITS = {"containers": [{"name": "a"}], "initContainers": [{"name": "i"}, {"name": "j"}]}
SIDECAR = {"containers": [{"name": "a"}], "initContainers": [{"name": "s", "restartPolicy": "Always"}]}
GATED = {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}
READY = {"type": "Ready", "status": "True"}


@pytest.mark.parametrize(
    ("pod", "cells"),
    [
        ({"status": {"phase": "Pending"}}, ["0/1", "Pending", "0"]),
        (running(), ["1/1", "Running", "0"]),
        ({"status": {"phase": "Pending", "containerStatuses": [WAITING]}}, ["0/1", "ImagePullBackOff", "0"]),
        (
            {
                "status": {
                    "phase": "Succeeded",
                    "containerStatuses": [
                        status("a", "terminated", ready=False, exitCode=0, reason="Completed")
                    ],
                }
            },
            ["0/1", "Completed", "0"],
        ),
        (
            {
                "status": {
                    "phase": "Failed",
                    "containerStatuses": [status("a", "terminated", ready=False, exitCode=3)],
                }
            },
            ["0/1", "ExitCode:3", "0"],
        ),
        (
            {
                "status": {
                    "phase": "Failed",
                    "containerStatuses": [status("a", "terminated", ready=False, exitCode=137, signal=9)],
                }
            },
            ["0/1", "Signal:9", "0"],
        ),
        (
            running() | {"metadata": {"name": "p", "deletionTimestamp": "2025-01-01T00:00:00Z"}},
            ["1/1", "Terminating", "0"],
        ),
        ({"status": {"phase": "Pending", "conditions": [GATED]}}, ["0/1", "SchedulingGated", "0"]),
        ({"status": {"phase": "Failed", "reason": "Evicted"}}, ["0/1", "Evicted", "0"]),
        (
            {
                "spec": INITS,
                "status": {
                    "phase": "Pending",
                    "initContainerStatuses": [status("i", "terminated", exitCode=0), status("j")],
                },
            },
            ["0/1", "Init:1/2", "0"],
        ),
        (
            {
                "spec": INITS,
                "status": {
                    "phase": "Pending",
                    "initContainerStatuses": [status("i", "waiting", reason="CrashLoopBackOff", restarts=4)],
                },
            },
            ["0/1", "Init:CrashLoopBackOff", "4"],
        ),
        (
            {
                "spec": INITS,
                "status": {
                    "phase": "Pending",
                    "initContainerStatuses": [status("i", "terminated", exitCode=1, reason="Error")],
                },
            },
            ["0/1", "Init:Error", "0"],
        ),
        (
            {
                "spec": SIDECAR,
                "status": {
                    "phase": "Running",
                    "initContainerStatuses": [status("s") | {"started": True}],
                    "containerStatuses": [status("a")],
                },
            },
            ["2/2", "Running", "0"],
        ),
        (
            {
                "spec": {"containers": [{"name": "a"}, {"name": "b"}]},
                "status": {
                    "phase": "Running",
                    "conditions": [READY],
                    "containerStatuses": [
                        status("a", "terminated", ready=False, exitCode=0, reason="Completed"),
                        status("b"),
                    ],
                },
            },
            ["1/2", "Running", "0"],
        ),
    ],
)
def test_a_pods_state_in_three_cells(pod: Object, cells: list[Any]) -> None:
    assert row(pod) == cells


def test_the_last_restart_is_told_beside_their_number() -> None:
    last = {"lastState": {"terminated": {"exitCode": 1, "finishedAt": "2025-01-01T00:55:00Z"}}}
    pod = {"status": {"phase": "Running", "containerStatuses": [status("a", restarts=2) | last]}}
    assert row(pod) == ["1/1", "Running", "2 (5m ago)"]


def test_a_lost_nodes_pods_are_unknown_once_they_are_deleted() -> None:
    pod = running(reason="NodeLost") | {
        "metadata": {"name": "p", "deletionTimestamp": "2025-01-01T00:00:00Z"}
    }
    assert row(pod)[1] == "Unknown"


def test_readiness_gates_are_counted() -> None:
    gates = {
        "containers": [{"name": "a"}],
        "readinessGates": [{"conditionType": "Ready"}, {"conditionType": "x"}],
    }
    pod = {"metadata": {"name": "p"}, "spec": gates, "status": {"conditions": [READY]}}
    assert COLUMNS[-1].cell(pod, NOW) == "1/2"
