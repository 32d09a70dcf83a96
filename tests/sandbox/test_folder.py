"""A sandbox's folder outlives its process only until the next sandbox starts."""

import os
import subprocess
import sys
from pathlib import Path

from labrunner.sandbox import folder

STARTS_A_SANDBOX_FOLDER = """
import subprocess, sys, time
from pathlib import Path
from labrunner.sandbox.folder import Folder
mine = Folder.create(under=Path(sys.argv[1]))
child = subprocess.Popen(["sleep", "600"])
print(mine.path, child.pid, flush=True)
time.sleep(600)
"""


def start(under: Path) -> tuple[subprocess.Popen[str], Path, int]:
    process = subprocess.Popen(
        [sys.executable, "-c", STARTS_A_SANDBOX_FOLDER, str(under)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    path, child = process.stdout.readline().split()
    process.stdout.close()
    return process, Path(path), int(child)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_living_sandbox_is_not_swept(tmp_path: Path) -> None:
    process, path, child = start(tmp_path)
    try:
        assert folder.sweep(under=tmp_path) == []
        assert path.exists()
        assert is_alive(child)
    finally:
        process.kill()
        process.wait()
        folder.sweep(under=tmp_path)


def test_what_a_killed_sandbox_left_is_removed_and_told(tmp_path: Path) -> None:
    process, path, child = start(tmp_path)
    process.kill()
    process.wait()
    assert path.exists()
    assert is_alive(child)
    (told,) = folder.sweep(under=tmp_path)
    assert str(path) in told
    assert "1 process," in told
    assert not path.exists()
    # The kernel hands the killed child to init; it is dead before it is reaped.
    assert not is_alive(child) or os.waitpid(child, 0)


def test_a_process_that_only_mentions_the_folder_is_left_alone(tmp_path: Path) -> None:
    process, path, _ = start(tmp_path)
    bystander = subprocess.Popen(["sleep", "600"], env={"KUBECONFIG": f"{path}/kubeconfig"})
    try:
        process.kill()
        process.wait()
        folder.sweep(under=tmp_path)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_trees_without_write_permission_are_removed(tmp_path: Path) -> None:
    locked = tmp_path / "tree" / "locked"
    locked.mkdir(parents=True)
    (locked / "file").write_text("x")
    locked.chmod(0o500)
    folder.remove_tree(tmp_path / "tree")
    assert not (tmp_path / "tree").exists()
