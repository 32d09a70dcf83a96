"""The manual's page on pages is a lab: what it promises must happen."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parent.parent.parent / "docs"


def test_the_page_on_pages_keeps_its_promises(tmp_path: Path) -> None:
    shutil.copy(DOCS / "pages.md", tmp_path)
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        [sys.executable, "-m", "labrunner", "run", "pages.md", "--on", "shell", "--strict-output"],
        cwd=tmp_path,
        env={**os.environ, "PATH": tools},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
