"""A rehearsal gets a copy of what an author means by the workspace, and nothing else."""

import subprocess
from pathlib import Path

import pytest

from labrunner.sandbox import programs, toolbox, workspace


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_pages_and_modules_are_copied_with_their_modes_and_links(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "modules").mkdir(parents=True)
    (source / "modules" / "run.sh").write_text("echo hi\n")
    (source / "modules" / "run.sh").chmod(0o755)
    (source / "link").symlink_to("modules/run.sh")
    workspace.copy(source, tmp_path / "copy", without=tmp_path / "copy")
    assert tree(tmp_path / "copy") == {"modules", "modules/run.sh", "link"}
    assert (tmp_path / "copy" / "link").is_symlink()
    assert (tmp_path / "copy" / "modules" / "run.sh").stat().st_mode & 0o111


@pytest.mark.parametrize("name", [".git", ".labrunner", "node_modules", "__pycache__"])
def test_what_tools_put_there_stays_out(tmp_path: Path, name: str) -> None:
    (tmp_path / "source" / "deep" / name / "x").mkdir(parents=True)
    workspace.copy(tmp_path / "source", tmp_path / "copy", without=tmp_path / "copy")
    assert tree(tmp_path / "copy") == {"deep"}


def test_a_virtual_environment_stays_out_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "source" / "env").mkdir(parents=True)
    (tmp_path / "source" / "env" / "pyvenv.cfg").write_text("")
    workspace.copy(tmp_path / "source", tmp_path / "copy", without=tmp_path / "copy")
    assert tree(tmp_path / "copy") == set()


def test_a_pipe_in_the_workspace_does_not_hang_the_copy(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    subprocess.run(["mkfifo", tmp_path / "source" / "pipe"], check=True)
    workspace.copy(tmp_path / "source", tmp_path / "copy", without=tmp_path / "copy")
    assert tree(tmp_path / "copy") == set()


def test_a_copy_inside_the_workspace_does_not_copy_itself(tmp_path: Path) -> None:
    base = tmp_path / "temporary" / "base"
    base.mkdir(parents=True)
    (tmp_path / "page.md").write_text("")
    workspace.copy(tmp_path, base / "copy", without=base)
    assert tree(base / "copy") == {"page.md", "temporary"}


def test_tools_run_and_are_those_of_our_own_environment(tmp_path: Path) -> None:
    toolbox.fill(tmp_path)
    said = subprocess.run([tmp_path / "kubectl", "version", "--client"], capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert "Client Version" in said.stdout
    assert programs.find("aws") is not None
    assert (tmp_path / "aws").exists()


def test_envsubst_is_there_on_a_machine_without_gettext(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    toolbox.fill(tmp_path)
    said = subprocess.run(
        [tmp_path / "envsubst"],
        input="$NAME\n",
        capture_output=True,
        text=True,
        env={"NAME": "lab", "PATH": "/usr/bin:/bin"},
    )
    assert said.stdout == "lab\n"
