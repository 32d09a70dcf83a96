"""SPDY/3.1 frames: bytes in, frames out, and back. No I/O.

What is left of SPDY in Kubernetes: exec and attach of clients that do not use WebSockets, and port-forward,
where its frames travel inside a WebSocket. As in those clients, there is no flow control and there are no
priorities; window updates and settings are read and ignored. Streams and their order are for `multiplex`.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from labrunner.sandbox.api.spdy_dictionary import DICTIONARY

LONGEST_FRAME = 1 << 20
"""Bytes of payload in a frame that is accepted; clients send 32 KiB at most."""
MOST_HEADERS = 1 << 16
"""Bytes of headers, unpacked, in a frame that is accepted."""

PROTOCOL_ERROR = 1
CANCEL = 5

_FIN = 0x01
_SYN_STREAM, _SYN_REPLY, _RST_STREAM, _PING, _GOAWAY, _HEADERS = 1, 2, 3, 6, 7, 8
_CONTROL_BIT = 0x80000000
_STREAM_BITS = 0x7FFFFFFF
_VERSION = 3


class SpdyError(Exception):
    """The bytes are not SPDY/3.1; nothing that follows them can be understood."""


@dataclass(frozen=True, slots=True)
class SynStream:
    """The other side opens a stream."""

    stream: int
    headers: Mapping[str, str]
    fin: bool
    """Whether it will send nothing on it."""


@dataclass(frozen=True, slots=True)
class SynReply:
    """The other side accepts a stream, or has more headers for it."""

    stream: int
    headers: Mapping[str, str]
    fin: bool


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes on a stream."""

    stream: int
    data: bytes
    fin: bool
    """Whether they are the last in this direction."""


@dataclass(frozen=True, slots=True)
class Reset:
    """A stream ends at once, in both directions."""

    stream: int
    code: int


@dataclass(frozen=True, slots=True)
class Ping:
    """To be sent back as it is."""

    number: int


@dataclass(frozen=True, slots=True)
class GoAway:
    """The other side opens no more streams."""


Frame = SynStream | SynReply | Data | Reset | Ping | GoAway


class Decoder:
    """Cuts a connection's bytes into frames, however they arrive."""

    def __init__(self) -> None:
        self._held = bytearray()
        # One compressor's history for all frames of a direction.
        self._inflate = zlib.decompressobj(zdict=DICTIONARY)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take the next bytes and yield the frames that they complete.

        Raises:
            SpdyError: Close the connection; the decoder cannot go on.
        """
        self._held += data
        while len(self._held) >= 8:
            first, second = struct.unpack_from(">II", self._held)
            flags, length = second >> 24, second & 0xFFFFFF
            if length > LONGEST_FRAME:
                raise SpdyError(f"frame of {length} bytes; {LONGEST_FRAME} is the most")
            if len(self._held) < 8 + length:
                return
            payload = bytes(self._held[8 : 8 + length])
            del self._held[: 8 + length]
            if first & _CONTROL_BIT:
                yield from self._control(first, flags, payload)
            else:
                yield Data(first, payload, bool(flags & _FIN))

    def _control(self, first: int, flags: int, payload: bytes) -> Iterator[Frame]:
        version, kind = (first >> 16) & 0x7FFF, first & 0xFFFF
        if version != _VERSION:
            raise SpdyError(f"frame of SPDY version {version}; only {_VERSION} is spoken here")
        try:
            frame = self._frame(kind, bool(flags & _FIN), payload)
        except (struct.error, UnicodeDecodeError, zlib.error) as error:
            raise SpdyError(f"malformed frame of type {kind}: {error}") from error
        if frame is not None:
            yield frame

    def _frame(self, kind: int, fin: bool, payload: bytes) -> Frame | None:
        if kind == _GOAWAY:
            return GoAway()
        if kind not in (_SYN_STREAM, _SYN_REPLY, _RST_STREAM, _PING, _HEADERS):
            return None
        number = struct.unpack_from(">I", payload)[0]
        if kind == _PING:
            return Ping(number)
        stream = number & _STREAM_BITS
        if kind == _SYN_STREAM:
            return SynStream(stream, self._headers(payload[10:]), fin)
        if kind == _RST_STREAM:
            return Reset(stream, struct.unpack_from(">I", payload, 4)[0])
        return SynReply(stream, self._headers(payload[4:]), fin)

    def _headers(self, packed: bytes) -> dict[str, str]:
        block = self._inflate.decompress(packed, MOST_HEADERS)
        if self._inflate.unconsumed_tail:
            raise SpdyError(f"more than {MOST_HEADERS} bytes of headers")
        (count,) = struct.unpack_from(">I", block)
        at, headers = 4, {}
        for _ in range(count):
            name, at = _text(block, at)
            headers[name.lower()], at = _text(block, at)
        return headers


def _text(block: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from(">I", block, at)
    end = at + 4 + length
    if end > len(block):
        raise SpdyError("header is cut off")
    return block[at + 4 : end].decode(), end


class Encoder:
    """Makes the frames of one direction; their order matters, for the headers share a compressor."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(zdict=DICTIONARY)

    def syn_stream(self, stream: int, headers: Mapping[str, str], *, fin: bool = False) -> bytes:
        """Open a stream."""
        return _control(_SYN_STREAM, struct.pack(">IIH", stream, 0, 0) + self._pack(headers), fin)

    def syn_reply(self, stream: int, headers: Mapping[str, str] | None = None) -> bytes:
        """Accept a stream."""
        return _control(_SYN_REPLY, struct.pack(">I", stream) + self._pack(headers or {}))

    def _pack(self, headers: Mapping[str, str]) -> bytes:
        block = bytearray(struct.pack(">I", len(headers)))
        for pair in headers.items():
            for text in pair:
                encoded = text.encode()
                block += struct.pack(">I", len(encoded)) + encoded
        return self._deflate.compress(bytes(block)) + self._deflate.flush(zlib.Z_SYNC_FLUSH)


def data(stream: int, content: bytes, *, fin: bool = False) -> bytes:
    """Bytes on a stream, fewer than 16 MiB; `fin` when they are the last."""
    return struct.pack(">II", stream, (fin << 24) | len(content)) + content


def reset(stream: int, code: int) -> bytes:
    """End a stream at once."""
    return _control(_RST_STREAM, struct.pack(">II", stream, code))


def ping(number: int) -> bytes:
    """Ask for, or give, a sign of life."""
    return _control(_PING, struct.pack(">I", number))


def go_away(last: int) -> bytes:
    """Accept no stream after `last`."""
    return _control(_GOAWAY, struct.pack(">II", last, 0))


def _control(kind: int, payload: bytes, fin: bool = False) -> bytes:
    first = _CONTROL_BIT | (_VERSION << 16) | kind
    return struct.pack(">II", first, (fin << 24) | len(payload)) + payload
