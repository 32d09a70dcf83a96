"""A folder with pages and the installed command: what whole-program tests share."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

COMMAND = str(Path(sys.executable).parent / "labrunner")

VOLATILE = (
    (re.compile(r"\d{8}-\d{6}-[a-z2-9]{4}"), "RUN"),
    (re.compile(r"\b\d+(\.\d+)? s\b"), "N s"),
    (re.compile(r"\bpid \d+"), "pid N"),
)


@dataclass(frozen=True)
class LabFolder:
    """Where one test's lab is."""

    path: Path

    def write(self, name: str, text: str) -> None:
        """Write a file of the lab."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    @property
    def environment(self) -> dict[str, str]:
        """What the command is run with: no terminal's wishes, temporary files of its own."""
        (self.path / "tmp").mkdir(exist_ok=True)
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "VIRTUAL_ENV") if name in os.environ}
        return {**kept, "TMPDIR": str(self.path / "tmp"), "LANG": "C.UTF-8"}

    def run(self, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run `labrunner` with these words in the folder."""
        return self._run([COMMAND, *words], environment)

    def python(self, program: str, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a Python program in the folder."""
        return self._run([sys.executable, "-c", program, *words], {})

    def _run(self, argv: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            argv,
            cwd=self.path,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start `labrunner` and let it run."""
        return subprocess.Popen(
            [COMMAND, *words],
            cwd=self.path,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def left_behind(self) -> list[str]:
        """What runs have left among temporary files."""
        return sorted(str(path) for path in (self.path / "tmp").glob("labrunner-*/*"))


def block(*lines: str, info: str = "") -> str:
    """A bash fence."""
    return "\n".join([f"```bash {info}".rstrip(), *lines, "```", "", ""])


def steady(text: str) -> str:
    """Text without what differs from run to run."""
    for pattern, word in VOLATILE:
        text = pattern.sub(word, text)
    return text
