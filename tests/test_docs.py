"""The manual is the test: every page of `docs/` that is a lab keeps its promises, where it says it is run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from labrunner.document import parse

DOCS = Path(__file__).parent.parent / "docs"


def is_lab(page: Path) -> bool:
    return any(block.commands for block in parse(page.read_text(), str(page)).blocks)


def place_of(page: Path) -> str:
    # The sandbox has no labrunner of its own to show.
    return "shell" if "\n$ labrunner " in page.read_text() else "sandbox"


def labs() -> list[object]:
    marks = {"shell": (), "sandbox": (pytest.mark.sandbox,)}
    pages = [page for page in sorted(DOCS.glob("*.md")) if is_lab(page)]
    return [pytest.param(page, id=page.name, marks=marks[place_of(page)]) for page in pages]


@pytest.mark.parametrize("page", labs())
def test_a_page_of_the_manual_keeps_its_promises(page: Path, tmp_path: Path) -> None:
    # A copy, alone in a folder: a page must not lean on what lies around here.
    shutil.copy(page, tmp_path)
    (tmp_path / "labrunner.toml").touch()
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["labrunner", "run", page.name, "--on", place_of(page), "--strict-output"],
        cwd=tmp_path,
        env={**os.environ, "PATH": tools},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
