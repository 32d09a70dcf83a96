"""However a session ends, nothing of it stays: closed, killed with its labrunner, or swept up later."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from naps import naps, sleeping

from labrunner.shell import MARKER, Session, Shell, sweep
from labrunner.shell import processes as table

ESCAPES = """
sleep {0} &
nohup sleep {0} >/dev/null 2>&1 &
setsid --fork sleep {0}
(setsid sh -c 'trap "" HUP TERM; sleep {0}; sleep {0}' &)
env -i setsid --fork /bin/sleep {0}
bash -c 'sleep {0} & disown; exit'
"""


def eventually(question: Callable[[], bool], *, seconds: float = 3.0) -> bool:
    deadline = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return answer


def test_closing_ends_everything_that_was_started(shell: Shell) -> None:
    session = Session(shell)
    list(session.run(naps(ESCAPES.format(101)), timeout=5))
    assert sleeping(101)
    started = time.monotonic()
    session.close()
    assert time.monotonic() - started < 2
    assert not sleeping(101)
    session.close()


def test_closing_at_a_prompt_is_quick(shell: Shell) -> None:
    session = Session(shell)
    started = time.monotonic()
    session.close()
    assert time.monotonic() - started < 0.25


def test_closing_in_the_middle_of_a_command_ends_it(shell: Shell) -> None:
    session = Session(shell)
    next(iter(session.run("echo; trap '' HUP TERM; yes", timeout=60)))
    started = time.monotonic()
    session.close()
    assert time.monotonic() - started < 2


def test_a_command_that_ends_the_shell_takes_its_daemons_along(shell: Shell) -> None:
    with Session(shell) as session:
        list(session.run(naps(ESCAPES.format(102)), timeout=5))
        list(session.run("exit", timeout=5))
        assert not sleeping(102)


PROGRAM = """
import os, sys, time
from pathlib import Path
from labrunner.shell import Session, Shell
session = Session(Shell(("/bin/bash",), dict(os.environ), Path("/")))
list(session.run(sys.argv[1], timeout=5))
print(session.marker, flush=True)
list(session.run("cat", timeout=60))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_when_labrunner_is_killed_nothing_stays(number: int) -> None:
    labrunner = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, naps(ESCAPES.format(103))], stdout=subprocess.PIPE, text=True
    )
    assert labrunner.stdout is not None
    with labrunner, labrunner.stdout:
        assert labrunner.stdout.readline()
        assert eventually(lambda: sleeping(103))
        labrunner.send_signal(number)
        labrunner.wait()
    assert eventually(lambda: not sleeping(103))


def test_what_outlives_even_the_keeper_can_be_swept(tmp_path: Path) -> None:
    labrunner = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, naps("setsid --fork sleep 104")], stdout=subprocess.PIPE, text=True
    )
    assert labrunner.stdout is not None
    with labrunner, labrunner.stdout:
        marker = labrunner.stdout.readline().strip()
        for keeper in table.children(labrunner.pid):
            os.kill(keeper, signal.SIGKILL)
        labrunner.kill()
        labrunner.wait()
    assert sleeping(104)
    assert naps("sleep 104") in sweep(marker)
    assert not sleeping(104)
    assert sweep(marker) == ()


def test_sweeping_spares_other_sessions(shell: Shell) -> None:
    with Session(shell) as one, Session(shell) as other:
        list(one.run(naps("sleep 105 &"), timeout=5))
        sweep(other.marker)
        assert sleeping(105)
        assert b"".join(one.run(f"echo ${MARKER}", timeout=5)).strip().decode() == one.marker


def test_two_sessions_do_not_disturb_each_other(shell: Shell) -> None:
    with Session(shell) as one, Session(shell) as other:
        list(one.run("X=one", timeout=5))
        list(other.run("X=other; exit 3", timeout=5))
        assert b"".join(one.run("echo $X", timeout=5)) == b"one\r\n"
        assert b"".join(other.run("echo $X", timeout=5)) == b"other\r\n"
