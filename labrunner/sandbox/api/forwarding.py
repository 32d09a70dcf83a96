"""Port-forward: connections to a pod's ports, each a pair of streams of one SPDY connection.

Per connection the client opens a stream `error` and a stream `data` with the same request id. On the first
it hears why a connection failed; the second is the connection.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol

from labrunner.sandbox.api.multiplex import Multiplexer, Stream
from labrunner.sandbox.api.together import stop
from labrunner.sandbox.errors import ApiError

CHUNK = 64 * 1024
"""Bytes read from the pod at once."""

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[int], Awaitable[Connection]]
"""Opens a connection to a port of the pod."""


class Pipe(Protocol):
    """Where the client's bytes come from and the pod's go to."""

    async def read(self) -> bytes:
        """Return what has arrived; `b""` once the client has ended its half."""

    async def write(self, content: bytes) -> None:
        """Send bytes."""

    async def close(self) -> None:
        """End our half."""


async def forward(connection: Multiplexer, connect: Connect) -> None:
    """Serve pairs of streams until the client opens no more and the last one is done."""
    halves: dict[str, Stream] = {}
    async with asyncio.TaskGroup() as pairs:
        while stream := await connection.accept():
            other = halves.pop(_request_of(stream), None)
            if other is None:
                halves[_request_of(stream)] = stream
                continue
            data, error = sorted((stream, other), key=lambda each: each.headers.get("streamtype", ""))
            pairs.create_task(carry(data, error, _port_of(data), connect))


async def carry(data: Pipe, error: Pipe, port: int, connect: Connect) -> None:
    """Connect to a port of the pod and carry bytes both ways until both sides have ended."""
    try:
        reader, writer = await connect(port)
    except (ApiError, OSError) as why:
        await error.write(f"an error occurred forwarding port {port}: {_told(why)}".encode())
    else:
        await _both_ways(data, reader, writer)
    await error.close()
    await data.close()


async def _both_ways(data: Pipe, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    to_pod = asyncio.create_task(_to_pod(data, writer))
    try:
        await _from_pod(data, reader)
        # Once the pod has ended there is nobody left to send to.
        writer.close()
    finally:
        if not writer.is_closing():
            writer.transport.abort()
        await stop(to_pod)


async def _to_pod(data: Pipe, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while content := await data.read():
            writer.write(content)
            await writer.drain()
        writer.write_eof()


async def _from_pod(data: Pipe, reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(OSError):
        while content := await reader.read(CHUNK):
            await data.write(content)
    await data.close()


def _request_of(stream: Stream) -> str:
    """What the two streams of a connection have in common; older clients leave it to their numbers."""
    first = stream.number if stream.headers.get("streamtype") == "error" else stream.number - 2
    return stream.headers.get("requestid", str(first))


def _port_of(stream: Stream) -> int:
    text = stream.headers.get("port", "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _told(why: ApiError | OSError) -> str:
    return why.message if isinstance(why, ApiError) else str(why)
