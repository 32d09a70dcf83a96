"""Probes and hooks: what makes a pod ready, and what gets it restarted."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from stage import is_ready, stage, state

from labrunner.sandbox.objects import at

pytestmark = pytest.mark.sandbox

OFTEN: dict[str, Any] = {"periodSeconds": 1, "failureThreshold": 1}


def test_a_pod_is_ready_while_its_readiness_probe_says_so(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            probe = {"exec": {"command": ["sh", "-c", "echo not yet; ls /ready"]}, **OFTEN}
            it.pod("shop", "sleep", "1000", container={"readinessProbe": probe})
            pod = await it.running("shop")
            assert state(pod)["ready"] is False
            said = await it.told("shop", "Unhealthy")
            assert said.startswith("Readiness probe failed: not yet\n")
            await it.run("shop", "touch", "/ready")
            await it.ready("shop")
            await it.run("shop", "rm", "/ready")
            await it.until("shop", lambda pod: not is_ready(pod))

    asyncio.run(body())


def test_a_container_that_fails_its_liveness_probe_is_restarted(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            probe = {"exec": {"command": ["false"]}, **OFTEN}
            script = "trap 'exit 0' TERM; sleep 1000 & wait"
            it.pod(
                "ill", "sh", "-c", script, container={"livenessProbe": probe}, terminationGracePeriodSeconds=1
            )
            assert (
                await it.told("ill", "Killing") == "Container main failed liveness probe, will be restarted"
            )
            await it.until("ill", lambda pod: state(pod or {})["restartCount"] > 0)

    asyncio.run(body())


def test_other_probes_wait_for_the_startup_probe(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            startup = {"exec": {"command": ["ls", "/up"]}, "periodSeconds": 1, "failureThreshold": 50}
            liveness = {"exec": {"command": ["ls", "/up"]}, **OFTEN}
            it.pod("slow", "sleep", "1000", container={"startupProbe": startup, "livenessProbe": liveness})
            pod = await it.running("slow")
            assert (state(pod)["started"], state(pod)["ready"]) == (False, False)
            await it.told("slow", "Unhealthy")
            await it.run("slow", "touch", "/up")
            pod = await it.ready("slow")
            assert (state(pod)["started"], state(pod)["restartCount"]) == (True, 0)

    asyncio.run(body())


@pytest.mark.parametrize(
    ("probe", "said"),
    [
        (
            {"tcpSocket": {"port": 4321}},
            "Readiness probe failed: dial tcp {ip}:4321: connect: connection refused",
        ),
        (
            {"httpGet": {"path": "/", "port": 432}},
            'Readiness probe failed: Get "http://{ip}:432/": dial tcp {ip}:432: connect: connection refused',
        ),
        ({"exec": {"command": ["nope"]}}, 'Readiness probe failed: exec: "nope": no such file or directory'),
        (
            {"exec": {"command": ["sleep", "1000"]}, "timeoutSeconds": 1},
            'Readiness probe failed: command timed out: "sleep 1000" timed out after 1s',
        ),
    ],
)
def test_why_a_probe_failed_is_told(tmp_path: Path, probe: dict[str, Any], said: str) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("quiet", "sleep", "1000", container={"readinessProbe": probe})
            told = await it.told("quiet", "Unhealthy")
            assert told == said.format(ip=at(it.now("quiet"), "status.podIP"))

    asyncio.run(body())


def test_an_http_probe_looks_at_the_status_code(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            probe = {"httpGet": {"path": "/none", "port": 80}, "initialDelaySeconds": 1, **OFTEN}
            it.pod("web", image="nginx", container={"readinessProbe": probe})
            said = "Readiness probe failed: HTTP probe failed with statuscode: 404"
            await it.eventually(
                lambda: ("Unhealthy", said) in it.events("web"), lambda: str(it.events("web"))
            )
            await it.run("web", "sh", "-c", "echo fine > /usr/share/nginx/html/none")
            await it.ready("web")

    asyncio.run(body())


def test_hooks_run_after_the_start_and_before_the_end(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            root = it.kubelet.node_root("node-1") / "said"
            hooks = {
                "postStart": {"exec": {"command": ["sh", "-c", "echo began >> /said/all"]}},
                "preStop": {"exec": {"command": ["sh", "-c", "echo ends >> /said/all"]}},
            }
            it.pod(
                "hooked",
                "sh",
                "-c",
                "trap 'exit 0' TERM; sleep 1000 & wait",
                container={"lifecycle": hooks, "volumeMounts": [{"name": "said", "mountPath": "/said"}]},
                volumes=[{"name": "said", "hostPath": {"path": "/said", "type": "DirectoryOrCreate"}}],
                terminationGracePeriodSeconds=2,
            )
            await it.ready("hooked")
            assert (root / "all").read_text() == "began\n"
            it.delete("hooked")
            await it.gone("hooked")
            assert (root / "all").read_text() == "began\nends\n"

    asyncio.run(body())


def test_a_hook_that_fails_is_told_and_ends_the_container(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            hooks = {"postStart": {"exec": {"command": ["sh", "-c", "echo no; exit 1"]}}}
            it.pod("hooked", "sleep", "1000", container={"lifecycle": hooks}, restartPolicy="Never")
            pod = await it.over("hooked")
            assert state(pod)["state"]["terminated"]["exitCode"] == 137
            assert await it.told("hooked", "FailedPostStartHook") == "PostStartHook failed: no\n"

    asyncio.run(body())
