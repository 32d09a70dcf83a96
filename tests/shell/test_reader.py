"""A terminal cuts its bytes anywhere: whole, byte by byte, and with something behind."""

import itertools
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.shell import bash
from labrunner.shell.reader import Prompt, PromptReader

NONCE = "0123abcd"
ECHO = bash.ECHO
NOISE = bash.noise(NONCE)


def mark(number: int, status: int = 0, options: str = "himBHs") -> bytes:
    shown = f"{{ : {number}; }} 2>&-" if number % 2 else str(number)
    return f"\x1e{NONCE}:{shown}:{status}:{options}\x1e".encode()


def reader(options: str = "himBHs") -> PromptReader:
    """A reader that has seen the first prompt, and whose second command has just been handed over."""
    reader = PromptReader(bash.mark_start(NONCE), bash.mark(NONCE), echo=ECHO, noise=NOISE)
    reader.begin()
    reader.feed(b"bash-5.2# " + ECHO + mark(1, 0, options))
    reader.begin()
    return reader


def whole(data: bytes) -> Iterable[bytes]:
    return [data]


def byte_by_byte(data: bytes) -> Iterable[bytes]:
    return (data[at : at + 1] for at in range(len(data)))


def halves(data: bytes) -> Iterable[bytes]:
    return [data[: len(data) // 2], data[len(data) // 2 :]]


Cut = Callable[[bytes], Iterable[bytes]]
cuts = pytest.mark.parametrize("cut", [whole, byte_by_byte, halves])


def output(reader: PromptReader, pieces: Iterable[bytes]) -> bytes:
    seen = b""
    for piece in pieces:
        assert reader.prompt is None
        seen += reader.feed(piece)
    return seen


@cuts
def test_output_ends_at_the_prompt(cut: Cut) -> None:
    it = reader()
    assert output(it, cut(ECHO + b"hello\r\n" + mark(2, 3))) == b"hello\r\n"
    assert it.prompt == Prompt(2, 3, "himBHs")


@cuts
def test_what_follows_the_prompt_belongs_to_the_next_command(cut: Cut) -> None:
    it = reader()
    stream = ECHO + b"one" + mark(2)
    assert output(it, cut(stream)) == b"one"
    it.begin()
    assert (
        output(it, cut(b"from the background\r\n" + ECHO + b"two" + mark(3))) == b"from the background\r\ntwo"
    )


def test_trailing_data_in_the_same_piece_is_kept() -> None:
    it = reader()
    assert it.feed(ECHO + b"one" + mark(2) + b"trailing" + ECHO + b"two" + mark(3)) == b"one"
    it.begin()
    assert it.feed(b"") == b"trailingtwo"
    assert it.prompt == Prompt(3, 0, "himBHs")


@cuts
def test_what_comes_ahead_can_be_set_aside_for_the_next_command(cut: Cut) -> None:
    it = reader()
    assert output(it, cut(ECHO + mark(2))) == b""
    it.begin(set_aside=True)
    assert output(it, cut(b"from the background\r\n" + ECHO + b"ours" + mark(3))) == b"ours"
    it.begin()
    assert (
        output(it, cut(b"more of it\r\n" + ECHO + b"x" + mark(4)))
        == b"from the background\r\nmore of it\r\nx"
    )


@cuts
def test_a_late_prompt_does_not_end_the_next_command(cut: Cut) -> None:
    it = reader()
    assert output(it, cut(mark(1, 130) + ECHO + b"x" + mark(2))) == b"x"
    assert it.prompt == Prompt(2, 0, "himBHs")


@cuts
def test_a_late_prompt_behind_the_echo_does_not_end_the_command_either(cut: Cut) -> None:
    it = reader()
    assert output(it, cut(ECHO + b"\r\n" + mark(1, 130) + b"x" + mark(2))) == b"\r\nx"
    assert it.prompt == Prompt(2, 0, "himBHs")


@cuts
def test_a_prompt_counts_though_background_output_has_torn_the_echo(cut: Cut) -> None:
    it = reader()
    assert output(it, cut(ECHO[:9] + b"y\r\n" + ECHO[9:] + b"x" + mark(2, 3)))[-1:] == b"x"
    assert it.prompt == Prompt(2, 3, "himBHs")


@cuts
@pytest.mark.parametrize(
    "alike",
    [
        b"\x1e",
        f"\x1e{NONCE}".encode(),
        f"\x1e{NONCE}:\\#:$?:$-\x1e".encode(),
        f"\\036{NONCE}:2:0:hs\\036".encode(),
        f"\x1e{NONCE[:-1]}:2:0:hs\x1e".encode(),
        f"\x1e{NONCE}:2:0:hs!".encode(),
        ECHO,
        NOISE,
        b"\\builtin . /dev/fd/23",
    ],
)
def test_what_looks_like_a_prompt_is_output(cut: Cut, alike: bytes) -> None:
    it = reader()
    stream = ECHO + b"a" + alike + b"b" + alike + b"c" + mark(2)
    assert output(it, cut(stream)) == b"a" + alike + b"b" + alike + b"c"


@cuts
@pytest.mark.parametrize(("options", "traces"), [("himxBHs", 1), ("himvBHs", 1), ("himvxBHs", 2)])
def test_traces_of_our_line_are_cut(cut: Cut, options: str, traces: int) -> None:
    it = reader(options)
    ours = b"\\builtin . /dev/fd/233\r\n++ builtin . /dev/fd/233\r\n"
    ours = ours if traces == 2 else ours.splitlines(keepends=True)["x" in options]
    assert output(it, cut(ECHO + ours + b"++ echo x\r\nx\r\n" + NOISE + mark(2))) == b"++ echo x\r\nx\r\n"


@cuts
def test_without_tracing_nothing_is_taken_for_a_trace(cut: Cut) -> None:
    it = reader()
    assert output(it, cut(ECHO + b"+ builtin . /dev/fd/233\r\n" + mark(2))) == b"+ builtin . /dev/fd/233\r\n"


def test_output_is_passed_on_at_once_and_not_kept() -> None:
    it = reader()
    it.feed(ECHO)
    for _ in range(100):
        assert it.feed(b"10%\r") == b"10%\r"
        assert len(it.feed(b"x" * 70_000)) == 70_000
    assert it.flush() == b""


def test_the_end_of_a_cut_off_mark_can_be_had() -> None:
    it = reader()
    assert it.feed(ECHO + b"x\x1e" + NONCE.encode() + b":2") == b"x"
    assert it.flush() == b"\x1e" + NONCE.encode() + b":2"


PIECES = st.one_of(
    st.binary(max_size=20),
    st.sampled_from([b"\x1e", mark(1), ECHO[:7], NOISE[:9], b"\r\n", f"\x1e{NONCE}:2:".encode()]),
)


@given(st.lists(PIECES, max_size=12), st.integers(0, 255), st.lists(st.integers(0, 300), max_size=8))
def test_however_it_is_cut_the_same_comes_out(pieces: list[bytes], status: int, places: list[int]) -> None:
    stream = ECHO + b"".join(pieces) + mark(7, status)
    at_once = reader()
    expected = at_once.feed(stream)
    in_pieces = reader()
    edges = [0, *sorted(place for place in places if place < len(stream)), len(stream)]
    seen = b"".join(in_pieces.feed(stream[a:b]) for a, b in itertools.pairwise(edges))
    assert seen == expected
    assert in_pieces.prompt == at_once.prompt == Prompt(7, status, "himBHs")


@given(st.binary(max_size=300))
def test_any_output_without_a_mark_comes_out_as_it_is(data: bytes) -> None:
    it = reader()
    assert it.feed(ECHO + data + mark(2)) == data
    assert it.prompt is not None
