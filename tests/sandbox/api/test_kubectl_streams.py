"""The real kubectl's streams, over WebSockets and over SPDY: exec, attach, cp, logs, port-forward."""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import pty
import select
import signal
import socket
import socketserver
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from serving import KUBECTL, Threaded

CARRIERS = {
    "websocket": {},
    "spdy": {"KUBECTL_REMOTE_COMMAND_WEBSOCKETS": "false", "KUBECTL_PORT_FORWARD_WEBSOCKETS": "false"},
}


@pytest.fixture(params=CARRIERS)
def pod(kube: Threaded, request: pytest.FixtureRequest) -> Threaded:
    """A pod `web` in the test's namespace, with kubectl set to one way of carrying streams."""
    kube.call(kube.cluster.create_pod, "web", kube.namespace)
    kube.cluster.pods.log.clear()
    kube.cluster.pods.log_ended = False
    kube.environment = {**kube.environment, **CARRIERS[request.param]}
    return kube


@pytest.fixture
def kube(shop: Threaded, request: pytest.FixtureRequest) -> Threaded:
    """The server, with a namespace of the test's own."""
    namespace = request.node.name.replace("_", "-").replace("[", "-").strip("]").lower()[-50:].strip("-")
    shop.call(shop.cluster.create_namespace, namespace)
    return shop.within(namespace)


@contextlib.contextmanager
def started(cluster: Threaded, *arguments: str, **streams: int) -> Iterator[subprocess.Popen[bytes]]:
    """A kubectl that is still running."""
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} | streams
    process = subprocess.Popen(
        [KUBECTL, *arguments], env=dict(cluster.environment), cwd=cluster.folder, **options
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def eventually(condition: Callable[[], bool], *, seconds: float = 10.0) -> None:
    """Wait until something outside this process has happened."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def processes_of(cluster: Threaded) -> list[psutil.Process]:
    """What runs in the pod."""
    own = psutil.Process()
    return [each for each in own.children(recursive=True) if each.name() not in ("kubectl", "tee")]


def test_output_comes_back_on_both_streams(pod: Threaded) -> None:
    done = subprocess.run(
        [KUBECTL, "exec", "web", "--", "sh", "-c", "echo out; echo err >&2"],
        capture_output=True,
        env=dict(pod.environment),
        check=True,
    )
    assert done.stdout == b"out\n"
    assert done.stderr == b"err\n"


def test_the_exit_code_comes_back(pod: Threaded) -> None:
    said = pod.kubectl("exec", "web", "--", "sh", "-c", "exit 7", code=7)
    assert "command terminated with exit code 7" in said
    assert "exit code 143" in pod.kubectl("exec", "web", "--", "sh", "-c", "kill $$", code=143)


def test_input_goes_there_and_its_end_is_told(pod: Threaded) -> None:
    assert pod.kubectl("exec", "-i", "web", "--", "wc", "-c", stdin="x" * 300_000).split() == ["300000"]


def test_a_megabyte_comes_back_whole(pod: Threaded) -> None:
    content = os.urandom(1 << 20)
    done = subprocess.run(
        [KUBECTL, "exec", "-i", "web", "--", "cat"],
        input=content,
        capture_output=True,
        env=dict(pod.environment),
        check=True,
    )
    assert done.stdout == content


def test_a_command_may_be_as_long_as_the_kernel_allows(pod: Threaded) -> None:
    text = "x" * 100_000
    assert pod.kubectl("exec", "web", "--", "sh", "-c", f"echo {text} | wc -c").strip() == "100001"


def test_a_command_that_ends_first_does_not_wait_for_input(pod: Threaded) -> None:
    with started(pod, "exec", "-i", "web", "--", "echo", "done") as process:
        assert process.stdout is not None
        assert process.stdout.read() == b"done\n"
        assert process.wait(10) == 0


def test_what_is_not_there_is_told(pod: Threaded) -> None:
    said = pod.kubectl("exec", "ghost", "--", "true", code=1)
    assert 'pods "ghost" not found' in said
    said = pod.kubectl("exec", "web", "-c", "other", "--", "true", code=1)
    assert "container" in said
    assert "other" in said
    said = pod.kubectl("exec", "web", "--", "no-such-program", code=1)
    assert "executable file not found" in said


class Terminal:
    """A person's terminal with kubectl in it."""

    def __init__(self, cluster: Threaded, *arguments: str) -> None:
        self.seen = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(KUBECTL, ["kubectl", *arguments], dict(cluster.environment))

    def type(self, keys: bytes) -> None:
        os.write(self.fd, keys)

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait_for(self, text: bytes, *, seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            ready, _, _ = select.select([self.fd], [], [], max(deadline - time.monotonic(), 0))
            assert ready, f"{text!r} did not come: {self.seen!r}"
            self.seen += os.read(self.fd, 65536)

    def ended(self) -> int:
        with contextlib.suppress(OSError):
            while content := os.read(self.fd, 65536):
                self.seen += content
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def test_a_terminal_is_one_in_the_pod_too(pod: Threaded) -> None:
    terminal = Terminal(pod, "exec", "-it", "web", "--", "sh")
    terminal.type(b"tty -s && echo is-a-$((40+2))\n")
    terminal.wait_for(b"is-a-42")
    terminal.resize(101, 33)
    terminal.type(b"while [ \"$(stty size)\" != '33 101' ]; do sleep 0.01; done; echo resized-$((1+1))\n")
    terminal.wait_for(b"resized-2")
    terminal.type(b"sleep 600\n")
    terminal.wait_for(b"sleep 600")
    eventually(lambda: any(each.name() == "sleep" for each in processes_of(pod)))
    terminal.type(b"\x03")
    terminal.type(b"echo interrupted-$?\n")
    terminal.wait_for(b"interrupted-130")
    terminal.type(b"exit 3\n")
    assert terminal.ended() == 3
    assert b"command terminated with exit code 3" in terminal.seen


def test_a_client_that_is_killed_leaves_no_process(pod: Threaded) -> None:
    for options in (["-i"], []):
        with started(pod, "exec", *options, "web", "--", "sleep", "600") as process:
            eventually(lambda: any(each.name() == "sleep" for each in processes_of(pod)))
            process.kill()
        eventually(lambda: processes_of(pod) == [])


def test_a_client_that_is_killed_in_a_flood_leaves_no_process(pod: Threaded) -> None:
    with started(pod, "exec", "web", "--", "yes") as process:
        assert process.stdout is not None
        process.stdout.read(1 << 20)
        process.kill()
    eventually(lambda: processes_of(pod) == [])


def test_a_terminal_that_is_closed_leaves_no_process(pod: Threaded) -> None:
    terminal = Terminal(pod, "exec", "-it", "web", "--", "sh")
    terminal.type(b"echo up-$((1+1))\n")
    terminal.wait_for(b"up-2")
    os.kill(terminal.pid, signal.SIGKILL)
    terminal.ended()
    eventually(lambda: processes_of(pod) == [])


def test_attach_joins_what_runs(pod: Threaded) -> None:
    pod.cluster.pods.attachable = ("sh", "-c", "read line; echo got $line")
    said = pod.kubectl("attach", "-i", "-q", "web", stdin="hello\n")
    assert said == "got hello\n"


def test_copies_go_both_ways(pod: Threaded, tmp_path: Path) -> None:
    content = os.urandom(3 << 20)
    (tmp_path / "sent").write_bytes(content)
    remote = tmp_path / "remote"
    remote.mkdir()
    pod.kubectl("cp", str(tmp_path / "sent"), f"web:{remote}/there")
    assert (remote / "there").read_bytes() == content
    pod.kubectl("cp", f"web:{remote}/there", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == content


def test_a_folder_is_copied_with_all_in_it(pod: Threaded, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    (source / "deep" / "a.txt").write_text("hello")
    (tmp_path / "remote").mkdir()
    pod.kubectl("cp", str(source), f"web:{tmp_path}/remote")
    assert (tmp_path / "remote" / "source" / "deep" / "a.txt").read_text() == "hello"


def test_logs_show_what_was_written(pod: Threaded) -> None:
    pod.do(pod.cluster.pods.say(b"one\n", b"two\n", b"three\n"))
    assert pod.kubectl("logs", "web") == "one\ntwo\nthree\n"
    assert pod.kubectl("logs", "web", "--tail=1") == "three\n"
    assert 'pods "ghost" not found' in pod.kubectl("logs", "ghost", code=1)
    assert "previous terminated container" in pod.kubectl("logs", "web", "--previous", code=1)


def test_logs_go_on_until_the_container_ends(pod: Threaded) -> None:
    with started(pod, "logs", "-f", "web") as process:
        assert process.stdout is not None
        pods = pod.cluster.pods
        eventually(lambda: bool(pods.listening))
        pod.do(pods.say(b"first\n"))
        assert process.stdout.readline() == b"first\n"
        pod.do(pods.say(b"second\n"))
        assert process.stdout.readline() == b"second\n"
        pod.do(pods.say(end=True))
        assert process.wait(10) == 0


def test_nobody_follows_a_log_whose_reader_has_left(pod: Threaded) -> None:
    with started(pod, "logs", "-f", "web"):
        eventually(lambda: bool(pod.cluster.pods.listening))
    eventually(lambda: not pod.cluster.pods.listening)


class Echo(socketserver.BaseRequestHandler):
    """Sends back what it gets, once the client has sent it all."""

    def handle(self) -> None:
        content = []
        while part := self.request.recv(65536):
            content.append(part)
        self.request.sendall(b"".join(content))


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    """The port of a server in the pod."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@contextlib.contextmanager
def forwarded(pod: Threaded, port: int) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A local port that leads to one of the pod's."""
    with started(pod, "port-forward", "pod/web", f":{port}") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith(b"Forwarding from 127.0.0.1:"), line
        yield int(line.split()[2].rpartition(b":")[2]), process


def exchanged(port: int, content: bytes) -> bytes:
    """What comes back for what was sent; sending and its end go first."""
    received = []
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        while part := connection.recv(1 << 16):
            received.append(part)
    return b"".join(received)


def test_a_forwarded_port_carries_thirty_megabytes(pod: Threaded, echo: int) -> None:
    content = os.urandom(30 << 20)
    with forwarded(pod, echo) as (port, _):
        assert hashlib.md5(exchanged(port, content)).digest() == hashlib.md5(content).digest()


def test_a_forwarded_port_takes_many_connections(pod: Threaded, echo: int) -> None:
    with forwarded(pod, echo) as (port, _):
        results: dict[int, bytes] = {}

        def ask(number: int) -> None:
            results[number] = exchanged(port, bytes([number]) * 100_000)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == {number: bytes([number]) * 100_000 for number in range(8)}


def test_a_forwarded_port_on_which_nobody_listens_says_so(pod: Threaded) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with forwarded(pod, unused.getsockname()[1]) as (port, process):
            assert exchanged(port, b"hello") == b""
            assert process.stdout is not None
            said = b"".join(process.stdout.readline() for _ in range(3))
            assert b"an error occurred forwarding" in said


def test_everything_ends_with_the_client(pod: Threaded, echo: int) -> None:
    with forwarded(pod, echo) as (port, _):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(b"half a ")
    connection.close()
    eventually(lambda: _streaming_tasks(pod) == [])


def _streaming_tasks(pod: Threaded) -> list[str]:
    def names() -> list[str]:
        tasks = asyncio.all_tasks(pod.loop)
        return [str(task.get_coro()) for task in tasks if "forward" in str(task.get_coro())]

    found: list[str] = pod.call(names)
    return found
