"""Whether a client is still there while nothing is read from it, and doing without it.

A process that does not read its input holds the client up, and a connection that is not read does not tell
that it was closed: the news waits behind what is unread. But whoever writes to a client that has gone gets an
answer from its kernel.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

INTERVAL = 1.0
"""Seconds between two pings."""

_ESTABLISHED = 1  # of the kernel's TCP states; every other one means that a side has ended


async def gone(transport: asyncio.BaseTransport | None, ping: Callable[[], Awaitable[None]]) -> None:
    """Return once the client's end of a connection is closed.

    Args:
        transport: The connection.
        ping: Sends the client something that it does not mind.
    """
    connection = transport.get_extra_info("socket") if transport is not None else None
    while connection is not None and connection.fileno() >= 0 and _is_established(connection):
        await asyncio.sleep(INTERVAL)
        await ping()


def drop(transport: asyncio.BaseTransport) -> None:
    """End a connection at once, whatever is still to be sent."""
    # Python 3.11.2 raises this for a TLS connection that has already ended.
    with contextlib.suppress(AttributeError):
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


def _is_established(connection: socket.socket) -> bool:
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _ESTABLISHED
