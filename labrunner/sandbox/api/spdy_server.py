"""Requests that turn into a SPDY connection: exec, attach and port-forward of older or careful clients."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from labrunner.sandbox.api import answer, exec_spdy, execution
from labrunner.sandbox.api.address import Address, parse
from labrunner.sandbox.api.exec_websocket import GOODBYE
from labrunner.sandbox.api.forwarding import forward
from labrunner.sandbox.api.front import Head
from labrunner.sandbox.api.multiplex import Multiplexer
from labrunner.sandbox.api.presence import drop, gone
from labrunner.sandbox.api.spdy import SpdyError
from labrunner.sandbox.api.streams import Streams
from labrunner.sandbox.api.together import first_of
from labrunner.sandbox.errors import ApiError, bad_request, no_such_resource

CHUNK = 64 * 1024
FORWARD_PROTOCOL = "portforward.k8s.io"
VERSION_HEADER = "X-Stream-Protocol-Version"

Admit = Callable[[Head, Address], None]
"""Refuses whoever may not do what the head asks for."""


class SpdyServer:
    """Answers the upgrade requests of one API server."""

    def __init__(self, streams: Streams, admit: Admit) -> None:
        self._streams = streams
        self._admit = admit

    async def serve(self, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and carry its streams until the client or the process is done."""
        try:
            await self._answer(head, reader, writer)
        except ApiError as refusal:
            writer.write(_refused(refusal))
        except ConnectionError:
            pass  # the client hung up
        except BaseException:
            drop(writer.transport)
            raise
        await _close(writer)

    async def _answer(self, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = parse(head.url.raw_path)
        if address is None or (address.group, address.resource) != ("", "pods"):
            raise no_such_resource()
        self._admit(head, address)
        link = _Link(reader, writer)
        match address.subresource:
            case "exec" | "attach":
                await self._run(head, address, link)
            case "portforward":
                connect = self._streams.connector(address)
                await link.upgrade(head, (FORWARD_PROTOCOL,))
                await link.carry(lambda: forward(link.connection, connect))
            case _:
                raise no_such_resource()

    async def _run(self, head: Head, address: Address, link: "_Link") -> None:
        request = execution.read_request(address, head.url.query)
        try:
            process = await self._streams.start(request)
        except ApiError as refusal:
            if not execution.is_about_the_command(refusal):
                raise
            await link.upgrade(head, exec_spdy.PROTOCOLS)
            told = refusal
            await link.carry(lambda: exec_spdy.refuse(link.connection, request, told))
            return
        try:
            await link.upgrade(head, exec_spdy.PROTOCOLS)
            await link.carry(lambda: exec_spdy.run(link.connection, process, request))
        finally:
            process.kill()


class _Link:
    """One client's connection, from its upgrade to its end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.connection = Multiplexer(self._send)

    async def upgrade(self, head: Head, spoken: Sequence[str]) -> None:
        """Agree to the best protocol that the client offers.

        Raises:
            ApiError: It offers none that is spoken here.
        """
        offered = [
            each.strip() for line in head.headers.getall(VERSION_HEADER, []) for each in line.split(",")
        ]
        chosen = next((each for each in spoken if each in offered), None)
        if chosen is None:
            raise bad_request(f"none of the offered protocols is spoken here: {', '.join(spoken)}")
        lines = [
            "HTTP/1.1 101 Switching Protocols",
            "Connection: Upgrade",
            "Upgrade: SPDY/3.1",
            f"{VERSION_HEADER}: {chosen}",
        ]
        await self._send("\r\n".join([*lines, "", ""]).encode())

    async def carry(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work for as long as the client is there."""

        async def works() -> None:
            await work()

        await first_of(self._feed(), works(), gone(self._writer.transport, self.connection.ping))

    async def _feed(self) -> None:
        try:
            while content := await self._reader.read(CHUNK):
                await self.connection.feed(content)
        except SpdyError:
            pass  # what follows cannot be understood either: the connection is closed
        await self.connection.end()

    async def _send(self, content: bytes) -> None:
        self._writer.write(content)
        await self._writer.drain()


async def _close(writer: asyncio.StreamWriter) -> None:
    """Let what was written arrive, if the client still reads."""
    writer.close()
    try:
        async with asyncio.timeout(GOODBYE):
            await writer.wait_closed()
    except OSError:  # a timeout is one
        drop(writer.transport)


def _refused(refusal: ApiError) -> bytes:
    content = answer.write(refusal.status())
    lines = [
        f"HTTP/1.1 {refusal.code} {HTTPStatus(refusal.code).phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + content
