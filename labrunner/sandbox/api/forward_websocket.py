"""Port-forward over a WebSocket: SPDY inside its messages, as kubectl does it, or a channel per stream.

The second form is the Python client's: each port has two channels, data and error, and the first thing on
each is the port's number.
"""

import asyncio
from collections.abc import Sequence

from aiohttp import WSMsgType, web
from multidict import MultiMapping

from labrunner.sandbox.api.exec_websocket import GOODBYE, LARGEST_MESSAGE
from labrunner.sandbox.api.forwarding import Connect, carry, forward
from labrunner.sandbox.api.multiplex import Multiplexer
from labrunner.sandbox.api.presence import gone
from labrunner.sandbox.api.spdy import SpdyError
from labrunner.sandbox.api.together import first_of
from labrunner.sandbox.errors import bad_request

TUNNEL = "SPDY/3.1+portforward.k8s.io"
CHANNELS = "v4.channel.k8s.io"


async def serve(http: web.BaseRequest, connect: Connect) -> web.StreamResponse:
    """Answer an upgrade request, and carry bytes until the client is gone.

    Raises:
        ApiError: Before anything was answered: the request makes no sense.
    """
    offered = [each.strip() for each in http.headers.get("Sec-WebSocket-Protocol", "").split(",")]
    chosen = next((each for each in (TUNNEL, CHANNELS) if each in offered), None)
    if chosen is None:
        raise bad_request(f"none of the offered protocols is spoken here: {TUNNEL} and {CHANNELS} are")
    ports = _ports(http.query) if chosen == CHANNELS else ()
    socket = web.WebSocketResponse(
        protocols=(chosen,), timeout=GOODBYE, max_msg_size=LARGEST_MESSAGE, compress=False
    )
    await socket.prepare(http)
    if chosen == TUNNEL:
        await first_of(_tunnel(socket, connect), gone(http.transport, socket.ping))
    else:
        await first_of(_channels(socket, ports, connect), gone(http.transport, socket.ping))
    await socket.close()
    return socket


async def _tunnel(socket: web.WebSocketResponse, connect: Connect) -> None:
    connection = Multiplexer(socket.send_bytes)

    async def feed() -> None:
        try:
            async for message in socket:
                if message.type == WSMsgType.BINARY:
                    await connection.feed(message.data)
        except SpdyError:
            pass  # what follows cannot be understood either: the connection is closed
        await connection.end()

    await first_of(feed(), forward(connection, connect))


class _Channel:
    """One port's data or error, as a pipe."""

    def __init__(self, socket: web.WebSocketResponse, number: int) -> None:
        self._socket = socket
        self._number = bytes([number])
        # A port that does not read holds the client up.
        self.arrived: asyncio.Queue[bytes] = asyncio.Queue(maxsize=64)

    async def read(self) -> bytes:
        return await self.arrived.get()

    async def write(self, content: bytes) -> None:
        await self._socket.send_bytes(self._number + content)

    async def close(self) -> None:
        """This protocol has no word for the end of one channel."""


async def _channels(socket: web.WebSocketResponse, ports: Sequence[int], connect: Connect) -> None:
    pipes = [_Channel(socket, number) for number in range(2 * len(ports))]
    for number, pipe in enumerate(pipes):
        await pipe.write(ports[number // 2].to_bytes(2, "little"))

    async def feed() -> None:
        async for message in socket:
            content = message.data
            if message.type == WSMsgType.BINARY and len(content) > 1 and content[0] < len(pipes):
                await pipes[content[0]].arrived.put(content[1:])

    async def work() -> None:
        pairs = zip(pipes[::2], pipes[1::2], ports, strict=True)
        await asyncio.gather(*(carry(data, error, port, connect) for data, error, port in pairs))

    await first_of(feed(), work())


def _ports(query: MultiMapping[str]) -> tuple[int, ...]:
    texts = [text for value in query.getall("ports", []) for text in value.split(",")]
    if not texts:
        raise bad_request('query parameter "ports" is required')
    if not all(text.isascii() and text.isdigit() and 0 < int(text) < 1 << 16 for text in texts):
        raise bad_request(f"invalid ports: {', '.join(texts)}")
    if len(texts) > 127:
        raise bad_request("too many ports")
    return tuple(map(int, texts))
