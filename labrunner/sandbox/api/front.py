"""The first look at each connection: a SPDY upgrade is taken aside, everything else goes to the HTTP server.

aiohttp cannot hand over a connection that changes to a protocol it does not know. Clients make such an
upgrade with the first request of a connection of its own, so one look at the first head is enough.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from multidict import CIMultiDict
from yarl import URL

LONGEST_HEAD = 1 << 20
"""Bytes, as many as Go's servers accept: the whole command of an exec is in the address."""


@dataclass(frozen=True, slots=True)
class Head:
    """A request without its body."""

    method: str
    url: URL
    headers: CIMultiDict[str]


Upgrade = Callable[[Head, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Takes over a connection whose client wants to speak SPDY; closes it when done."""


def read_head(content: bytes) -> Head | None:
    """Read a request's head if it asks for SPDY; `None` for every other, well-formed or not."""
    lines = content.decode("latin-1").split("\r\n")
    method, _, rest = lines[0].partition(" ")
    target, _, version = rest.partition(" ")
    if version != "HTTP/1.1":
        return None
    headers = CIMultiDict[str]()
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers.add(name.strip(), value.strip())
    if not headers.get("Upgrade", "").lower().startswith("spdy/3.1"):
        return None
    try:
        return Head(method, URL(target, encoded=True), headers)
    except ValueError:
        return None


class Front(asyncio.Protocol):
    """Holds a connection until its first head has come, then gives it away."""

    def __init__(
        self,
        http: Callable[[], asyncio.BaseProtocol],
        upgrade: Callable[[Head, asyncio.Transport, bytes], None],
        remember: Callable[[asyncio.Transport], None],
    ) -> None:
        self._http = http
        self._upgrade = upgrade
        self._remember = remember
        self._held = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the head."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._remember(transport)

    def data_received(self, data: bytes) -> None:
        """Look, once there is enough to see."""
        assert self._transport is not None
        self._held += data
        end = self._held.find(b"\r\n\r\n")
        if end < 0 and len(self._held) < LONGEST_HEAD:
            return
        head = read_head(self._held[:end]) if end >= 0 else None
        if head is not None:
            self._upgrade(head, self._transport, self._held[end + 4 :])
            return
        protocol = self._http()
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        assert isinstance(protocol, asyncio.Protocol)
        protocol.data_received(self._held)


def as_streams(
    transport: asyncio.Transport, content: bytes
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Go on with a connection as a pair of streams, `content` being the first that is read."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport.set_protocol(protocol)
    protocol.connection_made(transport)
    if content:
        reader.feed_data(content)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
