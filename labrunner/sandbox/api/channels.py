"""The messages of `v5.channel.k8s.io` and its predecessor v4: several streams in one WebSocket. No I/O.

Each binary message starts with a byte that names its channel. What the streams carry, and who is at their
other ends, is for `execution`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

STDIN, STDOUT, STDERR, STATUS, RESIZE = range(5)
CLOSE = 255
"""Version 5 only: the next byte names the channel that the client has ended."""

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
"""What is spoken here, the best first."""


@dataclass(frozen=True, slots=True)
class Input:
    """Bytes for the standard input."""

    data: bytes


@dataclass(frozen=True, slots=True)
class EndOfInput:
    """The standard input ends; the client goes on listening."""


@dataclass(frozen=True, slots=True)
class Resize:
    """The client's terminal has a new size, in characters."""

    columns: int
    rows: int


Incoming = Input | EndOfInput | Resize


def choose(offered: Sequence[str]) -> str | None:
    """Return the best protocol that the client offers; `None` when none is spoken here."""
    return next((each for each in PROTOCOLS if each in offered), None)


def decode(message: bytes) -> Incoming | None:
    """Read a client's message; `None` for one that says nothing, or nothing known here."""
    channel, content = message[:1], message[1:]
    if channel == bytes([STDIN]):
        # Clients open each channel with an empty message. It is not an end.
        return Input(content) if content else None
    if channel == bytes([RESIZE]):
        return size(content)
    if message[:2] == bytes([CLOSE, STDIN]):
        return EndOfInput()
    return None


def size(content: bytes) -> Resize | None:
    """Read a terminal's size, `{"Width": 80, "Height": 24}`; `None` for anything else."""
    try:
        values = json.loads(content)
        columns, rows = int(values["Width"]), int(values["Height"])
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
    # The kernel keeps each in sixteen bits.
    return Resize(columns, rows) if 0 < columns < 1 << 16 and 0 < rows < 1 << 16 else None


def encode(channel: int, content: bytes) -> bytes:
    """Make a message for the client."""
    return bytes([channel]) + content
