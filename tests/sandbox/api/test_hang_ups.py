"""A client may leave at any moment: nothing of what it asked for stays, and nothing is written to the log."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import psutil
import pytest
from asking import CONFIG_MAPS, Api
from serving import Running, client, run, running

from labrunner.sandbox.api import channels, exec_spdy, spdy
from labrunner.sandbox.api.presence import drop

POD = "/api/v1/namespaces/default/pods/web"


async def nothing_left(cluster: Running, before: set["asyncio.Task[object]"]) -> None:
    """Wait until every task and process that came since is gone."""
    async with asyncio.timeout(3):
        while True:
            # Connections that wait for their next request are no work.
            tasks = {
                task for task in asyncio.all_tasks() if "RequestHandler.start" not in repr(task)
            } - before
            children = psutil.Process().children(recursive=True)
            if not tasks and not children and not cluster.pods.listening:
                return
            await asyncio.sleep(0.005)


def survives(
    scenario: Callable[[Api], Awaitable[None]], folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Run a client that leaves; then nothing of it may be left, and the server must be well."""

    async def whole() -> None:
        async with running(folder) as cluster, client(cluster) as session:
            cluster.create_pod("web")
            api = Api(cluster, session)
            await api.ask("GET", "/version")
            await asyncio.sleep(0.05)
            before = set(asyncio.all_tasks())
            await scenario(api)
            await nothing_left(cluster, before)
            assert (await api.ask("GET", "/readyz"))[0] == 200

    with caplog.at_level(logging.WARNING):
        run(whole())
    assert [record.getMessage() for record in caplog.records] == []


async def websocket(api: Api, path: str, *protocols: str) -> aiohttp.ClientWebSocketResponse:
    return await api.session.ws_connect(path, protocols=protocols, autoclose=False, max_msg_size=0)


def cut(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Hang up without a word."""
    transport = socket._response.connection.transport  # type: ignore[union-attr]
    assert transport is not None
    drop(transport)
    socket._response.close()


def command(*argv: str, **options: str) -> str:
    pairs = [("command", each) for each in argv] + list({"stdout": "true", **options}.items())
    return f"{POD}/exec?{urlencode(pairs)}"


@pytest.mark.parametrize("argv", [["sleep", "600"], ["yes"], ["cat"], ["sh", "-c", "sleep 0.05; exit 3"]])
@pytest.mark.parametrize("options", [{}, {"stdin": "true"}, {"stdin": "true", "tty": "true"}])
def test_whoever_leaves_an_exec_ends_it(
    argv: list[str], options: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(api: Api) -> None:
        for delay in (0, 0.01, 0.08):
            socket = await websocket(api, command(*argv, **options), "v5.channel.k8s.io")
            if "stdin" in options:
                await socket.send_bytes(channels.encode(channels.STDIN, os.urandom(100)))
            await asyncio.sleep(delay)
            cut(socket)

    survives(scenario, tmp_path, caplog)


def test_whoever_says_goodbye_ends_it_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(api: Api) -> None:
        socket = await websocket(api, command("sleep", "600"), "v4.channel.k8s.io")
        await socket.close()

    survives(scenario, tmp_path, caplog)


def test_a_client_that_sends_nonsense_is_left(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(api: Api) -> None:
        socket = await websocket(api, command("cat", stdin="true"), "v5.channel.k8s.io")
        for message in (b"", b"\x09what", b"\x04{", b"\xff\x07"):
            await socket.send_bytes(message)
        await socket.send_str("\x00hello")
        message = await socket.receive()
        assert message.data == channels.encode(channels.STDOUT, b"hello")
        await socket.close()

    survives(scenario, tmp_path, caplog)


def test_a_flood_of_input_that_nobody_reads_ends_with_the_client(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(api: Api) -> None:
        socket = await websocket(api, command("sleep", "600", stdin="true"), "v5.channel.k8s.io")
        message = channels.encode(channels.STDIN, bytes(1 << 20))
        sending = asyncio.create_task(_send_for_ever(socket, message))
        await asyncio.sleep(0.2)
        cut(socket)
        await asyncio.wait([sending])
        sending.exception()

    survives(scenario, tmp_path, caplog)


async def _send_for_ever(socket: aiohttp.ClientWebSocketResponse, message: bytes) -> None:
    while True:
        await socket.send_bytes(message)


class SpdyClient:
    """A client that speaks SPDY on a socket of its own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.encoder = spdy.Encoder()

    @classmethod
    async def upgrade(cls, api: Api, path: str, version: str) -> "SpdyClient":
        cluster = api.cluster
        reader, writer = await asyncio.open_connection("127.0.0.1", cluster.port, ssl=cluster.context)
        lines = [
            f"POST {path} HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {cluster.tokens.user}",
            "Connection: Upgrade",
            "Upgrade: SPDY/3.1",
            f"X-Stream-Protocol-Version: {version}",
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head
        return cls(reader, writer)

    def open(self, *types: str, **headers: str) -> None:
        for number, each in enumerate(types):
            self.writer.write(self.encoder.syn_stream(2 * number + 1, {"streamtype": each, **headers}))

    async def leave(self) -> None:
        drop(self.writer.transport)
        await asyncio.sleep(0)


STREAMS = ["error", "stdin", "stdout"]


@pytest.mark.parametrize("opened", range(len(STREAMS) + 1))
def test_whoever_leaves_an_exec_over_spdy_ends_it(
    opened: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(api: Api) -> None:
        for delay in (0, 0.05):
            path = command("cat", stdin="true")
            leaving = await SpdyClient.upgrade(api, path, "v4.channel.k8s.io")
            leaving.open(*STREAMS[:opened])
            if opened > 1:
                leaving.writer.write(spdy.data(3, b"hello"))
            await asyncio.sleep(delay)
            await leaving.leave()

    survives(scenario, tmp_path, caplog)


def test_a_client_that_opens_no_streams_is_not_waited_for_for_ever(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exec_spdy, "PATIENCE", 0.1)

    async def scenario(api: Api) -> None:
        idle = await SpdyClient.upgrade(api, command("cat", stdin="true"), "v4.channel.k8s.io")
        assert await idle.reader.read() == b""
        await idle.leave()

    survives(scenario, tmp_path, caplog)


def test_bytes_that_are_not_spdy_end_the_connection(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(api: Api) -> None:
        for path, version in (
            (command("cat", stdin="true"), "v4.channel.k8s.io"),
            (f"{POD}/portforward", "portforward.k8s.io"),
        ):
            odd = await SpdyClient.upgrade(api, path, version)
            odd.writer.write(b"GET / HTTP/1.1\r\n\r\n" + b"\xff" * 100)
            assert await odd.reader.read() == b""
            await odd.leave()

    survives(scenario, tmp_path, caplog)


@pytest.mark.parametrize("carrier", ["spdy", "tunnel", "channels"])
def test_whoever_leaves_a_forwarded_port_ends_the_connection(
    carrier: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(api: Api) -> None:
        ended: asyncio.Queue[bytes] = asyncio.Queue()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                writer.write(await reader.readexactly(5))
                await reader.read()
            except ConnectionError:
                pass
            writer.close()
            ended.put_nowait(b"")

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = str(server.sockets[0].getsockname()[1])
        encoder = spdy.Encoder()
        headers = {"port": port, "requestid": "0"}
        hello = encoder.syn_stream(1, {"streamtype": "error", **headers}, fin=True)
        hello += encoder.syn_stream(3, {"streamtype": "data", **headers}) + spdy.data(3, b"hello")
        if carrier == "spdy":
            leaving = await SpdyClient.upgrade(api, f"{POD}/portforward", "portforward.k8s.io")
            leaving.writer.write(hello)
            while b"hello" not in await leaving.reader.read(65536):
                pass
            await leaving.leave()
        else:
            protocol = {"tunnel": "SPDY/3.1+portforward.k8s.io", "channels": "v4.channel.k8s.io"}[carrier]
            socket = await websocket(api, f"{POD}/portforward?ports={port}", protocol)
            await socket.send_bytes(hello if carrier == "tunnel" else b"\x00hello")
            while b"hello" not in await socket.receive_bytes():
                pass
            cut(socket)
        await asyncio.wait_for(ended.get(), 5)
        server.close()
        await server.wait_closed()

    survives(scenario, tmp_path, caplog)


@pytest.mark.parametrize("path", [f"{CONFIG_MAPS}?watch=true", f"{POD}/log?follow=true"])
def test_whoever_leaves_a_stream_of_lines_ends_it(
    path: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(api: Api) -> None:
        for delay in (0, 0.2):
            asking = asyncio.create_task(_keep_open(api, path))
            await asyncio.sleep(delay)
            asking.cancel()
            await asyncio.wait([asking])

    survives(scenario, tmp_path, caplog)


async def _keep_open(api: Api, path: str) -> None:
    async with api.session.get(path) as response:
        await response.read()


def test_a_watcher_that_does_not_read_does_not_hold_anybody_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(api: Api) -> None:
        response = await api.session.get(f"{CONFIG_MAPS}?watch=true")
        for number in range(200):
            await api.create(f"c{number}", data={"k": "x" * 100_000})
        response.close()

    survives(scenario, tmp_path, caplog)


@pytest.mark.parametrize("cut_at", [0, 1, 10, 60, 200])
def test_half_a_request_does_no_harm(cut_at: int, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(api: Api) -> None:
        cluster = api.cluster
        lines = [f"POST {CONFIG_MAPS} HTTP/1.1", "Host: x", f"Authorization: Bearer {cluster.tokens.user}"]
        request = "\r\n".join([*lines, "Content-Length: 1000", "", "{"]).encode()
        _, writer = await asyncio.open_connection("127.0.0.1", cluster.port, ssl=cluster.context)
        writer.write(request[:cut_at])
        await writer.drain()
        await asyncio.sleep(0.02)
        drop(writer.transport)

    survives(scenario, tmp_path, caplog)


def test_a_stop_in_the_middle_of_everything_leaves_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def whole() -> None:
        async with running(tmp_path) as cluster, client(cluster) as session:
            cluster.create_pod("web")
            api = Api(cluster, session)
            one = await websocket(api, command("yes"), "v5.channel.k8s.io")
            two = await SpdyClient.upgrade(api, command("cat", stdin="true"), "v4.channel.k8s.io")
            two.open(*STREAMS)
            three = await session.get(f"{CONFIG_MAPS}?watch=true")
            four = await session.get(f"{POD}/log?follow=true")
            async with asyncio.timeout(3):
                await cluster.server.stop()
            async with asyncio.timeout(1):
                await asyncio.gather(*(each.wait() for each in cluster.pods.processes))
            cut(one)
            await two.leave()
            three.close()
            four.close()

    with caplog.at_level(logging.WARNING):
        run(whole())
    assert [record.getMessage() for record in caplog.records] == []
