"""What a shell wrote of itself, read back."""

from labrunner.shell.state import State, read_jobs

SNAPSHOT = b'shopt -s a\n\036f () \n{ \n    :\n}\n\036declare -x HOME="/"\ndeclare -- X="1"\n\036%s\036%s\036'


def test_a_half_written_snapshot_is_none() -> None:
    assert State.parse(b"") is None
    assert State.parse(b"echo hello") is None
    assert State.parse(SNAPSHOT[:40]) is None
    assert State.parse(SNAPSHOT % (b"", b"")) is not None


def test_options_come_first_and_variables_that_were_unset_are_unset() -> None:
    state = State.parse(SNAPSHOT % (b"set -o errexit\n", b""))
    assert state is not None
    text = state.restore(["HOME", "GONE"])
    assert text.startswith(b"shopt -s a\n")
    assert text.rstrip().endswith(b"set -o errexit")
    assert b"unset GONE" in text
    assert b"unset HOME" not in text


def test_the_exit_trap_is_not_handed_on_and_others_are() -> None:
    traps = b"trap -- 'echo '\\''bye'\\''\nmore' EXIT\ntrap -- 'echo usr' SIGUSR1\n"
    state = State.parse(SNAPSHOT % (traps, b""))
    assert state is not None
    text = state.restore([])
    assert b"bye" not in text
    assert b"trap -- 'echo usr' SIGUSR1\n" in text


def test_jobs_that_have_not_ended_are_listed() -> None:
    listing = (
        b"[1]   101 Running                 sleep 60 &\n"
        b"[2]-  102 Stopped (tty input)     cat\n"
        b"[3]+  103 Done                    true\n"
        b"[4]   104 Running                 a | b &  (wd: /tmp)\n"
        b"      105                       | b &\n"
    )
    assert read_jobs(listing) == ("sleep 60 (pid 101)", "cat (pid 102)", "a | b (pid 104)")
