"""Many streams share a SPDY connection without getting in each other's way."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from labrunner.sandbox.api import multiplex, spdy
from labrunner.sandbox.api.multiplex import Multiplexer


class Client:
    """The client's side: what the server sent, read with the same codec, and frames of its own."""

    def __init__(self) -> None:
        self.encoder = spdy.Encoder()
        self.decoder = spdy.Decoder()
        self.received: list[spdy.Frame] = []

    async def send(self, content: bytes) -> None:
        self.received += self.decoder.feed(content)

    def data(self, stream: int) -> bytes:
        frames = [each for each in self.received if isinstance(each, spdy.Data) and each.stream == stream]
        return b"".join(each.data for each in frames)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 10))


def test_a_stream_is_accepted_with_its_headers() -> None:
    async def scenario() -> None:
        client = Client()
        server = Multiplexer(client.send)
        await server.feed(client.encoder.syn_stream(1, {"Streamtype": "stdin"}))
        stream = await server.accept()
        assert stream is not None
        assert stream.headers == {"streamtype": "stdin"}
        assert client.received == [spdy.SynReply(1, {}, False)]

    run(scenario())


def test_each_stream_gets_its_own_bytes_and_end() -> None:
    async def scenario() -> None:
        client = Client()
        server = Multiplexer(client.send)
        await server.feed(client.encoder.syn_stream(1, {}) + client.encoder.syn_stream(3, {}))
        first, second = await server.accept(), await server.accept()
        assert first is not None
        assert second is not None
        await server.feed(spdy.data(3, b"b") + spdy.data(1, b"a") + spdy.data(1, b"", fin=True))
        assert [await first.read(), await first.read(), await second.read()] == [b"a", b"", b"b"]

    run(scenario())


def test_a_half_closed_stream_still_writes() -> None:
    async def scenario() -> None:
        client = Client()
        server = Multiplexer(client.send)
        await server.feed(client.encoder.syn_stream(1, {}, fin=True))
        stream = await server.accept()
        assert stream is not None
        assert await stream.read() == b""
        content = bytes(range(256)) * 1000
        await stream.write(content)
        await stream.close()
        assert client.data(1) == content
        assert client.received[-1] == spdy.Data(1, b"", True)

    run(scenario())


def test_a_reset_ends_reading_and_writing() -> None:
    async def scenario() -> None:
        client = Client()
        server = Multiplexer(client.send)
        await server.feed(client.encoder.syn_stream(1, {}))
        stream = await server.accept()
        assert stream is not None
        await server.feed(spdy.data(1, b"lost") + spdy.reset(1, spdy.CANCEL))
        assert await stream.read() == b""
        await stream.write(b"nobody listens")
        await stream.close()
        assert client.received == [spdy.SynReply(1, {}, False)]
        await server.feed(spdy.data(1, b"late"))  # is dropped

    run(scenario())


def test_a_reset_of_a_half_closed_stream_is_heard() -> None:
    async def scenario() -> None:
        client = Client()
        server = Multiplexer(client.send)
        await server.feed(client.encoder.syn_stream(1, {}) + spdy.data(1, b"", fin=True))
        stream = await server.accept()
        assert stream is not None
        await server.feed(spdy.reset(1, spdy.CANCEL))
        await stream.write(b"nobody listens")
        assert client.data(1) == b""

    run(scenario())


def test_a_reader_that_is_slow_holds_the_client_up() -> None:
    async def scenario() -> None:
        client = Client()
        server = Multiplexer(client.send)
        await server.feed(client.encoder.syn_stream(1, {}))
        stream = await server.accept()
        assert stream is not None
        chunk = bytes(1 << 20)
        fill = multiplex.MOST_UNREAD // len(chunk)
        for _ in range(fill):
            await server.feed(spdy.data(1, chunk))
        held_up = asyncio.ensure_future(server.feed(spdy.data(1, b"more")))
        await asyncio.sleep(0)
        assert not held_up.done()
        assert len(await stream.read()) == multiplex.MOST_UNREAD
        await held_up
        assert await stream.read() == b"more"

    run(scenario())


def test_whoever_leaves_a_stream_lets_the_others_go_on() -> None:
    async def scenario() -> None:
        client = Client()
        server = Multiplexer(client.send)
        await server.feed(client.encoder.syn_stream(1, {}))
        stream = await server.accept()
        assert stream is not None
        for _ in range(4):
            await server.feed(spdy.data(1, bytes(1 << 20)))
        held_up = asyncio.ensure_future(server.feed(spdy.data(1, b"more")))
        await asyncio.sleep(0)
        await stream.reset()
        await held_up
        assert client.received[-1] == spdy.Reset(1, spdy.CANCEL)

    run(scenario())


def test_the_end_of_the_connection_ends_every_stream() -> None:
    async def scenario() -> None:
        client = Client()
        server = Multiplexer(client.send)
        await server.feed(client.encoder.syn_stream(1, {}))
        stream = await server.accept()
        assert stream is not None
        reading = asyncio.ensure_future(stream.read())
        await asyncio.sleep(0)
        await server.end()
        assert await reading == b""
        assert await server.accept() is None

    run(scenario())


def test_a_client_s_ping_is_answered_and_ours_is_not_answered_again() -> None:
    async def scenario() -> None:
        client = Client()
        server = Multiplexer(client.send)
        await server.feed(spdy.ping(7) + spdy.ping(8))
        assert client.received == [spdy.Ping(7)]

    run(scenario())


def test_a_stream_opened_twice_is_refused() -> None:
    async def scenario() -> None:
        client = Client()
        server = Multiplexer(client.send)
        await server.feed(client.encoder.syn_stream(1, {}))
        with pytest.raises(spdy.SpdyError, match="twice"):
            await server.feed(client.encoder.syn_stream(1, {}))

    run(scenario())
