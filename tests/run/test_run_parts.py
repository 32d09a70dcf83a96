"""The small pure parts of a run."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.events import RunFinished, Verdict
from labrunner.plan.durations import as_written
from labrunner.plan.model import Hook
from labrunner.run import hooks, identity
from labrunner.run.failure import Failure, general_remedies, reason, remedies
from labrunner.run.kept import Kept
from labrunner.run.missing import missing_programs
from labrunner.run.rewriting import announcements, rewrite
from labrunner.run.summary import Rules, count, exit_code, gravest
from labrunner.shell import Completed


@given(st.lists(st.text(max_size=30)), st.integers(0, 40), st.integers(1, 40))
def test_kept_text_is_the_beginning_and_the_end(pieces: list[str], head: int, tail: int) -> None:
    kept, whole = Kept(head=head, tail=tail), "".join(pieces)
    for piece in pieces:
        kept.add(piece)
    if len(whole) <= head + tail:
        assert kept.text == whole
    else:
        assert kept.text.startswith(whole[:head])
        assert kept.text.endswith(whole[-tail:])
        assert len(kept.text) <= head + tail + 40


def test_kept_text_says_how_much_is_missing() -> None:
    kept = Kept(head=3, tail=3)
    for letter in "abcdefghij":
        kept.add(letter)
    assert kept.text == "abc\n[4 characters left out]\nhij"


@pytest.mark.parametrize(
    ("command", "rewritten"),
    [
        ("cat /workspace/a", "cat /w/a"),
        ("cat </workspace/a", "cat </w/a"),
        ("cd /workspace", "cd /w"),
        ('cp "/workspace/a b" x', 'cp "/w/a b" x'),
        ("f --file=/workspace/a", "f --file=/w/a"),
        ("ls /workspaces /workspace-2 /my/workspace ./workspace", None),
        ("kubectl cp pod:/workspace/a .", None),
        ("echo ${HOME}/workspace https://h/workspace", None),
    ],
)
def test_only_whole_prefixes_of_paths_are_rewritten(command: str, rewritten: str | None) -> None:
    assert rewrite(command, (("/workspace", "/w"),)) == (rewritten or command)


def test_a_replacement_is_taken_literally() -> None:
    assert rewrite("ls /workspace", (("/workspace", r"/odd\1"),)) == r"ls /odd\1"


def test_only_prefixes_that_are_used_are_announced() -> None:
    rewrites = (("/workspace", "/w"), ("~/environment", "/w"))
    assert announcements(["ls ~/environment/x"], rewrites) == (
        "~/environment cannot be mounted here: in commands it is replaced by /w",
    )


def test_missing_programs_are_those_of_the_labs_own_shell() -> None:
    output = "bash: helm: command not found\r\nbash: line 1: inner: command not found\n"
    assert missing_programs(output * 2) == ("helm",)


def end(status: int = 1, outcome: str = "prompted", waited_for: str | None = None) -> Completed:
    return Completed(status, 1.0, outcome, waited_for, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (Failure("make it", end(2), "", 60), "`make it` ended with exit status 2"),
        (Failure("a\nb\n", end(2), "", 60), "`a …` ended with exit status 2"),
        (Failure("x", end(137), "", 60), "`x` was ended by signal SIGKILL (exit status 137)"),
        (Failure("x", end(255), "", 60), "`x` ended with exit status 255"),
        (Failure("x", end(130, "interrupted"), "", 60), "it was interrupted"),
        (
            Failure("x", end(130, "timed_out", "sleep 9 (pid 7)"), "", 300),
            "it took longer than the block's limit of 5m while waiting for sleep 9 (pid 7)",
        ),
    ],
)
def test_reasons_are_sentences(failure: Failure, sentence: str) -> None:
    assert reason(failure) == sentence


@pytest.mark.parametrize(
    ("failure", "advice"),
    [
        (Failure("x", end(127), "bash: jqq: command not found\n", 60), "install jqq"),
        (
            Failure("kubectl get po", end(), "connection to the server localhost:8080 was refused", 60),
            "sandbox",
        ),
        (Failure("aws s3 ls", end(255), "Unable to locate credentials", 60), "--on sandbox"),
        (Failure("x", end(130, "timed_out", "make (pid 2)"), "", 120), "timeout=240"),
    ],
)
def test_the_first_remedy_fits(failure: Failure, advice: str) -> None:
    assert advice in remedies(failure)[0]


@pytest.mark.parametrize(
    ("failure", "advice"),
    [
        (Failure("x", end(), "", 60), "expectError=true"),
        (Failure("kubectl delete ns a", end(), "NotFound", 60, cleanup=True), "--ignore-not-found"),
        (Failure("rm x", end(), "", 60, cleanup=True), "rm -f"),
    ],
)
def test_without_a_visible_cause_there_is_general_advice(failure: Failure, advice: str) -> None:
    assert remedies(failure) == ()
    assert advice in general_remedies(failure)[0]


def test_limits_are_written_as_authors_write_them() -> None:
    assert [as_written(value) for value in (90, 300, 3600, 0.5)] == ["90s", "5m", "1h", "0.5s"]


def test_a_hooks_command_names_script_and_phase(tmp_path: Path) -> None:
    hook = Hook("x", tmp_path / "a b.sh", 10)
    command = hooks.command(hook, "before", folders=((tmp_path, "/workspace"),))
    assert command == "( \"${BASH:-bash}\" '/workspace/a b.sh' before ) </dev/null"


def test_a_hook_gets_the_end_of_a_long_output_cut_at_a_character(tmp_path: Path) -> None:
    hook = Hook("x", tmp_path / "x.sh", 10)
    command = hooks.command(hook, "after", folders=((Path("/"), "/"),), output="é" * 100_000)
    assert len(command.encode()) < 101 * 1024
    assert "�" not in command


VERDICTS: tuple[Verdict, ...] = ("failed", "not rehearsed", "drifted", "passed", "skipped")


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_gravest_verdict_is_the_runs(size: int) -> None:
    for verdicts in itertools.product(VERDICTS, repeat=size):
        assert gravest(verdicts) == min(verdicts, key=VERDICTS.index)


def finished(*verdicts: Verdict, interrupted: bool = False, reasons: tuple[str, ...] = ()) -> RunFinished:
    return RunFinished("failed" if reasons else gravest(verdicts), interrupted, 1.0, count(verdicts), reasons)


@pytest.mark.parametrize(
    ("end", "code", "strict", "allowed"),
    [
        (finished("passed", "skipped"), 0, 0, 0),
        (finished("passed", "failed"), 1, 1, 1),
        (finished("passed", "drifted"), 0, 1, 0),
        (finished("passed", "not rehearsed"), 1, 1, 0),
        (finished("drifted", "not rehearsed"), 1, 1, 0),
        (finished("passed", interrupted=True), 130, 130, 130),
        (finished("passed", reasons=("hook suite after ended with exit status 1",)), 1, 1, 1),
        (finished(), 0, 0, 0),
    ],
)
def test_exit_codes(end: RunFinished, code: int, strict: int, allowed: int) -> None:
    assert exit_code(end, Rules()) == code
    assert exit_code(end, Rules(strict_output=True)) == strict
    assert exit_code(end, Rules(allow_not_rehearsed=True)) == allowed


def test_identifiers_differ() -> None:
    assert len({identity.new() for _ in range(100)}) == 100
