"""Whole rehearsals through the installed command, of pages and modules as an author has them."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LABRUNNER = Path(sys.executable).parent / "labrunner"
PLUGIN = "https://raw.githubusercontent.com/aws-neuron/aws-neuron-sdk/v2.6.0/src/k8/k8s-neuron-device-plugin"
MODULE = "modules/aiml/inferentia"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run said and how it ended."""

    code: int
    text: str
    """What it printed, both streams, with line ends folded into single spaces."""
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Workshop:
    """A workspace with a copy of the Inferentia module."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def change(self, name: str, old: str, new: str) -> None:
        """Change one place in a file of the module."""
        path = self.folder / MODULE / name
        text = path.read_text()
        assert old in text, f"{name} does not say {old!r}"
        path.write_text(text.replace(old, new))

    def page(self, *blocks: Iterable[str], limit: str = "60") -> Path:
        """A page of these blocks; the module's `lab.toml` is found through its `file` block."""
        text = "# A lab\n\n```file\naiml/inferentia/compiler.yaml\n```\n"
        for block in blocks:
            commands = "\n".join(f"$ {command}" for command in block)
            text += f"\n```bash timeout={limit}\n{commands}\n```\n"
        path = self.folder / "page.md"
        path.write_text(text)
        return path

    def run(self, *blocks: Iterable[str], limit: str = "60", options: Iterable[str] = ()) -> Ran:
        """Rehearse a page of these blocks."""
        return run(self.page(*blocks, limit=limit), "--workspace", str(self.folder), *options)


def run(page: Path | str, *options: str, environment: Mapping[str, str] | None = None) -> Ran:
    """`labrunner run PAGE`, with plain output."""
    done = subprocess.run(
        [LABRUNNER, "run", str(page), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=240,
        env={**os.environ, **(environment or {})},
    )
    return Ran(done.returncode, " ".join(done.stdout.split()), tuple(done.stdout.splitlines()))


def apply(name: str, *, namespace: str = "aiml") -> str:
    """The command that applies a manifest of the module, variables filled in."""
    of_namespace = f"-n {namespace} " if namespace else ""
    return f"envsubst < /workspace/{MODULE}/{name} | kubectl {of_namespace}apply -f -"
