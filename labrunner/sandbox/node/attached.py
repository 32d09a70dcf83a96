"""Clients that watch a container's own process and type into it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from labrunner.sandbox.node.descriptors import WriteEnd
from labrunner.sandbox.node.process import StreamName
from labrunner.sandbox.node.terminal import Terminal

BEHIND = 16
"""Chunks by which a client may be behind before the container has to wait for it."""


class Feed:
    """Chunks on their way to one client: few, so that a slow one holds up the writer as a pipe would."""

    def __init__(self) -> None:
        self._chunks: deque[bytes] = deque()
        self._closed = False
        self._changed = asyncio.Event()

    async def put(self, data: bytes) -> None:
        """Add a chunk; it is dropped once nobody takes any more."""
        while len(self._chunks) >= BEHIND and not self._closed:
            await self._change()
        if not self._closed:
            self._chunks.append(data)
            self._tell()

    async def get(self) -> bytes:
        """Take the next chunk; `b""` at the end."""
        while not self._chunks and not self._closed:
            await self._change()
        data = self._chunks.popleft() if self._chunks else b""
        self._tell()
        return data

    def close(self) -> None:
        """Nothing is added any more; what is there can still be taken."""
        self._closed = True
        self._tell()

    async def _change(self) -> None:
        await self._changed.wait()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


Feeds = dict[StreamName, Feed]


@dataclass(slots=True)
class Audience:
    """Everybody who is attached to one container."""

    members: list[Feeds] = field(default_factory=list)
    over: bool = False
    """Whether there is nothing more to hear."""

    def join(self) -> Feeds:
        """Listen from now on."""
        feeds: Feeds = {"stdout": Feed(), "stderr": Feed()}
        self.members.append(feeds)
        if self.over:
            self.close()
        return feeds

    def leave(self, feeds: Feeds) -> None:
        """Listen no more."""
        if feeds in self.members:
            self.members.remove(feeds)
        for feed in feeds.values():
            feed.close()

    async def tell(self, stream: StreamName, data: bytes) -> None:
        """Pass on what the container wrote."""
        for feeds in list(self.members):
            await feeds[stream].put(data)

    def close(self) -> None:
        """There is nothing more to hear."""
        self.over = True
        for feeds in self.members:
            for feed in feeds.values():
                feed.close()


class Attached:
    """A client that is attached to a container; a `Process`."""

    def __init__(
        self,
        audience: Audience,
        stdin: WriteEnd | None,
        terminal: Terminal | None,
        wait: Callable[[], Awaitable[int]],
        *,
        once: bool,
    ) -> None:
        self._audience = audience
        self._feeds = audience.join()
        self._stdin = stdin
        self._terminal = terminal
        self._wait = wait
        self._once = once

    async def read(self, stream: StreamName) -> bytes:
        """See `Process`."""
        if self._terminal is not None and stream == "stderr":
            return b""
        return await self._feeds[stream].get()

    async def write(self, data: bytes) -> None:
        """See `Process`."""
        if self._stdin is not None:
            await self._stdin.write(data)

    async def close_stdin(self) -> None:
        """See `Process`. The container's input ends only if it was made for one client."""
        if self._stdin is not None and self._once and self._terminal is None:
            self._stdin.close()

    def resize(self, columns: int, rows: int) -> None:
        """See `Process`."""
        if self._terminal is not None:
            self._terminal.resize(columns, rows)

    async def wait(self) -> int:
        """See `Process`."""
        return await self._wait()

    def kill(self) -> None:
        """See `Process`: the container goes on."""
        self._audience.leave(self._feeds)
