"""What containers wrote: kept line by line as container runtimes keep it, bounded in size, and read again.

A line in the file is `TIME STREAM TAG TEXT`; the tag is `F`, or `P` when the text is only a part of a line.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from labrunner.sandbox.clock import Clock
from labrunner.sandbox.node.process import StreamName
from labrunner.sandbox.objects import moment

LIMIT = 10 * 1024 * 1024
"""Bytes after which a log is put aside, as real nodes do; one that was put aside is kept."""
LONGEST = 16 * 1024
"""Bytes of a line after which it is stored in parts, as container runtimes do."""
CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Query:
    """Which part of a log somebody wants; see `PodService.logs`."""

    follow: bool = False
    tail: int | None = None
    since: float | None = None
    timestamps: bool = False
    limit_bytes: int | None = None


class Log:
    """One run of one container, in two files at most."""

    def __init__(self, path: Path, clock: Clock, *, limit: int = LIMIT) -> None:
        self._path = path
        self._older = path.with_name(f"{path.name}.1")
        self._clock = clock
        self._limit = limit
        self._file = path.open("ab", buffering=0)
        # Offsets count from the log's first byte ever: of what is kept, of the newer file, of the end.
        self._first = self._split = self._end = 0
        self._partial: dict[StreamName, bytes] = {"stdout": b"", "stderr": b""}
        self._more: asyncio.Future[None] | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing will be added any more."""
        return self._file.closed

    def write(self, stream: StreamName, data: bytes) -> None:
        """Add what was written, split wherever."""
        *lines, rest = (self._partial[stream] + data).split(b"\n")
        head = self._head(stream)
        stored = [b"%bF %b\n" % (head, line) for line in lines]
        while len(rest) >= LONGEST:
            stored.append(b"%bP %b\n" % (head, rest[:LONGEST]))
            rest = rest[LONGEST:]
        self._partial[stream] = rest
        self._store(b"".join(stored))

    def end(self, stream: StreamName) -> None:
        """Add what the stream ended with, if that was no whole line."""
        rest, self._partial[stream] = self._partial[stream], b""
        if rest:
            self._store(b"%bP %b\n" % (self._head(stream), rest))

    def close(self) -> None:
        """Nothing will be added any more."""
        self._file.close()
        self._tell()

    async def read(self, query: Query) -> AsyncIterator[bytes]:
        """Yield what `query` asks for."""
        left = query.limit_bytes
        async for chunk in self._chunks(query):
            text = b"".join(_shown(line, query.timestamps) for line in chunk.splitlines(keepends=True))
            if left is not None:
                text = text[:left]
                left -= len(text)
            if text:
                yield text
            if left == 0:
                return

    async def _chunks(self, query: Query) -> AsyncIterator[bytes]:
        offset = self._start(query)
        while True:
            while offset < self._end:
                offset, chunk = self._stored(offset)
                yield chunk
            if not query.follow or self.closed:
                return
            self._more = self._more or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._more)

    def _start(self, query: Query) -> int:
        """The offset of the first line that is wanted."""
        start = self._first
        if query.tail is not None:
            start = self._before_last(query.tail)
        if query.since is not None:
            start = self._not_before(self._clock.now() - timedelta(seconds=query.since), start)
        return start

    def _before_last(self, lines: int) -> int:
        """The offset at which the last so many lines begin; searched from the end, which is near."""
        position, ends = self._end, lines + 1  # the end of the line before counts too
        while position > self._first and lines > 0:
            low = max(position - CHUNK, self._split if position > self._split else self._first)
            chunk = self._bytes(low, position)
            found = chunk.count(b"\n")
            if found >= ends:
                place = len(chunk)
                for _ in range(ends):
                    place = chunk.rindex(b"\n", 0, place)
                return low + place + 1
            position, ends = low, ends - found
        return position

    def _not_before(self, earliest: datetime, start: int) -> int:
        """The offset of the first line from `start` on that was written at `earliest` or later."""
        while start < self._end:
            following, chunk = self._stored(start)
            for line in chunk.splitlines(keepends=True):
                if _time(line) >= earliest:
                    return start
                start += len(line)
            start = following
        return start

    def _stored(self, offset: int) -> tuple[int, bytes]:
        """Whole lines from `offset` on, and the offset behind them."""
        offset = max(offset, self._first)
        chunk = self._bytes(offset, offset + CHUNK)
        whole = chunk[: chunk.rfind(b"\n") + 1]
        return offset + len(whole), whole

    def _bytes(self, low: int, high: int) -> bytes:
        """What is stored between two offsets, at most to the end of the file that `low` is in."""
        newer = low >= self._split
        path, base = (self._path, self._split) if newer else (self._older, self._first)
        with path.open("rb") as file:
            file.seek(low - base)
            return file.read(high - low)

    def _head(self, stream: StreamName) -> bytes:
        now = self._clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
        return f"{now} {stream} ".encode()

    def _store(self, lines: bytes) -> None:
        if not lines or self.closed:
            return
        if self._end - self._split > self._limit:
            self._rotate()
        self._file.write(lines)
        self._end += len(lines)
        self._tell()

    def _rotate(self) -> None:
        self._file.close()
        self._path.replace(self._older)
        self._file = self._path.open("ab", buffering=0)
        self._first, self._split = self._split, self._end

    def _tell(self) -> None:
        if self._more is not None and not self._more.done():
            self._more.set_result(None)
        self._more = None


def _shown(line: bytes, timestamps: bool) -> bytes:
    time, _, tag, text = line.split(b" ", 3)
    if tag == b"P":
        text = text[:-1]
    return b"%b %b" % (time, text) if timestamps else text


def _time(line: bytes) -> datetime:
    # Python reads six decimals; we write nine because clients expect them.
    return moment(line[:26].decode() + "Z")
