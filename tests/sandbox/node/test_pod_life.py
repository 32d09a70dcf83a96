"""Pods from their arrival on a node to their end, as real processes."""

import asyncio
from pathlib import Path

import pytest
from stage import NAMESPACE, NODE, add_node, set_node_status, stage, state, waits_for

from labrunner.sandbox.clock import ManualClock
from labrunner.sandbox.node.equipment import Timing
from labrunner.sandbox.objects import Object, at

pytestmark = pytest.mark.sandbox


def conditions(pod: Object) -> dict[str, str]:
    return {each["type"]: each["status"] for each in at(pod, "status.conditions")}


def test_a_pod_runs_and_its_status_says_so(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("one", "sleep", "1000")
            pod = await it.ready("one")
            assert pod["status"]["phase"] == "Running"
            assert pod["status"]["hostIP"] == "192.168.7.1"
            assert pod["status"]["podIP"].startswith("127.")
            assert pod["status"]["qosClass"] == "BestEffort"
            assert conditions(pod) == {
                "PodReadyToStartContainers": "True",
                "Initialized": "True",
                "Ready": "True",
                "ContainersReady": "True",
            }
            main = state(pod)
            assert (main["ready"], main["started"], main["restartCount"]) == (True, True, 0)
            assert "emulated" in main["imageID"]
            assert [reason for reason, _ in it.events("one")] == ["Pulling", "Pulled", "Created", "Started"]
            assert it.events("one")[-1][1] == "Started container main"

    asyncio.run(body())


def test_every_pod_has_an_address_of_its_own(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            for name in ("one", "two"):
                it.pod(name, "sleep", "1000")
            assert (await it.ready("one"))["status"]["podIP"] != (await it.ready("two"))["status"]["podIP"]

    asyncio.run(body())


@pytest.mark.parametrize(
    ("code", "phase", "reason"), [("0", "Succeeded", "Completed"), ("3", "Failed", "Error")]
)
def test_a_pod_that_is_not_restarted_ends_as_its_container_did(
    tmp_path: Path, code: str, phase: str, reason: str
) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("job", "sh", "-c", f"echo done; exit {code}", restartPolicy="Never")
            pod = await it.over("job")
            assert pod["status"]["phase"] == phase
            ended = state(pod)["state"]["terminated"]
            assert (ended["exitCode"], ended["reason"]) == (int(code), reason)
            assert await it.log("job") == "done\n"

    asyncio.run(body())


def test_what_a_container_leaves_in_its_termination_log_is_in_the_status(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("job", "sh", "-c", "echo because > /dev/termination-log; exit 1", restartPolicy="Never")
            assert state(await it.over("job"))["state"]["terminated"]["message"] == "because\n"

    asyncio.run(body())


def test_a_crashing_container_is_started_again_later_each_time(tmp_path: Path) -> None:
    async def body() -> None:
        clock = ManualClock()
        async with stage(tmp_path, clock=clock, timing=Timing()) as it:
            it.pod("crash", "sh", "-c", "exit 5")
            resting = await it.until("crash", waits_for("CrashLoopBackOff"))
            assert state(resting)["restartCount"] == 1, "the first time it is started again at once"
            uid = resting["metadata"]["uid"]
            assert state(resting)["state"]["waiting"]["message"] == (
                f"back-off 10s restarting failed container=main pod=crash_{NAMESPACE}({uid})"
            )
            assert state(resting)["lastState"]["terminated"]["exitCode"] == 5
            await clock.advance(10)
            resting = await it.until(
                "crash",
                lambda pod: waits_for("CrashLoopBackOff")(pod) and state(pod or {})["restartCount"] == 2,
            )
            assert "back-off 20s" in state(resting)["state"]["waiting"]["message"]
            told = await it.told("crash", "BackOff")
            assert told == f"Back-off restarting failed container main in pod crash_{NAMESPACE}({uid})"

    asyncio.run(body())


def test_on_failure_a_container_that_ends_well_is_left_alone(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            script = "if [ -e /data/again ]; then exit 0; fi; touch /data/again; exit 1"
            it.pod(
                "twice",
                "sh",
                "-c",
                script,
                restartPolicy="OnFailure",
                container={"volumeMounts": [{"name": "work", "mountPath": "/data"}]},
                volumes=[{"name": "work", "emptyDir": {}}],
            )
            pod = await it.over("twice")
            assert (pod["status"]["phase"], state(pod)["restartCount"]) == ("Succeeded", 1)

    asyncio.run(body())


def test_a_restarted_container_has_a_fresh_root(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("fresh", "sh", "-c", "ls /mine; touch /mine; exit 1")
            await it.until("fresh", lambda pod: waits_for("CrashLoopBackOff")(pod))
            assert "No such file" in await it.log("fresh")

    asyncio.run(body())


def test_init_containers_run_one_after_the_other_before_the_others(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            mount = {"volumeMounts": [{"name": "work", "mountPath": "/data"}], "image": "busybox:1"}
            it.pod(
                "staged",
                "sh",
                "-c",
                "cat /data/said; sleep 1000",
                container=mount,
                initContainers=[
                    {"name": "first", "command": ["sh", "-c", "echo first > /data/said"], **mount},
                    {"name": "second", "command": ["sh", "-c", "echo second >> /data/said"], **mount},
                ],
                volumes=[{"name": "work", "emptyDir": {}}],
            )
            pod = await it.ready("staged")
            assert state(pod, "second")["state"]["terminated"]["reason"] == "Completed"
            assert state(pod, "second")["ready"] is True
            log = ""
            async for chunk in it.kubelet.logs(NAMESPACE, "staged", "main", follow=True):
                log += chunk.decode()
                if "second" in log:
                    break
            assert log == "first\nsecond\n"

    asyncio.run(body())


def test_a_failing_init_container_fails_a_pod_that_is_not_restarted(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            init = {"name": "init", "image": "busybox:1", "command": ["sh", "-c", "exit 2"]}
            it.pod("broken", "true", restartPolicy="Never", initContainers=[init])
            pod = await it.over("broken")
            assert pod["status"]["phase"] == "Failed"
            assert state(pod)["state"]["waiting"]["reason"] == "PodInitializing"
            assert conditions(pod)["Initialized"] == "False"

    asyncio.run(body())


def test_a_sidecar_starts_first_and_ends_with_the_pod(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            sidecar = {
                "name": "side",
                "image": "busybox:1",
                "restartPolicy": "Always",
                "command": ["sh", "-c", "trap 'exit 0' TERM; sleep 1000 & wait"],
            }
            it.pod("pair", "true", restartPolicy="Never", initContainers=[sidecar])
            pod = await it.over("pair")
            assert pod["status"]["phase"] == "Succeeded"
            pod = await it.until("pair", lambda pod: "terminated" in state(pod or {}, "side")["state"])
            assert state(pod, "side")["state"]["terminated"]["exitCode"] == 0

    asyncio.run(body())


def test_containers_of_a_pod_share_its_name_and_address_but_not_their_files(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            containers = [
                {"name": name, "image": "busybox:1", "command": ["sh", "-c", f"touch /{name}; sleep 1000"]}
                for name in ("left", "right")
            ]
            it.pod("both", containers=containers)
            await it.ready("both")
            seen = [
                await it.run("both", "sh", "-c", "hostname; ls /", container=each)
                for each in ("left", "right")
            ]
            assert [each.out.split()[0] for each in seen] == ["both", "both"]
            assert "right" not in seen[0].out
            assert "left" not in seen[1].out

    asyncio.run(body())


def test_a_deleted_pod_is_asked_to_end_and_gone_when_it_has(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("kind", "sh", "-c", "trap 'echo bye; exit 0' TERM; echo up; sleep 1000 & wait")
            await it.ready("kind")
            async for _ in it.kubelet.logs(NAMESPACE, "kind", None, follow=True):
                break
            it.delete("kind")
            assert (it.now("kind") or {})["metadata"]["deletionGracePeriodSeconds"] == 30
            await it.gone("kind")
            assert ("Killing", "Stopping container main") in it.events("kind")

    asyncio.run(body())


def test_a_pod_that_does_not_listen_is_killed_when_its_grace_period_is_over(tmp_path: Path) -> None:
    async def body() -> None:
        clock = ManualClock()
        async with stage(tmp_path, clock=clock) as it:
            it.pod("deaf", "sleep", "1000", terminationGracePeriodSeconds=7)  # as number 1 it hears no TERM
            await it.ready("deaf")
            it.delete("deaf")
            await it.told("deaf", "Killing")
            await clock.advance(6)
            assert it.now("deaf") is not None
            await clock.advance(1)
            await it.gone("deaf")

    asyncio.run(body())


def test_a_pod_deleted_by_force_is_gone_at_once_and_so_are_its_processes(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("forced", "sleep", "1000")
            await it.ready("forced")
            (worker,) = it.kubelet.workers.values()
            container = worker.containers[0].current
            assert container is not None
            it.delete("forced", grace=0)
            assert it.now("forced") is None
            assert await container.wait() == 137

    asyncio.run(body())


def test_a_shorter_grace_period_may_still_be_given_afterwards(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("slow", "sleep", "1000", terminationGracePeriodSeconds=600)
            await it.ready("slow")
            it.delete("slow")
            await it.told("slow", "Killing")
            it.delete("slow", grace=1)
            await it.gone("slow")

    asyncio.run(body())


def test_a_pod_waits_for_its_node_to_come_up(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            add_node(it, "late", ready=False)
            it.pod("early", "sleep", "1000", nodeName="late")
            it.pod("other", "sleep", "1000")
            await it.ready("other")
            assert at(it.now("early"), "status.startTime") is None
            set_node_status(it, "late", {"conditions": [{"type": "Ready", "status": "True"}]})
            await it.ready("early")

    asyncio.run(body())


def test_a_pod_past_its_deadline_fails(tmp_path: Path) -> None:
    async def body() -> None:
        clock = ManualClock()
        async with stage(tmp_path, clock=clock) as it:
            script = "trap 'exit 0' TERM; echo up; sleep 1000 & wait"
            it.pod("late", "sh", "-c", script, activeDeadlineSeconds=60, restartPolicy="Never")
            await it.ready("late")
            async for _ in it.kubelet.logs(NAMESPACE, "late", None, follow=True):
                break
            await clock.advance(60)
            pod = await it.over("late")
            assert (pod["status"]["phase"], pod["status"]["reason"]) == ("Failed", "DeadlineExceeded")

    asyncio.run(body())


def test_a_program_that_is_not_there_is_told_as_a_real_runtime_tells_it(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("typo", "slep", "1000")
            await it.until("typo", waits_for("CrashLoopBackOff"))
            ended = state(it.now("typo") or {})["lastState"]["terminated"]
            assert (ended["exitCode"], ended["reason"]) == (128, "StartError")
            assert 'exec: "slep": executable file not found in $PATH: unknown' in ended["message"]
            assert "OCI runtime create failed" in await it.told("typo", "Failed")

    asyncio.run(body())


def test_stopping_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            for name in ("one", "two"):
                it.pod(name, "sh", "-c", "mkdir /locked; chmod 0 /locked; sleep 1000")
            handles = []
            for name in ("one", "two"):
                await it.ready(name)
            handles = [worker.containers[0].current for worker in it.kubelet.workers.values()]
        assert [handle is not None and not handle.running for handle in handles] == [True, True]
        assert not (tmp_path / "kubelet").exists()

    asyncio.run(body())


def test_a_pod_of_a_node_that_is_not_ours_to_run_yet_is_left_alone(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("unbound", "sleep", "1000", nodeName=None)
            assert not it.kubelet.workers
            it.registry.bind(NAMESPACE, "unbound", NODE)
            await it.ready("unbound")

    asyncio.run(body())
