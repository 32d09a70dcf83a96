"""What the lab's shell sees, and that it is a real shell on a real terminal."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from labrunner.sandbox import toolbox
from labrunner.sandbox.confine import HOME, Room, confine, furnish

pytestmark = pytest.mark.sandbox

PROMPT = "ready> "
PATIENCE = 20.0


@pytest.fixture
def room(tmp_path: Path) -> Room:
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace/lab.txt").write_text("from the workspace\n")
    (tmp_path / "tools").mkdir()
    (tmp_path / "bundle.pem").write_text("certificates\n")
    toolbox.fill(tmp_path / "tools")
    mounts = ("/workspace", "~/environment")
    furnish(tmp_path / "room", mounts)
    return Room(
        tmp_path / "room",
        tmp_path / "workspace",
        mounts,
        (tmp_path / "bundle.pem",),
        tmp_path / "bundle.pem",
        tmp_path / "tools",
    )


def printed(room: Room, script: str) -> str:
    done = subprocess.run([*confine(room), "-c", script], capture_output=True, text=True, timeout=PATIENCE)
    return done.stdout + done.stderr


@pytest.fixture
def shell(room: Room) -> Iterator["pexpect.spawn[str]"]:
    argv = [*confine(room), "--norc", "--noprofile", "-i"]
    child = pexpect.spawn(
        argv[0], argv[1:], encoding="utf-8", timeout=PATIENCE, echo=False, env={**os.environ, "PS1": PROMPT}
    )
    child.delaybeforesend = None
    child.expect_exact(PROMPT)
    yield child
    child.close(force=True)


def test_the_workspace_is_seen_at_every_place_that_labs_use(room: Room) -> None:
    said = printed(room, "cat /workspace/lab.txt ~/environment/lab.txt; echo mine > /workspace/new; pwd")
    assert said == f"from the workspace\nfrom the workspace\n{HOME}\n"
    assert (room.workspace / "new").read_text() == "mine\n"


def test_home_and_temporary_files_are_private(room: Room) -> None:
    said = printed(room, "echo $HOME; ls -A ~; echo x > ~/x; echo y > /tmp/y; ls -A /home")
    # Where labrunner's own Python lies in somebody's home, the way there is seen, and nothing beside it.
    ways = {Path(each).parts[2] for each in (sys.prefix, sys.base_prefix) if each.startswith("/home/")}
    assert said.split() == [HOME, "environment", *sorted({"workshop", *ways})]
    assert (room.folder / "tmp/y").exists()
    assert not Path("/tmp/y").exists()


def test_nothing_of_the_user_s_can_be_seen(room: Room) -> None:
    said = printed(room, f"cat {Path.home()}/.bashrc /etc/shadow; ls /var /run /opt /srv; ps -e -o args")
    assert said.count("No such file or directory") >= 5
    assert str(os.getpid()) not in printed(room, "ls /proc").split()


def test_the_system_cannot_be_written(room: Room) -> None:
    assert "Read-only file system" in printed(room, "touch /usr/x")
    assert "Read-only file system" in printed(room, f"touch {room.tools}/x")


def test_tools_come_first_and_work(room: Room) -> None:
    said = printed(
        room, "command -v kubectl aws; kubectl version --client; aws --version; echo '$A' | A=b envsubst"
    )
    assert said.splitlines()[:2] == [f"{room.tools}/kubectl", f"{room.tools}/aws"]
    assert "Client Version" in said
    assert "aws-cli/" in said
    assert said.splitlines()[-1] == "b"


def test_certificates_are_the_sandbox_s(room: Room) -> None:
    assert printed(room, "cat /etc/ssl/certs/ca-certificates.crt") == "certificates\n"


def test_the_shell_has_a_terminal_with_a_name(shell: "pexpect.spawn[str]") -> None:
    shell.sendline("tty; stty size")
    shell.expect(r"/dev/\S+\r\n24 80\r\n")


def test_control_c_ends_the_command_and_not_the_shell(shell: "pexpect.spawn[str]") -> None:
    shell.sendline("cat; echo went on")
    shell.sendline("ping")
    shell.expect_exact("ping")
    shell.sendintr()
    shell.expect_exact(PROMPT)
    shell.sendline("echo $?")
    shell.expect_exact("130")


def test_jobs_can_be_stopped_and_continued(shell: "pexpect.spawn[str]") -> None:
    shell.sendline("cat")
    shell.sendline("ping")
    shell.expect_exact("ping")
    shell.send("\x1a")
    shell.expect("Stopped")
    shell.sendline("jobs; fg")
    shell.sendline("pong")
    shell.expect_exact("pong")
    shell.sendeof()
    shell.expect_exact(PROMPT)


def test_descriptors_can_be_handed_in(room: Room) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"echo sourced from memory\n")
    os.close(writing)
    argv = [*confine(room), "-c", f"source /dev/fd/{reading}"]
    done = subprocess.run(argv, capture_output=True, text=True, pass_fds=[reading], timeout=PATIENCE)
    os.close(reading)
    assert done.stdout == "sourced from memory\n"


def test_killing_it_kills_everything_in_it(room: Room) -> None:
    reading, writing = os.pipe()
    script = "(trap '' TERM HUP INT; echo $BASHPID; setsid sleep 1000) & setsid sleep 1000 & wait"
    child = subprocess.Popen([*confine(room), "-c", script], stdout=subprocess.PIPE, pass_fds=[writing])
    os.close(writing)
    assert child.stdout is not None
    child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.wait(PATIENCE)
    child.stdout.close()
    # Everything in it holds the other end: this returns once the last of it is gone.
    assert os.read(reading, 1) == b""
    os.close(reading)
