"""However a rehearsal ends, nothing of it stays: at the latest when the next one starts, which says so."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from leftovers import NOTHING, SECONDS, settled, stopped, traces
from rehearsing import LABRUNNER, ROOT, Workshop, run

pytestmark = pytest.mark.sandbox


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's sandboxes live, and no one else's."""
    folder = tmp_path / "base"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def page(workshop: Workshop) -> Path:
    """A page that starts a pod, waits inside it until it is stopped, and cleans up."""
    page = workshop.page(
        [
            "kubectl run stay --image=busybox --restart=Never -- sleep 300",
            "kubectl wait --for=condition=Ready pod/stay --timeout=20s",
        ],
        ["kubectl exec stay -- sh -c 'echo inside; sleep 300'"],
        limit="120",
    )
    page.write_text(
        page.read_text() + "\n## Clean up\n\n```bash\n$ echo tidied > /workspace/tidied; echo tidied\n```\n"
    )
    return page


class Running:
    """A run that is under way."""

    def __init__(self, page: Path) -> None:
        self.page = page
        self.process = subprocess.Popen(
            [LABRUNNER, "run", str(page), "--workspace", str(page.parent), "-v"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self.said: list[str] = []

    def until(self, text: str) -> None:
        """Read on until a line is, or begins with, `text`."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if line.strip().startswith(text):
                return
        pytest.fail(f"it ended without {text!r}: {''.join(self.said)}")

    def sandbox(self) -> psutil.Process:
        """The sandbox's own process."""
        for child in psutil.Process(self.process.pid).children():
            if "labrunner.sandbox" in child.cmdline():
                return child
        pytest.fail("there is no sandbox process")

    def end(self) -> tuple[int, str]:
        """Read to the end; the exit code and all that it said."""
        rest, _ = self.process.communicate(timeout=60)
        return self.process.returncode, "".join(self.said) + rest


@pytest.fixture
def running(page: Path, base: Path) -> Iterator[Running]:
    """The page, being run."""
    run = Running(page)
    yield run
    if run.process.poll() is None:
        os.killpg(run.process.pid, signal.SIGKILL)
    run.process.communicate()
    settled(base)


def test_a_run_that_passes_leaves_nothing(base: Path, tmp_path: Path) -> None:
    ran = run(ROOT / "content" / "getting-started.md")
    assert ran.code == 0, ran.text
    assert traces(base) == NOTHING
    assert list(base.glob("*/*")) == []


def test_two_runs_at_once_do_not_meet(base: Path) -> None:
    words = [LABRUNNER, "run", str(ROOT / "content" / "getting-started.md")]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert traces(base) == NOTHING


def test_ctrl_c_once_cleans_up_and_leaves_nothing(running: Running, base: Path) -> None:
    running.until("inside")
    running.process.send_signal(signal.SIGINT)
    code, said = running.end()
    assert code == 130, said
    assert "    tidied\n" in said
    assert traces(base) == NOTHING


def test_ctrl_c_twice_ends_at_once_and_leaves_nothing(running: Running, base: Path) -> None:
    running.until("inside")
    began = time.monotonic()
    running.process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    running.process.send_signal(signal.SIGINT)
    code, said = running.end()
    assert code == 130, said
    assert time.monotonic() - began < SECONDS
    assert settled(base) == NOTHING


def test_sigterm_cleans_up_and_leaves_nothing(running: Running, base: Path) -> None:
    running.until("inside")
    running.process.terminate()
    code, said = running.end()
    assert code == 130, said
    assert "    tidied\n" in said
    assert traces(base) == NOTHING


@pytest.mark.parametrize("moment", ["run ", "step 1/", "inside"])
def test_a_killed_run_takes_its_sandbox_with_it(running: Running, base: Path, moment: str) -> None:
    if moment != "run ":
        running.until(moment)
    running.process.kill()
    running.process.wait()
    # The sandbox notices that its standard input ended, and removes its folder itself.
    assert settled(base) == NOTHING


def test_what_a_killed_sandbox_left_is_swept_by_the_next_run_which_says_so(
    running: Running, base: Path
) -> None:
    running.until("inside")
    running.sandbox().kill()
    code, said = running.end()
    assert code == 1, said
    (name,) = stopped(base)
    page = running.page.parent / "next.md"
    page.write_text("# Next\n\n```bash\n$ echo on\n```\n")
    ran = run(page)
    assert ran.code == 0, ran.text
    assert name in ran.text
    assert "left by a sandbox that was killed" in ran.text
    assert traces(base) == NOTHING


def test_a_run_and_its_sandbox_killed_together_leave_only_what_the_next_run_sweeps(
    running: Running, base: Path
) -> None:
    running.until("inside")
    sandbox = running.sandbox()
    running.process.kill()
    sandbox.kill()
    running.process.wait()
    assert stopped(base)
    ran = run(ROOT / "content" / "getting-started.md")
    assert ran.code == 0, ran.text
    assert traces(base) == NOTHING


def test_the_journal_of_a_killed_run_can_be_read(running: Running) -> None:
    running.until("inside")
    running.process.kill()
    running.process.wait()
    (journal,) = running.page.parent.glob(".labrunner/runs/*/journal.jsonl")
    events = [json.loads(line) for line in journal.read_text().splitlines()]
    assert any("inside" in json.dumps(event) for event in events)
