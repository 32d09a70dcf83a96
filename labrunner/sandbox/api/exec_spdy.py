"""Exec and attach over SPDY/3.1: what kubectl used before 1.31, and still does where WebSockets fail."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping

from labrunner.sandbox.api import channels, execution
from labrunner.sandbox.api.multiplex import Multiplexer, Stream
from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.node.process import Process, StreamName
from labrunner.sandbox.objects import Object

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
"""In both the status is a JSON object. Version 5 differs over WebSockets only."""

PATIENCE = 30.0
"""Seconds that the client has to open its streams, as with a real kubelet."""


class Client:
    """The client at the other end of a connection's streams."""

    def __init__(self, streams: Mapping[str, Stream]) -> None:
        self._streams = streams
        # One pending event: a process that does not read holds the client up.
        self._events: asyncio.Queue[channels.Incoming] = asyncio.Queue(maxsize=1)

    async def incoming(self) -> AsyncIterator[channels.Incoming]:
        """Yield what the client sends. Its end is noticed by whoever feeds the connection."""
        readers = [asyncio.create_task(read()) for read in (self._read_input, self._read_sizes)]
        try:
            while True:
                yield await self._events.get()
        finally:
            for reader in readers:
                reader.cancel()

    async def send(self, stream: StreamName, content: bytes) -> None:
        """Pass output on, if the client opened such a stream."""
        if found := self._streams.get(stream):
            await found.write(content)

    async def finish(self, status: Object) -> None:
        """Tell how it ended, and end every stream."""
        await self._streams["error"].write(json.dumps(status).encode())
        for stream in self._streams.values():
            await stream.close()

    async def _read_input(self) -> None:
        if stream := self._streams.get("stdin"):
            while content := await stream.read():
                await self._events.put(channels.Input(content))
            await self._events.put(channels.EndOfInput())

    async def _read_sizes(self) -> None:
        if stream := self._streams.get("resize"):
            while content := await stream.read():
                # Several sizes may have come at once, a line each; the last one counts.
                if size := channels.size(content.strip().rpartition(b"\n")[2]):
                    await self._events.put(size)


async def run(connection: Multiplexer, process: Process, request: execution.Request) -> None:
    """Wait for the client's streams, and carry bytes until the process ends."""
    await execution.relay(process, Client(await _streams(connection, request)), request)


async def refuse(connection: Multiplexer, request: execution.Request, refusal: ApiError) -> None:
    """Tell the client that its command could not be started."""
    await Client(await _streams(connection, request)).finish(refusal.status())


async def _streams(connection: Multiplexer, request: execution.Request) -> dict[str, Stream]:
    """The streams that the request needs, by type, once the client has opened them all."""
    wanted = {"error"} | {name for name, is_wanted in execution.wants(request).items() if is_wanted}
    found: dict[str, Stream] = {}
    try:
        async with asyncio.timeout(PATIENCE):
            while not wanted <= found.keys():
                stream = await connection.accept()
                if stream is None:
                    raise ConnectionResetError("the client left before it had opened its streams")
                found[stream.headers.get("streamtype", "")] = stream
    except TimeoutError:
        raise ConnectionResetError("the client did not open its streams in time") from None
    return found
