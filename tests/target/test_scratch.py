"""A run's private folder: gone with the run, or swept by the next one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labrunner.errors import LabrunnerError
from labrunner.target import scratch


@pytest.fixture(autouse=True)
def _own_tmpdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    yield
    assert [path.name for path in scratch.base().iterdir()] == []


def test_it_is_private_and_gone_afterwards_with_all_that_was_made_unwritable() -> None:
    with scratch.scratch("run-1") as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "deep" / "er").mkdir(parents=True)
        (folder / "deep" / "er" / "file").touch()
        (folder / "deep" / "er").chmod(0o500)
        (folder / "deep").chmod(0o000)
    assert not folder.exists()


def test_links_out_of_it_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o500)
    with scratch.scratch("run-1") as folder:
        (folder / "link").symlink_to(outside)
    assert outside.stat().st_mode & 0o777 == 0o500


def test_a_living_runs_folder_is_not_abandoned() -> None:
    with scratch.scratch("run-1"):
        assert scratch.abandoned() == []


def test_the_folder_of_a_killed_run_is_abandoned() -> None:
    program = (
        "import os, signal\n"
        "from labrunner.target.scratch import scratch\n"
        "with scratch('run-2'): os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", program], env=os.environ, check=False)
    ((run, folder),) = scratch.abandoned()
    assert run == "run-2"
    scratch.remove(folder)


def test_a_folder_of_a_run_killed_while_making_it_is_abandoned() -> None:
    (scratch.base() / "run-run-3").mkdir()
    ((run, folder),) = scratch.abandoned()
    assert run == "run-3"
    scratch.remove(folder)


def test_somebody_elses_folder_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = tmp_path / f"labrunner-{os.getuid()}"
    taken.symlink_to("/")
    with pytest.raises(LabrunnerError, match="belongs to someone else"):
        scratch.base()
    taken.unlink()
