"""Exec and attach over a WebSocket: what kubectl has used since 1.31, and the Python client always."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from aiohttp import WSMsgType, web

from labrunner.sandbox.api import channels, execution
from labrunner.sandbox.api.presence import gone
from labrunner.sandbox.api.together import first_of
from labrunner.sandbox.errors import ApiError, bad_request
from labrunner.sandbox.node.process import Process, StreamName
from labrunner.sandbox.objects import Object

LARGEST_MESSAGE = 16 << 20
"""Bytes in one message of the client; kubectl sends 32 KiB at most."""

GOODBYE = 2.0
"""Seconds that the client has to answer the end of the conversation."""

_CHANNELS = {"stdout": channels.STDOUT, "stderr": channels.STDERR}


Start = Callable[[execution.Request], Awaitable[Process]]
"""Starts or joins the process that a client asks for; refuses with an `ApiError`."""


async def serve(http: web.BaseRequest, request: execution.Request, start: Start) -> web.StreamResponse:
    """Answer an upgrade request, and carry bytes until the process or the client is done.

    Raises:
        ApiError: Before anything was answered: the request cannot be met.
    """
    offered = [each.strip() for each in http.headers.get("Sec-WebSocket-Protocol", "").split(",")]
    if channels.choose(offered) is None:
        raise bad_request(
            f"none of the offered protocols is spoken here: {', '.join(channels.PROTOCOLS)} are"
        )
    socket = web.WebSocketResponse(
        protocols=channels.PROTOCOLS, timeout=GOODBYE, max_msg_size=LARGEST_MESSAGE, compress=False
    )
    client = _Client(socket, execution.wants(request))
    try:
        process = await start(request)
    except ApiError as refusal:
        if not execution.is_about_the_command(refusal):
            raise
        await socket.prepare(http)
        await client.finish(refusal.status())
        return socket
    try:
        await socket.prepare(http)
        await first_of(execution.relay(process, client, request), gone(http.transport, socket.ping))
    finally:
        process.kill()
    return socket


class _Client:
    """The client at the other end of the socket."""

    def __init__(self, socket: web.WebSocketResponse, wants: Mapping[str, bool]) -> None:
        self._socket = socket
        self._wants = wants

    async def incoming(self) -> AsyncIterator[channels.Incoming]:
        async for message in self._socket:
            # Some clients send input as text.
            data = message.data.encode() if message.type == WSMsgType.TEXT else message.data
            if isinstance(data, bytes) and (event := channels.decode(data)):
                yield event

    async def send(self, stream: StreamName, content: bytes) -> None:
        if self._wants[stream]:
            await self._socket.send_bytes(channels.encode(_CHANNELS[stream], content))

    async def finish(self, status: Object) -> None:
        await self._socket.send_bytes(channels.encode(channels.STATUS, json.dumps(status).encode()))
        await self._socket.close()
