"""A connection's first head decides who gets it, however it arrives."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.sandbox.api.front import LONGEST_HEAD, Front, Head, read_head

UPGRADE = (
    b"POST /api/v1/namespaces/a/pods/b/exec?command=sh&stdin=true HTTP/1.1\r\nHost: x\r\n"
    b"Upgrade: SPDY/3.1\r\nConnection: Upgrade\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n"
    b"X-Stream-Protocol-Version: v3.channel.k8s.io\r\nContent-Length: 0\r\n\r\n"
)
PLAIN = b"GET /version HTTP/1.1\r\nHost: x\r\n\r\n"


class Transport(asyncio.Transport):
    """Remembers who it belongs to."""

    def __init__(self) -> None:
        super().__init__()
        self.protocol: asyncio.BaseProtocol | None = None

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol


class Http(asyncio.Protocol):
    """Stands where aiohttp's protocol would."""

    def __init__(self) -> None:
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data


def handed(pieces: list[bytes]) -> tuple[bytes, tuple[Head, bytes] | None]:
    """What came to the HTTP server, and what was taken aside."""
    http = Http()
    taken: list[tuple[Head, bytes]] = []
    transport = Transport()
    front = Front(lambda: http, lambda head, _, rest: taken.append((head, rest)), lambda _: None)
    front.connection_made(transport)
    for piece in pieces:
        receiver = transport.protocol or front
        assert isinstance(receiver, asyncio.Protocol)
        receiver.data_received(piece)
        if taken:
            break
    return http.received, taken[0] if taken else None


@given(st.integers(0, len(PLAIN)))
def test_an_ordinary_request_goes_to_the_http_server_whole(cut: int) -> None:
    assert handed([PLAIN[:cut], PLAIN[cut:]]) == (PLAIN, None)


@given(st.integers(0, len(UPGRADE) - 1))
def test_an_upgrade_is_taken_aside_with_what_follows_it(cut: int) -> None:
    received, taken = handed([UPGRADE[:cut], UPGRADE[cut:] + b"\x80\x03"])
    assert received == b""
    assert taken is not None
    head, rest = taken
    assert rest == b"\x80\x03"
    assert head.method == "POST"
    assert head.url.path == "/api/v1/namespaces/a/pods/b/exec"
    assert head.url.query["command"] == "sh"
    versions = head.headers.getall("x-stream-protocol-version")
    assert versions == ["v4.channel.k8s.io", "v3.channel.k8s.io"]


def test_an_endless_head_goes_to_the_http_server_to_be_refused() -> None:
    flood = b"GET / HTTP/1.1\r\nX: " + b"x" * LONGEST_HEAD
    assert handed([flood]) == (flood, None)


@pytest.mark.parametrize(
    "content", [b"", b"\r\n", b"GET", b"GET / HTTP/1.1\r\nUpgrade: websocket", b"\xff\xfe"]
)
def test_what_is_no_upgrade_to_spdy_is_not_taken_aside(content: bytes) -> None:
    assert read_head(content) is None


@given(st.binary())
def test_any_bytes_are_looked_at_without_harm(content: bytes) -> None:
    read_head(content)
    handed([content + b"\r\n\r\n"])
