"""A diagnosis says what is wrong in plain lines, and nothing of what is well."""

from datetime import UTC, datetime
from typing import Any

from labrunner.sandbox.api.diagnosis import LONGEST, diagnose

NOW = datetime(2025, 1, 1, 12, 0, 30, tzinfo=UTC)
NODE = {
    "kind": "Node",
    "metadata": {"name": "n1"},
    "status": {"conditions": [{"type": "Ready", "status": "True"}]},
}


def pod(status: dict[str, Any], name: str = "web") -> dict[str, Any]:
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "a", "uid": f"uid-{name}"},
        "status": status,
    }


def event(number: int, reason: str, message: str, about: str = "uid-web") -> dict[str, Any]:
    return {
        "metadata": {"name": f"e{number}"},
        "involvedObject": {"uid": about},
        "lastTimestamp": f"2025-01-01T12:00:{number:02}Z",
        "type": "Warning",
        "reason": reason,
        "message": message,
    }


def lines(*pods: dict[str, Any], events: list[dict[str, Any]] | None = None) -> list[str]:
    return diagnose(pods=pods, nodes=[NODE], events=events or [], now=NOW)


def test_what_is_well_is_not_told() -> None:
    ready = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    assert lines(pod(ready), pod({"phase": "Succeeded"}), events=[event(1, "Odd", "thing")]) == []


def test_a_pod_that_fits_on_no_node_says_why() -> None:
    why = "0/2 nodes are available: 2 Insufficient aws.amazon.com/neuron."
    scheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": why}
    assert lines(pod({"phase": "Pending", "conditions": [scheduled]})) == [f"pod a/web is Pending: {why}"]


def test_a_container_that_waits_says_for_what_with_the_latest_events() -> None:
    waiting = {"waiting": {"reason": "ErrImagePull", "message": "no such image"}}
    status = {"phase": "Pending", "containerStatuses": [{"name": "c", "state": waiting}]}
    events = [event(each, "Failed", f"try {each}") for each in (5, 20, 10, 15)]
    assert lines(pod(status), events=[*events, event(25, "Other", "pod", "uid-other")]) == [
        "pod a/web is Pending",
        "  container c is waiting: ErrImagePull: no such image",
        "  20 s ago: Warning Failed: try 10",
        "  15 s ago: Warning Failed: try 15",
        "  10 s ago: Warning Failed: try 20",
    ]


def test_a_container_that_failed_says_how() -> None:
    ended = {"terminated": {"exitCode": 3, "reason": "Error"}}
    status = {"phase": "Failed", "containerStatuses": [{"name": "c", "state": ended}]}
    assert lines(pod(status)) == ["pod a/web is Failed", "  container c ended with exit code 3: Error"]


def test_a_container_that_keeps_failing_says_how_it_ended_last() -> None:
    container = {
        "name": "c",
        "restartCount": 4,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"exitCode": 1}},
    }
    assert lines(pod({"phase": "Running", "containerStatuses": [container]})) == [
        "pod a/web is running but not ready",
        "  container c is waiting: CrashLoopBackOff",
        "  container c was restarted 4 times; it last ended with exit code 1",
    ]


def test_nodes_that_are_not_ready_are_told() -> None:
    broken = {"kind": "Node", "metadata": {"name": "n2"}, "status": {}}
    assert diagnose(pods=[], nodes=[NODE, broken], events=[], now=NOW) == ["node n2 is not ready"]
    assert diagnose(pods=[], nodes=[], events=[], now=NOW) == ["the cluster has no nodes"]


def test_a_line_stays_readable() -> None:
    (line,) = lines(pod({"phase": "Failed", "message": "x" * 1000}))
    assert len(line) == LONGEST
    assert " … " in line
