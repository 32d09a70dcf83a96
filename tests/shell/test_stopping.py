"""Commands that do not end by themselves: limits, Ctrl-C, and a shell that is usable afterwards."""

import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from naps import naps, sleeping

from labrunner.shell import Completed, Session, Shell, Stop, climb

Run = Callable[..., tuple[str, Completed]]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Graces that a test can wait for."""
    for stage in climb.GRACE:
        monkeypatch.setitem(climb.GRACE, stage, 0.25)


@pytest.mark.parametrize(
    "command",
    [
        "sleep 71",
        "sleep 71; echo not reached",
        "sleep 71 || echo not reached",
        "while true; do sleep 71; done; echo not reached",
        "while :; do :; done; echo not reached",
        "x=$(sleep 71); echo not reached",
        "sleep 71 | cat; echo not reached",
        "(sleep 71; echo not reached)",
        "bash -c 'sleep 71; echo not reached'; echo not reached",
        "sleep 71 & wait; echo not reached",
        "f() { sleep 71; echo not reached; }; f",
        "python3 -c 'import time; time.sleep(71)' 2>&1; sleep 71",
        "sh -c 'trap \"exit 5\" INT; sleep 71'; sleep 71; sleep 71",
        "read x; echo not reached",
        "cat; cat; cat",
        "cat /dev/tty",
    ],
)
def test_a_command_over_its_limit_is_interrupted_and_the_shell_lives_on(run: Run, command: str) -> None:
    run("KEPT=yes; cd /usr")
    output, completed = run(command, timeout=0.2)
    assert completed.outcome == "timed_out"
    assert "not reached" not in output
    assert completed.exit_status != 0
    assert 0.2 <= completed.duration < 1.5
    assert run("echo $KEPT $PWD")[0] == "yes /usr\n"
    assert not sleeping(71)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    "command",
    [
        "sh -c 'trap \"\" INT; sleep 72; sleep 72'",
        "sh -c 'trap \"\" INT TERM; while :; do sleep 72; done'; echo not reached",
        "trap '' INT; sleep 72; sleep 72",
        "trap '' INT TERM HUP; sleep 72; sleep 72; sleep 72",
        "trap '' INT; while :; do :; done",
        "trap '' INT TERM HUP; while :; do :; done",
        "trap 'echo no' INT; while :; do sleep 72; done",
    ],
)
def test_whatever_a_command_ignores_it_ends(run: Run, command: str) -> None:
    run("KEPT=yes; cd /usr")
    run("export KEPT")
    output, completed = run(command, timeout=0.2)
    assert completed.outcome == "timed_out"
    assert "not reached" not in output
    assert completed.duration < 2.5
    assert run("trap - INT TERM HUP; echo $KEPT $PWD")[0].endswith("yes /usr\n")
    assert not sleeping(72)


@pytest.mark.usefixtures("hasty")
def test_the_notice_says_how_far_the_climb_went(run: Run) -> None:
    assert run("sleep 73", timeout=0.1)[1].notice is None
    notice = run("sh -c 'trap \"\" INT; sleep 73; sleep 73'", timeout=0.1)[1].notice
    assert notice == "it did not stop when interrupted and was terminated"
    notice = run("sh -c 'trap \"\" INT TERM; while :; do sleep 73; done'", timeout=0.1)[1].notice
    assert notice == "it did not stop when interrupted or terminated and was killed"


IN_A_THREAD = """python3 -c '
import signal, socket, threading
signal.signal(signal.SIGINT, signal.SIG_DFL)
connection = socket.create_connection(("127.0.0.1", {port}))
threading.Thread(target=connection.recv, args=(1,)).start()
threading.Event().wait()
'"""


@pytest.mark.parametrize(
    ("command", "waited_for"),
    [
        ("sleep 74", r"sleep 74\S* \(pid \d+\), which waited for time to pass"),
        ("cat", r"cat \(pid \d+\), which waited for input from the terminal"),
        ("read answer", r"the shell itself, running `read answer`, which waited for input from the terminal"),
        ("cat | sort", r"cat \(pid \d+\), which waited for input from the terminal"),
        ("cat </dev/tty", r"cat \(pid \d+\), which waited for input from the terminal"),
        ("sh -c 'sleep 74; true'", r"sleep 74\S* \(pid \d+\), which waited for time to pass"),
        (
            "python3 -c 'input()'",
            r"python3 -c input\(\) \(pid \d+\), which waited for input from the terminal",
        ),
        (
            "sleep 74 & wait",
            r"the shell itself, running `sleep 74\S* & wait`, which waited for a process that it started",
        ),
        (
            "python3 -c 'import socket; socket.create_server((\"127.0.0.1\", 0)).accept()' 2>/dev/null",
            r"python3 .* \(pid \d+\), which waited for someone to connect",
        ),
        (
            "exec 9<>/dev/tcp/127.0.0.1/{port}; cat <&9; exec 9<&-",
            r"cat \(pid \d+\), which waited for the network \(127.0.0.1:{port}\)",
        ),
        (IN_A_THREAD, r"python3 .* \(pid \d+\), which waited for the network \(127.0.0.1:{port}\)"),
        ("while :; do :; done", r"the shell itself, running `while :; do :; done`"),
    ],
)
def test_a_timeout_names_what_was_waited_for(run: Run, command: str, waited_for: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        completed = run(command.replace("{port}", port), timeout=0.4)[1]
    assert completed.waited_for is not None
    assert re.fullmatch(waited_for.replace("{port}", port), completed.waited_for, re.S), completed.waited_for


def test_input_meant_for_nobody_never_eats_the_next_command(run: Run) -> None:
    assert run("read a; cat", timeout=0.1)[1].outcome == "timed_out"
    assert run("echo whole")[0] == "whole\n"


def test_earlier_background_jobs_survive_a_later_timeout(run: Run, session: Session) -> None:
    run("sleep 75 & (sleep 76 & exec sleep 77) & setsid --fork sleep 78")
    run("sleep 79", timeout=0.1)
    assert [sleeping(n) for n in (75, 76, 77, 78, 79)] == [True, True, True, True, False]
    assert len(session.background_jobs) == 2


def test_a_job_started_just_before_survives_too(run: Run) -> None:
    run("sleep 80 &")
    run("sleep 81", timeout=0.05)
    assert sleeping(80)


@pytest.mark.parametrize(
    "escape",
    ["setsid sleep 82", "setsid --fork sleep 82", "nohup sleep 82 >/dev/null 2>&1", "(setsid sleep 82 &)",
     "env -i setsid --fork sleep 82", "sh -c 'trap \"\" TERM HUP INT; sleep 82; sleep 82'"],
)  # fmt: skip
def test_what_a_stopped_command_left_elsewhere_is_stopped_with_it(run: Run, escape: str) -> None:
    run(f"{escape} & sleep 83", timeout=0.2)
    assert not any(map(sleeping, (82, 83)))


def test_a_limit_counts_for_the_whole_command_not_for_each_read(run: Run) -> None:
    output, completed = run("while :; do echo tick; sleep 0.02; done", timeout=0.3)
    assert output.count("tick") > 3
    assert completed.outcome == "timed_out"
    assert completed.duration < 1


def test_a_flood_is_stopped_at_its_limit(session: Session) -> None:
    execution = session.run("yes", timeout=0.2)
    assert sum(map(len, execution)) > 100_000
    assert execution.completed.outcome == "timed_out"
    assert b"".join(session.run("echo on", timeout=5)) == b"on\r\n"


def test_a_stop_request_interrupts_at_once(shell: Shell) -> None:
    stop = Stop()
    with Session(shell, stop=stop) as session:
        execution = session.run(naps("echo started; sleep 84; echo not reached"), timeout=60)
        output = b""
        for piece in execution:
            output += piece
            if b"started" in output and not stop.requested:
                stop.request()
        assert execution.completed.outcome == "interrupted"
        assert execution.completed.duration < 1
        assert b"not reached" not in output
        # The one request is used up: clean-up runs.
        assert b"".join(session.run("echo clean", timeout=5)) == b"clean\r\n"


def test_a_request_between_two_commands_disturbs_neither(shell: Shell) -> None:
    for _ in range(20):
        stop = Stop()
        with Session(shell, stop=stop) as session:
            list(session.run("sleep 0.03", timeout=5))
            stop.request()
            assert b"".join(session.run("echo whole", timeout=5)) == b"whole\r\n"
            assert b"".join(session.run("echo too", timeout=5)) == b"too\r\n"


def test_a_request_from_a_signal_handler_or_thread_wakes_the_reader(shell: Shell) -> None:
    stop = Stop()
    previous = signal.signal(signal.SIGUSR1, lambda *_: stop.request())
    try:
        with Session(shell, stop=stop) as session:
            for ask in (stop.request, lambda: os.kill(os.getpid(), signal.SIGUSR1)):
                timer = threading.Timer(0.1, ask)
                timer.start()
                execution = session.run(naps("sleep 85"), timeout=60)
                list(execution)
                timer.join()
                assert execution.completed.outcome == "interrupted"
                assert execution.completed.duration < 1
    finally:
        signal.signal(signal.SIGUSR1, previous)


def test_a_second_request_kills_at_once(shell: Shell) -> None:
    stop = Stop()
    with Session(shell, stop=stop) as session:
        command = naps("echo started; sh -c 'trap \"\" INT TERM; sleep 86; sleep 86'")
        execution = session.run(command, timeout=60)
        output, asked = b"", time.monotonic()
        threading.Timer(0.3, stop.request).start()
        for piece in execution:
            output += piece
            if b"started" in output and not stop.requested:
                stop.request()
        assert execution.completed.outcome == "interrupted"
        assert time.monotonic() - asked < 1.5
    assert not sleeping(86)


def test_a_command_whose_iteration_was_left_is_stopped_by_the_next(session: Session) -> None:
    execution = session.run(naps("echo first; sleep 87; echo not reached"), timeout=60)
    for _ in execution:
        break
    assert b"".join(session.run("echo second", timeout=5)) == b"second\r\n"
    assert execution.completed.outcome == "interrupted"


def test_completed_is_not_there_before_the_end(session: Session) -> None:
    execution = session.run("echo", timeout=5)
    with pytest.raises(RuntimeError, match="still running"):
        _ = execution.completed
    list(execution)
    assert execution.completed.exit_status == 0
    assert list(execution) == []


def test_a_lab_that_reads_from_a_pipe_is_not_disturbed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "input").write_text("from a file\n")
    assert run(f"read x <{tmp_path}/input; echo $x; echo y | cat")[0] == "from a file\ny\n"
