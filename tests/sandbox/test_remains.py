"""A killed sandbox leaves no container running, however early it was killed."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from labrunner.sandbox.remains import end_remains

pytestmark = pytest.mark.sandbox

PATIENCE = 20.0
SCRIPT = """
import asyncio, json, sys
from pathlib import Path
from stage import stage

async def main():
    async with stage(Path(sys.argv[1])) as it:
        for number in range(12):
            it.pod(f"pod-{number}", "sleep", "1000")
        for number in range(int(sys.argv[2])):
            await it.running(f"pod-{number}")
        print(json.dumps({"helper": it.kubelet._equipment.doorman._helper.pid}), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def start(folder: Path, *, up: int) -> tuple["subprocess.Popen[str]", int]:
    """A process with twelve pods of which `up` are running; it, and its helper's pid."""
    search = os.pathsep.join([str(Path(__file__).parent / "node"), *sys.path])
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), str(up)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": search},
    )
    assert child.stdout is not None
    with child.stdout:
        return child, json.loads(child.stdout.readline())["helper"]


def wait_for_end(handle: int) -> None:
    ready, _, _ = select.select([handle], [], [], PATIENCE)
    os.close(handle)
    assert ready, "it went on"


@pytest.mark.parametrize("up", [0, 1, 6, 12])
def test_containers_end_with_a_killed_sandbox(tmp_path: Path, up: int) -> None:
    child, helper = start(tmp_path, up=up)
    handle = os.pidfd_open(helper)
    child.send_signal(signal.SIGKILL)
    child.wait(PATIENCE)
    wait_for_end(handle)
    assert end_remains(tmp_path / "kubelet") == 0


def test_the_next_start_ends_what_is_left_when_the_helper_was_killed_too(tmp_path: Path) -> None:
    child, helper = start(tmp_path, up=3)
    os.kill(helper, signal.SIGKILL)
    child.send_signal(signal.SIGKILL)
    child.wait(PATIENCE)
    end_remains(tmp_path / "kubelet")
    assert end_remains(tmp_path / "kubelet") == 0


def test_processes_of_others_are_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "1000"], env={"LABRUNNER_CONTAINERS": str(tmp_path / "other")}) as other:
        assert end_remains(tmp_path / "kubelet") == 0
        assert other.poll() is None
        assert end_remains(tmp_path / "other") == 1
        assert other.wait(PATIENCE) == -signal.SIGKILL
