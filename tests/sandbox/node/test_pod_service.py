"""What can be asked of running pods: commands, terminals, logs, ports."""

import asyncio
import hashlib
import os
from pathlib import Path

import pytest
from stage import NAMESPACE, Stage, stage, state, waits_for, whole

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.node.process import Process

pytestmark = pytest.mark.sandbox


async def terminal(it: Stage, *argv: str) -> Process:
    return await it.kubelet.exec(NAMESPACE, "box", None, argv, stdin=True, tty=True)


async def until_said(process: Process, wanted: bytes) -> bytes:
    data = b""
    while wanted not in data:
        chunk = await process.read("stdout")
        assert chunk, f"it ended after {data!r}"
        data += chunk
    return data


def test_a_command_runs_in_the_container_with_its_own_streams(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod(
                "box", "sleep", "1000", container={"env": [{"name": "A", "value": "1"}], "workingDir": "/tmp"}
            )
            await it.ready("box")
            ran = await it.run("box", "sh", "-c", "echo $A; pwd; hostname; echo oops >&2; exit 7")
            assert (ran.code, ran.out, ran.err) == (7, "1\n/tmp\nbox\n", "oops\n")

    asyncio.run(body())


def test_input_reaches_the_command_and_ends(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("box", "sleep", "1000")
            await it.ready("box")
            assert (await it.run("box", "cat", stdin=b"hello")).out == "hello"

    asyncio.run(body())


def test_megabytes_go_through_unharmed(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("box", "sleep", "1000")
            await it.ready("box")
            data = os.urandom(3 << 20)
            process = await it.kubelet.exec(NAMESPACE, "box", None, ["md5sum"], stdin=True, tty=False)
            await process.write(data)
            await process.close_stdin()
            out = await whole(process, "stdout")
            process.kill()
            assert out.split()[0].decode() == hashlib.md5(data).hexdigest()

    asyncio.run(body())


def test_a_command_without_input_finds_its_end_at_once(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("box", "sleep", "1000")
            await it.ready("box")
            assert (await it.run("box", "cat")).code == 0

    asyncio.run(body())


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("nope", 'exec: "nope": executable file not found in $PATH: unknown'),
        ("/nope", 'exec: "/nope": stat /nope: no such file or directory: unknown'),
        ("/etc/passwd", 'exec: "/etc/passwd": permission denied: unknown'),
    ],
)
def test_a_command_that_cannot_be_started_is_refused_as_by_a_real_runtime(
    tmp_path: Path, program: str, why: str
) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("box", "sleep", "1000")
            await it.ready("box")
            with pytest.raises(ApiError) as refused:
                await it.run("box", program)
            assert refused.value.code == 500
            assert "OCI runtime exec failed: exec failed: unable to start container process" in str(
                refused.value
            )
            assert str(refused.value).endswith(why)

    asyncio.run(body())


def test_a_killed_command_is_gone_from_the_container(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("box", "sleep", "1000")
            await it.ready("box")
            process = await it.kubelet.exec(NAMESPACE, "box", None, ["sleep", "77"], stdin=False, tty=False)
            process.kill()
            assert await process.wait() == 137
            assert "sleep 77" not in (await it.run("box", "ps", "-ef")).out

    asyncio.run(body())


def test_a_terminal_has_a_name_a_size_and_an_interrupt(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("box", "sleep", "1000", image="debian")
            await it.ready("box")
            process = await terminal(it, "sh")
            process.resize(101, 33)
            await process.write(b"tty; stty size; echo $TERM\n")
            said = await until_said(process, b"xterm\r\n# ")
            assert b"/dev/pts/0\r\n33 101\r\n" in said
            await process.write(b"cat\nping\n")
            await until_said(process, b"ping\r\nping\r\n")  # typed, and answered: it runs
            await process.write(b"\x03")
            await until_said(process, b"# ")
            await process.write(b"exit 3\n")
            await until_said(process, b"exit 3\r\n")
            assert await process.wait() == 3
            process.kill()

    asyncio.run(body())


def test_control_c_ends_a_program_on_a_terminal(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("box", "sleep", "1000")
            await it.ready("box")
            process = await terminal(it, "sh", "-c", "echo up; exec sleep 1000")
            await until_said(process, b"up")
            await process.write(b"\x03")
            assert await process.wait() == 130
            process.kill()

    asyncio.run(body())


def test_an_attached_client_sees_and_types(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("box", "cat", container={"stdin": True, "stdinOnce": True}, restartPolicy="Never")
            await it.ready("box")
            client = await it.kubelet.attach(NAMESPACE, "box", None, stdin=True, tty=False)
            await client.write(b"hello\n")
            assert await client.read("stdout") == b"hello\n"
            await client.close_stdin()
            assert await client.read("stdout") == b""
            assert await client.wait() == 0
            client.kill()
            assert await it.log("box") == "hello\n"

    asyncio.run(body())


def test_a_container_with_a_terminal_can_be_attached_to(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("box", "sh", image="debian", container={"stdin": True, "tty": True}, restartPolicy="Never")
            await it.ready("box")
            client = await it.kubelet.attach(NAMESPACE, "box", None, stdin=True, tty=True)
            client.resize(90, 30)
            await client.write(b"tty && stty size; exit 4\n")
            data = b""
            while chunk := await client.read("stdout"):
                data += chunk
            client.kill()
            assert b"/dev/" in data
            assert b"30 90" in data
            assert state(await it.over("box"))["state"]["terminated"]["exitCode"] == 4

    asyncio.run(body())


def test_a_client_that_leaves_does_not_end_the_container(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("box", "sleep", "1000")
            await it.ready("box")
            client = await it.kubelet.attach(NAMESPACE, "box", None, stdin=False, tty=False)
            client.kill()
            assert (await it.run("box", "true")).code == 0

    asyncio.run(body())


def test_a_followed_log_ends_with_its_container(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod(
                "box",
                "sh",
                "-c",
                "echo one; read wait; echo two",
                container={"stdin": True},
                restartPolicy="Never",
            )
            await it.ready("box")
            log = it.kubelet.logs(NAMESPACE, "box", None, follow=True)
            assert await anext(log) == b"one\n"
            client = await it.kubelet.attach(NAMESPACE, "box", None, stdin=True, tty=False)
            await client.write(b"\n")
            assert [chunk async for chunk in log] == [b"two\n"]
            client.kill()

    asyncio.run(body())


def test_the_log_of_the_run_before_can_be_asked_for(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("box", "sh", "-c", "echo run; exit 1")
            await it.until("box", waits_for("CrashLoopBackOff"))
            assert await it.log("box", previous=True) == "run\n"
            it.pod("typo", "slep")
            await it.until("typo", waits_for("CrashLoopBackOff"))
            assert await it.log("typo") == ""
            it.pod("calm", "sleep", "1000")
            await it.ready("calm")
            with pytest.raises(
                ApiError, match='previous terminated container "main" in pod "calm" not found'
            ):
                await it.log("calm", previous=True)

    asyncio.run(body())


def test_refusals_are_in_the_real_words(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            with pytest.raises(ApiError, match='pods "none" not found'):
                await it.log("none")
            it.pod("unbound", "true", nodeName=None)
            with pytest.raises(ApiError, match="pod unbound does not have a host assigned"):
                await it.run("unbound", "true")
            containers = [{"name": name, "image": "busybox:1", "command": ["sleep", "9"]} for name in "ab"]
            it.pod("two", containers=containers)
            await it.ready("two")
            with pytest.raises(
                ApiError, match=r"a container name must be specified for pod two, choose one of: \[a b\]"
            ):
                await it.log("two")
            with pytest.raises(ApiError, match="container z is not valid for pod two"):
                await it.log("two", "z")
            it.pod("lost", "true", image="nonesuch")
            await it.until("lost", waits_for("ImagePullBackOff"))
            with pytest.raises(ApiError, match="is waiting to start: trying and failing to pull image"):
                await it.log("lost")
            with pytest.raises(
                ApiError, match=r'unable to upgrade connection: container not found \("main"\)'
            ):
                await it.run("lost", "true")

    asyncio.run(body())


def test_a_pod_s_port_can_be_reached_even_one_that_only_root_may_open(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            probe = {"httpGet": {"path": "/", "port": "web"}, "periodSeconds": 1}
            ports = [{"name": "web", "containerPort": 80}]
            it.pod("web", image="nginx:1.27", container={"ports": ports, "startupProbe": probe})
            await it.ready("web")
            reader, writer = await it.kubelet.connect(NAMESPACE, "web", 80)
            writer.write(b"GET / HTTP/1.0\r\n\r\n")
            answer = await reader.read()
            writer.close()
            assert b"200 OK" in answer
            assert b"Welcome to nginx!" in answer
            assert b"rehearsal" in answer
            assert "rehearsal: a small web server stands in for nginx" in await it.log("web")

    asyncio.run(body())
