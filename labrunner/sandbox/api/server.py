"""The API server: a TLS socket on the loopback interface, and everything that answers there.

It runs in the event loop of the registry, the controllers and the kubelet. What it answers is for the other
files of this package.
"""

import asyncio
import socket
import ssl
from typing import Any
from weakref import WeakSet

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage

from labrunner.sandbox.api import body
from labrunner.sandbox.api.exec_websocket import GOODBYE
from labrunner.sandbox.api.front import LONGEST_HEAD, Front, Head, as_streams
from labrunner.sandbox.api.labrunner import Questions
from labrunner.sandbox.api.presence import drop
from labrunner.sandbox.api.router import Router
from labrunner.sandbox.api.site import Site
from labrunner.sandbox.api.spdy_server import SpdyServer
from labrunner.sandbox.api.streams import Streams
from labrunner.sandbox.api.together import stop
from labrunner.sandbox.certificates import Authority
from labrunner.sandbox.node.process import PodService
from labrunner.sandbox.notes import Notes
from labrunner.sandbox.registry import Registry
from labrunner.sandbox.tokens import Tokens

VERSION = "v1.32.0+labrunner"
"""What the server says it is: the version of its schemas, and what it is not."""

ADDRESS = "127.0.0.1"

HOSTS = (
    ADDRESS,
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)
"""The names that its certificate is for."""

PATIENCE = 0.05
"""Seconds that connections have to end once the server stops and nothing is done for them any more."""


class ApiServer:
    """Serves a registry's objects and a node's pods to Kubernetes clients."""

    def __init__(
        self,
        registry: Registry,
        pods: PodService,
        authority: Authority,
        tokens: Tokens,
        notes: Notes,
        *,
        version: str = VERSION,
    ) -> None:
        streams = Streams(registry, pods)
        site = Site(registry.kinds, tokens, version=version)
        self._router = Router(registry, tokens, site, streams, Questions(registry, notes))
        self._spdy = SpdyServer(streams, self._router.admit)
        self._authority = authority
        self._http: web.Server | None = None
        self._listener: asyncio.Server | None = None
        self._working: set[asyncio.Task[Any]] = set()
        self._connections: WeakSet[asyncio.Transport] = WeakSet()

    async def start(self, listening: socket.socket | None = None) -> int:
        """Serve and return the port.

        Args:
            listening: A socket on the loopback interface, for whoever has to know the port beforehand; a new
                one by default.
        """
        listening = listening or socket.create_server((ADDRESS, 0))
        http = self._http = web.Server(
            self._answer,
            # A client that hangs up ends what it asked for: watches, logs, exec.
            handler_cancellation=True,
            access_log=None,
            request_factory=_request,
            max_line_size=LONGEST_HEAD,
            max_field_size=LONGEST_HEAD,
        )
        self._listener = await asyncio.get_running_loop().create_server(
            lambda: Front(http, self._upgrade, self._connections.add),
            sock=listening,
            ssl=self._tls(),
            ssl_shutdown_timeout=GOODBYE,
            backlog=1024,
        )
        return port_of(listening)

    async def stop(self) -> None:
        """Stop listening, end every request and stream, and wait until they have."""
        if self._listener is None or self._http is None:
            return
        self._listener.close()
        await stop(*self._working)
        await self._http.shutdown(PATIENCE)
        for connection in tuple(self._connections):
            drop(connection)  # some clients never say goodbye
        await self._listener.wait_closed()
        self._listener = None

    def _tls(self) -> ssl.SSLContext:
        certificate, key = self._authority.issue(HOSTS)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        # Go's clients would otherwise try HTTP/2, which is not spoken here.
        context.set_alpn_protocols(["http/1.1"])
        return context

    async def _answer(self, http: web.BaseRequest) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task is not None
        self._working.add(task)
        try:
            return await self._router.answer(http)
        finally:
            self._working.discard(task)

    def _upgrade(self, head: Head, transport: asyncio.Transport, content: bytes) -> None:
        reader, writer = as_streams(transport, content)
        task = asyncio.get_running_loop().create_task(self._spdy.serve(head, reader, writer))
        self._working.add(task)
        task.add_done_callback(self._working.discard)


def port_of(listening: socket.socket) -> int:
    """The port of a socket that is bound to an internet address."""
    port: int = listening.getsockname()[1]
    return port


def _request(
    message: RawRequestMessage,
    payload: aiohttp.StreamReader,
    protocol: web.RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=body.LARGEST)
