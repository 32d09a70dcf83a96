"""Pipes and terminals on the event loop, read only when someone wants to read.

So a program that writes faster than its reader is held up by the kernel, as on a real machine, and nothing
piles up here.
"""

import asyncio
import errno
import os
from collections.abc import Callable

CHUNK = 65536


class _End:
    """One end of a stream; owns its descriptor. One task at a time waits for it."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._loop = asyncio.get_running_loop()
        self._descriptor = descriptor
        self._ready: asyncio.Future[None] | None = None

    @property
    def closed(self) -> bool:
        """Whether the descriptor has been let go."""
        return self._descriptor < 0

    def close(self) -> None:
        """Let go of the descriptor and wake who waits for it."""
        if self.closed:
            return
        self._loop.remove_reader(self._descriptor)
        self._loop.remove_writer(self._descriptor)
        os.close(self._descriptor)
        self._descriptor = -1
        self._wake()

    async def _until(
        self, watch: Callable[[int, Callable[[], None]], object], unwatch: Callable[[int], object]
    ) -> None:
        descriptor = self._descriptor
        self._ready = self._loop.create_future()
        watch(descriptor, self._wake)
        try:
            await self._ready
        finally:
            if not self.closed:  # once closed, the number may be someone else's
                unwatch(descriptor)

    def _wake(self) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)


class ReadEnd(_End):
    """The end of a pipe or terminal that is read."""

    async def read(self) -> bytes:
        """Return up to 64 KiB as soon as there is any; `b""` at the end, and once closed."""
        # Others want their turn too, even if there is always something to read.
        await asyncio.sleep(0)
        while not self.closed:
            try:
                return os.read(self._descriptor, CHUNK)
            except BlockingIOError:
                await self._until(self._loop.add_reader, self._loop.remove_reader)
            except OSError as error:
                if error.errno == errno.EIO:
                    return b""  # a terminal whose last process is gone
                raise
        return b""


class WriteEnd(_End):
    """The end of a pipe or terminal that is written."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor)
        self._turn = asyncio.Lock()

    async def write(self, data: bytes) -> None:
        """Write all of `data`; drop it when nobody reads any more."""
        async with self._turn:
            rest = memoryview(data)
            while rest and not self.closed:
                try:
                    rest = rest[os.write(self._descriptor, rest) :]
                except BlockingIOError:
                    await self._until(self._loop.add_writer, self._loop.remove_writer)
                except OSError:
                    return
