"""Our envsubst beside GNU's, wherever that is installed."""

import shutil
import string
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from labrunner.sandbox.tools import envsubst

OURS = Path(envsubst.__file__)
GNU = shutil.which("envsubst", path="/usr/bin:/usr/local/bin:/opt/homebrew/bin")

VARIABLES = {b"A": b"1", b"AB": b"two words", b"_x9": b"$A", b"EMPTY": b"", b"BYTES": b"\xff\xfe"}
PIECES = st.sampled_from(
    ["$", "{", "}", "$A", "${A}", "${AB", "$_x9", "${A:-b}", "$$", "$1", "é", "\n", "\\$A", "EMPTY"]
)
TEXTS = st.one_of(st.lists(PIECES).map("".join), st.text(st.sampled_from("$ {}A_x9B\n"), max_size=30))


def run(*arguments: str, program: tuple[str, ...], text: bytes = b"") -> tuple[int, bytes]:
    done = subprocess.run(
        [*program, *arguments], input=text, env=dict(VARIABLES), capture_output=True, check=False
    )
    return done.returncode, done.stdout


def ours(*arguments: str, text: bytes = b"") -> tuple[int, bytes]:
    return run(*arguments, program=(sys.executable, "-I", "-S", str(OURS)), text=text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A ${A} $AB", "1 1 two words"),
        ("${MISSING}|$MISSING|", "||"),
        ("${A:-b} ${A", "${A:-b} ${A"),
        ("$$A $1 $ ${} cost: 5$", "$1 $1 $ ${} cost: 5$"),
        ("$_x9", "$A"),
        ("\\$A", "\\1"),
        ("$Aé", "1é"),
    ],
)
def test_references_are_replaced_and_the_rest_is_not(text: str, expected: str) -> None:
    assert envsubst.substitute(text.encode(), VARIABLES) == expected.encode()


def test_a_shell_format_limits_what_is_replaced() -> None:
    assert ours("$AB and ${_x9}", text=b"$A $AB ${_x9} $BYTES") == (0, b"$A two words $A $BYTES")


def test_values_and_text_may_be_any_bytes() -> None:
    assert ours(text=b"\x00\xff$BYTES\r\n") == (0, b"\x00\xff\xff\xfe\r\n")


def test_variables_are_listed_in_order_and_as_often_as_they_occur() -> None:
    assert ours("--variables", "$B ${A} $B ${C:-x}") == (0, b"B\nA\nB\n")


@pytest.mark.parametrize("arguments", [("-v",), ("a", "b"), ("--nonsense",), ("-x",)])
def test_mistakes_end_with_one(arguments: tuple[str, ...]) -> None:
    assert ours(*arguments) == (1, b"")


def test_a_reader_that_leaves_is_no_traceback() -> None:
    done = subprocess.run(
        [
            "bash",
            "-c",
            'yes "$1" | head -c 1000000 | "$2" -I "$3" | head -c 1',
            "-",
            "x",
            sys.executable,
            str(OURS),
        ],
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr


@given(
    st.text(st.characters(codec="utf-8")),
    st.dictionaries(st.text(string.ascii_letters, min_size=1), st.text()),
)
def test_a_text_without_dollars_is_left_alone(text: str, values: Mapping[str, str]) -> None:
    plain = text.replace("$", "").encode()
    variables = {name.encode(): value.encode("utf-8", "replace") for name, value in values.items()}
    assert envsubst.substitute(plain, variables) == plain


@pytest.mark.may_skip_in_ci
@pytest.mark.skipif(GNU is None, reason="GNU envsubst (gettext) is not installed to compare with")
@settings(max_examples=60, deadline=None)
@given(TEXTS, st.one_of(st.none(), TEXTS))
@example("${A}${", None)
@example("$A$AB${_x9}", "${A}$AB$")
def test_ours_does_what_gnus_does(text: str, shell_format: str | None) -> None:
    arguments = () if shell_format is None else ("--", shell_format)
    only = None if shell_format is None else frozenset(envsubst.names(shell_format.encode()))

    code, output = run(*arguments, program=(str(GNU),), text=text.encode())

    assert code == 0
    assert envsubst.substitute(text.encode(), VARIABLES, only) == output


@pytest.mark.may_skip_in_ci
@pytest.mark.skipif(GNU is None, reason="GNU envsubst (gettext) is not installed to compare with")
@pytest.mark.parametrize(
    "arguments",
    [
        ("-v", "$A ${B}"),
        ("$A", "-v"),
        ("--var", "$A"),
        ("-v",),
        ("a", "b"),
        ("-x",),
        ("--", "-v"),
        ("-",),
        ("-vv", "$A"),
    ],
    ids=" ".join,
)
def test_arguments_are_read_as_gnus_are(arguments: tuple[str, ...]) -> None:
    assert ours(*arguments, text=b"$A") == run(*arguments, program=(str(GNU),), text=b"$A")
