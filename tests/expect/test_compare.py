"""Promised lines against output: what matches, and how a difference reads."""

import random
import time
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.expect import compare
from labrunner.expect.model import Drift


@dataclass(frozen=True)
class Line:
    number: int
    text: str


def drift(promised: str, output: str) -> Drift | None:
    return compare([Line(number, text) for number, text in enumerate(promised.split("\n"), start=1)], output)


def signs(difference: Drift | None) -> list[str]:
    assert difference is not None
    return [f"{line.sign} {line.text}" for line in difference.lines]


@pytest.mark.parametrize(
    ("promised", "output"),
    [
        ("a\nb", "a\r\nb\r\n"),
        ("a  ", "a\t\r\n"),
        ("\n\na\n\nb\n\n", "a\n\nb"),
        ("a", "\r\n\r\na\r\n\r\n"),
        ("green", "\x1b[1;32mgreen\x1b[0m\x1b[K"),
        ("link", "\x1b]8;;http://x\x07link\x1b]8;;\x1b\\"),
        ("100%", "10%\r 50%\r100%\r\n"),
        ("", "anything at all"),
        ("...", ""),
        ("...", "a\nb"),
        ("a\n...", "a"),
        ("a\n...", "a\nb\nc"),
        ("  ...\nb", "a\nb"),
        ("a\n...\nc\n...\ne", "a\nb\nc\nc\nd\ne"),
        ("...\nb\n...", "a\nb\nc"),
        ("...\na\nb", "a\nx\na\nb"),
        ("a\n...\n...\nb", "a\nb"),
    ],
)
def test_output_as_promised(promised: str, output: str) -> None:
    assert drift(promised, output) is None


@pytest.mark.parametrize(
    ("promised", "output"),
    [
        ("a", "a\nb"),
        ("a\nb", "a"),
        ("a", "A"),
        (" a", "a"),
        ("a", ""),
        ("a\n...\na", "a"),
        ("a\n...\nb", "a\nb\nc"),
        ("...\nb\na\n...", "a\nb"),
        ("a\n\nb", "a\nb"),
        ("a...", "a and more"),
    ],
)
def test_output_that_is_not_as_promised(promised: str, output: str) -> None:
    difference = drift(promised, output)
    assert difference is not None
    assert any(line.sign != " " for line in difference.lines)
    assert difference.summary


def test_a_difference_shows_both_sides_and_the_page_s_lines() -> None:
    difference = drift("a\nb\nc", "a\nB\nc")
    assert signs(difference) == ["  a", "- b", "+ B", "  c"]
    assert difference is not None
    assert [line.line for line in difference.lines] == [1, 2, None, 3]
    assert difference.summary == "promised line 2 not seen as written"


def test_a_difference_shows_only_what_is_near() -> None:
    shared = "\n".join(f"line {number}" for number in range(50))
    difference = drift(f"{shared}\nx\n{shared}", f"{shared}\ny\n{shared}")
    assert len(signs(difference)) == 8


def test_beside_a_skip_only_the_nearest_line_is_shown() -> None:
    output = "\n".join(["NAME READY", *(f"other-{number}" for number in range(50)), "pod-7d4 1/1", "bye"])
    difference = drift("NAME READY\n...\npod-5c9 1/1\nbye", output)
    assert signs(difference) == ["  NAME READY", "  ...", "- pod-5c9 1/1", "+ pod-7d4 1/1", "  bye"]


def test_nothing_printed_is_said_so() -> None:
    difference = drift("a", "\r\n")
    assert difference is not None
    assert difference.summary == "nothing was printed, though the page promises output"


@pytest.mark.parametrize(
    "promised",
    [
        "x\n" * 300 + "...\ny\n...",
        "\n".join(f"x{number % 3}" for number in range(300)),
        "x\n...\n" * 200 + "y",
    ],
)
def test_a_million_lines_take_no_more_than_seconds(promised: str) -> None:
    output = "x\r\n" * 1_000_000
    begun = time.perf_counter()
    assert drift(promised, output) is not None
    assert time.perf_counter() - begun < 10


def test_one_endless_line_takes_no_more_than_a_moment() -> None:
    begun = time.perf_counter()
    assert drift("done", "\ra\x1b]" * 500_000 + "\x07\rdone") is None
    assert time.perf_counter() - begun < 10


LINES = st.lists(st.sampled_from(["a", "b", "", "..."]), max_size=7)


@given(LINES, st.lists(st.sampled_from(["a", "b", "", "c"]), max_size=8))
def test_a_naive_matcher_agrees(promised: list[str], seen: list[str]) -> None:
    wanted, lines = _stripped(promised), _stripped(seen)
    matches = not wanted or _naive(wanted, lines)
    assert (drift("\n".join(promised), "\n".join(seen)) is None) == matches


@given(st.text(), st.text())
def test_any_texts_can_be_compared(promised: str, output: str) -> None:
    difference = drift(promised, output)
    assert difference is None or any(line.sign != " " for line in difference.lines)


@given(
    st.lists(st.text(st.characters(codec="ascii", exclude_characters="\r\n\x1b")), max_size=9), st.randoms()
)
def test_output_with_lines_cut_out_for_a_skip_matches(lines: list[str], chance: random.Random) -> None:
    start = chance.randint(0, len(lines))
    end = chance.randint(start, len(lines))
    promised = [*lines[:start], "...", *lines[end:]]
    if any(line.strip() == "..." for line in lines) or not _stripped(lines):
        return
    difference = drift("\n".join(promised), "\n".join(lines))
    # A skip at the very edge may leave blank lines beside it that do not count in the output.
    assert difference is None or not all(line.strip() for line in lines)


def _stripped(lines: list[str]) -> list[str]:
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    return text.split("\n") if text else []


def _naive(wanted: list[str], lines: list[str]) -> bool:
    if not wanted:
        return not lines
    if wanted[0] == "...":
        return any(_naive(wanted[1:], lines[skipped:]) for skipped in range(len(lines) + 1))
    return bool(lines) and wanted[0] == lines[0] and _naive(wanted[1:], lines[1:])
