"""The streams of one SPDY connection: opened by the client, read and written here like pipes.

Nothing here knows how bytes reach the client (a socket, or messages of a WebSocket): whoever does feeds
them in and provides `send`. What the streams mean is for `execution` and `forwarding`.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

from labrunner.sandbox.api import spdy

MOST_UNREAD = 4 << 20
"""Bytes that wait for one stream's reader before the whole connection does: SPDY has no flow control here."""

LARGEST_WRITE = 32 * 1024
"""Bytes in one data frame: large enough to be cheap, small enough to let other streams in between."""

Send = Callable[[bytes], Awaitable[None]]


class Stream:
    """One stream: a pipe in each direction.

    Attributes:
        number: Its number on the connection.
        headers: What the client said about it, names in lower case.
    """

    def __init__(
        self, number: int, headers: Mapping[str, str], send: Send, over: Callable[[int], object]
    ) -> None:
        self.number = number
        self.headers = headers
        self._send = send
        self._over = over
        self._unread: deque[bytes] = deque()
        self._waiting = 0
        self._ended = False
        self._closed = False
        self._changed = asyncio.Condition()

    async def read(self) -> bytes:
        """Return what has arrived, as soon as there is any; `b""` once the client has ended its half."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._unread or self._ended)
            content = b"".join(self._unread)
            self._unread.clear()
            self._waiting = 0
            self._changed.notify_all()
        return content

    async def write(self, content: bytes) -> None:
        """Send bytes, unless the stream is over."""
        for start in range(0, len(content), LARGEST_WRITE):
            if not self._closed:
                await self._send(spdy.data(self.number, content[start : start + LARGEST_WRITE]))

    async def close(self) -> None:
        """End our half. The client may go on with its own."""
        if not self._closed:
            self._closed = True
            if self._ended:
                self._over(self.number)
            await self._send(spdy.data(self.number, b"", fin=True))

    async def reset(self) -> None:
        """End both halves at once; what has not been read is dropped."""
        if not (self._closed and self._ended):
            await self._send(spdy.reset(self.number, spdy.CANCEL))
        await self.end(drop=True)

    async def arrive(self, content: bytes) -> None:
        """Take bytes from the client; waits while too many are unread. For `Multiplexer`."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._waiting < MOST_UNREAD or self._ended)
            if content and not self._ended:
                self._unread.append(content)
                self._waiting += len(content)
                self._changed.notify_all()

    async def end(self, *, drop: bool = False) -> None:
        """The client sends no more; with `drop`, it does not listen either. For `Multiplexer`."""
        async with self._changed:
            self._ended = True
            if drop:
                self._closed = True
                self._unread.clear()
            if self._closed:
                self._over(self.number)
            self._changed.notify_all()


class Multiplexer:
    """The server's side of a SPDY connection."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._decoder = spdy.Decoder()
        self._encoder = spdy.Encoder()
        self._streams: dict[int, Stream] = {}
        self._opened: asyncio.Queue[Stream | None] = asyncio.Queue()
        self._pings = 0

    async def accept(self) -> Stream | None:
        """Return the next stream that the client opens; `None` once it opens no more."""
        return await self._opened.get()

    async def feed(self, content: bytes) -> None:
        """Take the next bytes from the client.

        Raises:
            SpdyError: They are not SPDY; close the connection.
        """
        for frame in self._decoder.feed(content):
            await self._act(frame)

    async def ping(self) -> None:
        """Ask the client for a sign of life, which is not waited for."""
        self._pings += 2
        await self._send(spdy.ping(self._pings))

    async def end(self) -> None:
        """The connection is gone: every stream ends, and no new one comes."""
        for stream in tuple(self._streams.values()):
            await stream.end(drop=True)
        self._opened.put_nowait(None)

    async def _act(self, frame: spdy.Frame) -> None:
        match frame:
            case spdy.SynStream(number, headers, fin):
                await self._open(number, headers, fin)
            case spdy.Data(number, content, fin):
                await self._deliver(number, content, fin)
            case spdy.Reset(number):
                if stream := self._streams.get(number):
                    await stream.end(drop=True)
            case spdy.Ping(number):
                if number % 2:  # even numbers are our own, coming back
                    await self._send(spdy.ping(number))
            case spdy.GoAway():
                self._opened.put_nowait(None)
            case spdy.SynReply():
                pass

    async def _open(self, number: int, headers: Mapping[str, str], fin: bool) -> None:
        if number in self._streams:
            raise spdy.SpdyError(f"stream {number} is opened twice")
        stream = self._streams[number] = Stream(number, headers, self._send, self._forget)
        # Packed and sent without a pause in between: the packer's history is the order of the frames.
        await self._send(self._encoder.syn_reply(number))
        if fin:
            await stream.end()
        self._opened.put_nowait(stream)

    async def _deliver(self, number: int, content: bytes, fin: bool) -> None:
        stream = self._streams.get(number)
        if stream is None:
            return  # reset by us while this was on its way
        await stream.arrive(content)
        if fin:
            await stream.end()

    def _forget(self, number: int) -> None:
        self._streams.pop(number, None)
