"""SPDY frames are read however the bytes are cut, and bytes that are none are refused."""

import struct
import zlib
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.sandbox.api import spdy
from labrunner.sandbox.api.spdy_dictionary import DICTIONARY

HEADERS = {"streamtype": "data", "port": "8080", "requestid": "0"}

CONVERSATION = [
    spdy.SynStream(1, HEADERS | {"streamtype": "error"}, True),
    spdy.SynStream(3, HEADERS, False),
    spdy.Data(3, b"GET / HTTP/1.0\r\n\r\n", False),
    spdy.Ping(1),
    spdy.Data(3, b"", True),
    spdy.SynReply(2, {}, False),
    spdy.Reset(3, spdy.CANCEL),
    spdy.GoAway(),
]


def write(frames: Sequence[spdy.Frame]) -> bytes:
    encoder = spdy.Encoder()
    written = b""
    for frame in frames:
        match frame:
            case spdy.SynStream(stream, headers, fin):
                written += encoder.syn_stream(stream, headers, fin=fin)
            case spdy.SynReply(stream, headers, _):
                written += encoder.syn_reply(stream, headers)
            case spdy.Data(stream, content, fin):
                written += spdy.data(stream, content, fin=fin)
            case spdy.Reset(stream, code):
                written += spdy.reset(stream, code)
            case spdy.Ping(number):
                written += spdy.ping(number)
            case spdy.GoAway():
                written += spdy.go_away(3)
    return written


def read(pieces: Sequence[bytes]) -> list[spdy.Frame]:
    decoder = spdy.Decoder()
    return [frame for piece in pieces for frame in decoder.feed(piece)]


def test_the_dictionary_is_the_protocol_s() -> None:
    assert (len(DICTIONARY), zlib.adler32(DICTIONARY)) == (1423, 0xE3C6A7C2)


def test_frames_are_read_as_they_were_written() -> None:
    assert read([write(CONVERSATION)]) == CONVERSATION


def test_frames_are_read_byte_by_byte() -> None:
    assert read([bytes([byte]) for byte in write(CONVERSATION)]) == CONVERSATION


@given(st.lists(st.integers(0, len(write(CONVERSATION)))))
def test_frames_are_read_however_the_bytes_are_cut(cuts: list[int]) -> None:
    written = write(CONVERSATION)
    edges = [0, *sorted(cuts), len(written)]
    assert read([written[start:end] for start, end in pairwise(edges)]) == CONVERSATION


def test_the_beginning_of_the_next_frame_waits() -> None:
    written = write(CONVERSATION)
    decoder = spdy.Decoder()
    assert list(decoder.feed(written + b"\x00\x00\x00\x05\x01\x00")) == CONVERSATION
    assert list(decoder.feed(b"\x00\x02ok")) == [spdy.Data(5, b"ok", True)]


stream_numbers = st.integers(1, (1 << 31) - 1)
header_names = st.text(st.characters(codec="utf-8"), min_size=1).map(str.lower)
headers = st.dictionaries(header_names, st.text(st.characters(codec="utf-8")), max_size=4)
frames = st.one_of(
    st.builds(spdy.SynStream, stream_numbers, headers, st.booleans()),
    st.builds(spdy.SynReply, stream_numbers, headers, st.just(False)),
    st.builds(spdy.Data, stream_numbers, st.binary(max_size=300), st.booleans()),
    st.builds(spdy.Reset, stream_numbers, st.integers(0, 11)),
    st.builds(spdy.Ping, st.integers(0, (1 << 32) - 1)),
)


@given(st.lists(frames, max_size=8))
def test_any_frames_are_read_as_they_were_written(conversation: list[spdy.Frame]) -> None:
    assert read([write(conversation)]) == conversation


@given(st.binary())
def test_any_bytes_are_frames_or_refused(garbage: bytes) -> None:
    try:
        read([garbage])
    except spdy.SpdyError:
        return


def test_settings_and_window_updates_are_read_past() -> None:
    settings = struct.pack(">IIIII", 0x80030004, 12, 1, 0x04000000, 100)
    window = struct.pack(">IIII", 0x80030009, 8, 1, 65536)
    assert read([settings + window + spdy.ping(1)]) == [spdy.Ping(1)]


def test_another_version_is_refused() -> None:
    with pytest.raises(spdy.SpdyError, match="version 2"):
        read([struct.pack(">II", 0x80020006, 4) + b"\0\0\0\1"])


def test_a_frame_too_large_is_refused_before_it_has_come() -> None:
    with pytest.raises(spdy.SpdyError, match="is the most"):
        read([struct.pack(">II", 1, 0xFFFFFF)])


def test_headers_that_unpack_to_too_much_are_refused() -> None:
    bomb = spdy.Encoder().syn_stream(1, {"a": "x" * (spdy.MOST_HEADERS + 1)})
    assert len(bomb) < 1000
    with pytest.raises(spdy.SpdyError):
        read([bomb])


def test_a_header_that_is_longer_than_its_block_is_refused() -> None:
    deflate = zlib.compressobj(zdict=DICTIONARY)
    packed = deflate.compress(struct.pack(">II", 1, 99) + b"port") + deflate.flush(zlib.Z_SYNC_FLUSH)
    payload = struct.pack(">IIH", 1, 0, 0) + packed
    with pytest.raises(spdy.SpdyError, match="cut off"):
        read([struct.pack(">II", 0x80030001, len(payload)) + payload])
