"""Channel messages carry input, its end and terminal sizes; what is malformed says nothing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.sandbox.api import channels


def test_the_newest_protocol_that_both_speak_is_chosen() -> None:
    assert channels.choose(["v4.channel.k8s.io", "v5.channel.k8s.io"]) == "v5.channel.k8s.io"
    assert channels.choose(["channel.k8s.io", "v4.channel.k8s.io"]) == "v4.channel.k8s.io"
    assert channels.choose(["channel.k8s.io"]) is None
    assert channels.choose([]) is None


@given(st.binary(min_size=1))
def test_input_arrives_as_it_was_sent(data: bytes) -> None:
    assert channels.decode(channels.encode(channels.STDIN, data)) == channels.Input(data)


def test_an_empty_message_is_not_the_end_of_input() -> None:
    assert channels.decode(b"\x00") is None


def test_closing_the_input_channel_ends_the_input() -> None:
    assert channels.decode(b"\xff\x00") == channels.EndOfInput()
    assert channels.decode(b"\xff\x01") is None


def test_a_size_is_read() -> None:
    assert channels.decode(b'\x04{"Width":101,"Height":33}\n') == channels.Resize(101, 33)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"3", b"{}", b'{"Width":0,"Height":0}', b'{"Width":99999999,"Height":1}', b"\xff"]
)
def test_a_size_that_is_none_says_nothing(content: bytes) -> None:
    assert channels.decode(b"\x04" + content) is None


def test_infinity_is_no_size() -> None:
    assert channels.size(json.dumps({"Width": float("inf"), "Height": 1}).encode()) is None


@given(st.binary())
def test_any_message_is_understood_or_says_nothing(message: bytes) -> None:
    channels.decode(message)
