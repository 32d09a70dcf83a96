"""What can happen to a container, and what a pod's status makes of it; no processes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from labrunner.sandbox.node.states import ContainerState, Ending, Happening, ImpossibleError, Stage, after
from labrunner.sandbox.node.status import Situation, phase, status
from labrunner.sandbox.objects import Object

NOW = datetime(2025, 1, 1, tzinfo=UTC)
WAITING = ContainerState("main")
RUNNING = replace(WAITING, stage=Stage.RUNNING, started=NOW, runs=1, ready=True, passed_startup=True)
DONE = replace(WAITING, stage=Stage.ENDED, runs=1, ending=Ending(0, "Completed", NOW, NOW, "id"))
FAILED = replace(DONE, ending=Ending(1, "Error", NOW, NOW, "id"))
RESTING = replace(FAILED, stage=Stage.RESTING, reason="CrashLoopBackOff")


def situation(
    *states: ContainerState, policy: str = "Always", init: ContainerState | None = None
) -> Situation:
    named = {f"c{number}": replace(state, name=f"c{number}") for number, state in enumerate(states)}
    spec: Object = {"restartPolicy": policy, "containers": [{"name": name, "image": "i"} for name in named]}
    if init is not None:
        spec["initContainers"] = [{"name": "init", "image": "i"}]
    pod = {"metadata": {"name": "p"}, "spec": spec}
    inits = {} if init is None else {"init": replace(init, name="init")}
    return Situation(pod, named, inits, "127.1.0.2", "192.168.0.1", NOW, mounted=True)


@pytest.mark.parametrize(
    ("states", "policy", "expected"),
    [
        ((WAITING,), "Always", "Pending"),
        ((RUNNING, WAITING), "Always", "Pending"),
        ((RUNNING,), "Always", "Running"),
        ((RESTING,), "Always", "Running"),
        ((DONE,), "Always", "Running"),
        ((DONE,), "OnFailure", "Succeeded"),
        ((FAILED,), "OnFailure", "Running"),
        ((DONE, RUNNING), "Never", "Running"),
        ((DONE, FAILED), "Never", "Failed"),
        ((DONE, DONE), "Never", "Succeeded"),
    ],
)
def test_a_pod_s_phase_follows_from_its_containers(
    states: tuple[ContainerState, ...], policy: str, expected: str
) -> None:
    assert phase(situation(*states, policy=policy)) == expected


@pytest.mark.parametrize(
    ("init", "policy", "expected"),
    [
        (RUNNING, "Always", "Pending"),
        (RESTING, "Always", "Pending"),
        (FAILED, "Never", "Failed"),
        (DONE, "Never", "Pending"),
    ],
)
def test_init_containers_come_first(init: ContainerState, policy: str, expected: str) -> None:
    assert phase(situation(WAITING, policy=policy, init=init)) == expected


def test_what_is_not_ready_is_named() -> None:
    found = status(situation(RUNNING, WAITING), NOW)
    ready = next(each for each in found["conditions"] if each["type"] == "Ready")
    assert (ready["status"], ready["reason"]) == ("False", "ContainersNotReady")
    assert ready["message"] == "containers with unready status: [c1]"


def test_other_people_s_conditions_stay() -> None:
    made = situation(RUNNING)
    made.pod["status"] = {"conditions": [{"type": "PodScheduled", "status": "True"}]}
    kinds = [each["type"] for each in status(made, NOW)["conditions"]]
    assert kinds[0] == "PodScheduled"
    assert len(kinds) == len(set(kinds)) == 5


def test_a_condition_keeps_its_time_until_it_changes() -> None:
    made = situation(RUNNING)
    made.pod["status"] = status(made, NOW)
    later = status(made, datetime(2025, 1, 2, tzinfo=UTC))
    assert {each["lastTransitionTime"] for each in later["conditions"]} == {"2025-01-01T00:00:00Z"}


def test_readiness_gates_hold_a_pod_back() -> None:
    made = situation(RUNNING)
    made.pod["spec"]["readinessGates"] = [{"conditionType": "example.com/open"}]
    ready = next(each for each in status(made, NOW)["conditions"] if each["type"] == "Ready")
    assert ready["reason"] == "ReadinessGatesNotReady"


def test_the_end_before_is_the_last_state() -> None:
    ending = Ending(2, "Error", NOW, NOW, "two")
    again = after(after(FAILED, Happening.STARTED, started=NOW), Happening.ENDED, ending=ending)
    shown = status(situation(again), NOW)["containerStatuses"][0]
    assert shown["state"]["terminated"]["exitCode"] == 2
    assert shown["lastState"]["terminated"]["exitCode"] == 1


def test_what_cannot_happen_is_a_mistake_of_ours() -> None:
    with pytest.raises(ImpossibleError, match="container main is RUNNING and cannot be STARTED"):
        after(RUNNING, Happening.STARTED)
