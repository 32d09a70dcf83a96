"""Commands that end the shell itself, and what the shell that follows knows."""

import re
from collections.abc import Callable

import pytest
from naps import sleeping

from labrunner.shell import Completed

Run = Callable[..., tuple[str, Completed]]


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("exit 3", 3),
        ("exit", 0),
        ("(exit 5); exit", 5),
        ("set -e; false", 1),
        ("set -e\ntrue\n(exit 7)\necho not reached", 7),
        ("exec true", 0),
        ("exec sh -c 'exit 9'", 9),
        ("exec sh -c 'kill -TERM $$'", 143),
        ("kill -9 $$", 137),
        ("kill -HUP $$", 129),
        ("trap 'exit 6' INT; kill -INT $$", 6),
        ("f() { local x=1; exit 8; }; f", 8),
        ("exec </dev/null", 0),
    ],
)
def test_a_command_that_ends_the_shell_has_that_exit_status(run: Run, command: str, status: int) -> None:
    output, completed = run(command)
    assert "not reached" not in output
    assert (completed.exit_status, completed.outcome) == (status, "exited")
    assert completed.notice is not None
    assert completed.notice.startswith("the command ended the shell")
    assert run("set +e; echo usable")[0] == "usable\n"


STATE = """
export EXPORTED='a b'; PLAIN=$'two\\nlines \\036'; LIST=(1 'b c' $'d\\ne'); declare -A MAP=([k]='v w')
declare -i NUMBER=3
readonly FIXED=yes; unset HOME; declare -n REF=PLAIN
f() { echo "f $1"; }; export -f f; g() { cat <<EOF
text in g
EOF
}
shopt -s extglob nullglob
h() { case $1 in +(a|b)) echo match;; esac; }
alias say='echo said'; set -o pipefail -u; umask 027; trap 'echo usr1' USR1; set -- p1 'p 2'
cd /usr/lib
"""

ASK = """
pwd; echo "$EXPORTED|$PLAIN|${LIST[2]}|${#LIST[@]}|${MAP[k]}|$NUMBER|$FIXED|${HOME-no home}|$REF|$1|$2"
env | grep ^EXPORTED; bash -c 'f child'; f here; g; h ab; say it; umask; shopt nullglob; echo $-
kill -USR1 $$
(NUMBER=NUMBER+1; echo $NUMBER); FIXED=no; true
"""


@pytest.mark.parametrize(
    "end",
    ["exit 3", "set -e; false", "exec true", "kill -9 $$", 'f() { exit 1; }; f() { echo "f $1"; }; exit'],
)
def test_the_next_shell_knows_what_the_last_one_knew(run: Run, end: str) -> None:
    run(STATE)
    before, _ = run(ASK)
    assert "match\nsaid it\n0027\n" in before
    assert run(end)[1].outcome == "exited"
    after, completed = run(f"set +e{ASK}")
    assert after == before
    assert completed.outcome == "prompted"


def test_what_the_dying_command_did_first_is_kept(run: Run) -> None:
    run("X=early; cd /usr; NEW=1\nexit 2")
    assert run("echo $X $PWD $NEW")[0] == "early /usr 1\n"


def test_the_notice_names_the_background_jobs_that_are_gone(run: Run) -> None:
    run("sleep 61 &")
    notice = run("sleep 62 & exit 1")[1].notice
    assert notice is not None
    assert re.search(r"background jobs are gone: sleep 61\S* \(pid \d+\), sleep 62\S* \(pid \d+\)", notice)
    assert run("jobs")[0] == ""
    assert not any(map(sleeping, (61, 62)))


def test_jobs_lost_with_a_killed_shell_are_named_too(run: Run) -> None:
    run("sleep 63 &")
    notice = run("kill -9 $$")[1].notice
    assert notice is not None
    assert "sleep 63" in notice
    assert "as they were last saved" in notice


def test_without_background_jobs_none_are_mentioned(run: Run) -> None:
    notice = run("exit 1")[1].notice
    assert notice is not None
    assert "job" not in notice
    assert run("echo x")[1].notice is None


def test_a_shell_that_ends_between_commands_is_replaced_with_a_word_about_it(run: Run) -> None:
    run("X=kept")
    run("( while kill -0 $PPID; do sleep 0.01; break; done; kill -HUP $$ ) &")
    completed = None
    for _ in range(100):
        _, completed = run("echo $X; sleep 0.01")
        if completed.notice or completed.outcome == "exited":
            break
    assert completed is not None
    assert completed.notice is not None
    assert run("echo $X")[0] == "kept\n"


def test_the_labs_own_exit_trap_runs_and_the_state_is_kept_all_the_same(run: Run) -> None:
    run("trap 'echo \"bye; it'\\''s over\"' EXIT")
    run("X=kept")
    assert "bye; it" in run("trap -p EXIT")[0]
    assert run("X=newer; exit 4")[0] == "bye; it's over\n"
    assert run("echo $X; exit 5")[0] == "newer\n"
    run("trap 'echo again' EXIT; trap - EXIT")
    assert run("exit 6")[0] == ""
    assert run("echo $X")[0] == "newer\n"


def test_a_replaced_shell_can_be_replaced_again(run: Run) -> None:
    for number in range(4):
        run(f"N{number}={number}; exit {number}")
    assert run("echo $N0$N1$N2$N3")[0] == "0123\n"


@pytest.mark.parametrize("command", ["exec bash", "exec bash --norc -l", "exec sh", "exec $BASH -i"])
def test_another_shell_in_place_of_ours_is_replaced_by_ours(run: Run, command: str) -> None:
    run("X=1; export Y=2")
    _, completed = run(command)
    assert (completed.exit_status, completed.outcome) == (0, "exited")
    assert completed.notice is not None
    assert completed.notice.startswith("the command put another shell in place of the lab's")
    assert run("echo $X$Y")[0] == "12\n"


def test_a_lab_that_closes_all_descriptors_can_go_on(run: Run) -> None:
    run("X=kept")
    run('for fd in $(ls /proc/$$/fd); do [ "$fd" -gt 2 ] && eval "exec $fd>&-"; done')
    output, completed = run("echo $X")
    assert output == "kept\n"
    assert completed.notice is not None
    assert completed.notice.startswith("the lab closed descriptor 233")


@pytest.mark.parametrize("status", [0, 3])
def test_a_lab_that_takes_all_our_marks_away_gets_them_back(run: Run, status: int) -> None:
    output, completed = run(f"unset PROMPT_COMMAND PS1; (exit {status})")
    assert output == ""
    assert (completed.exit_status, completed.outcome) == (status, "prompted")
    assert run("echo $?")[0] == f"{status}\n"
