"""`labrunner doctor`: what this machine has of what rehearsals need, where, and in which version."""

import os
import re
import subprocess
from importlib import metadata, util
from pathlib import Path

from labrunner.cli.parser import Arguments, Parser
from labrunner.sandbox import programs
from labrunner.sandbox.host import refusal

PACKAGES = (
    ("aiohttp", "the sandbox", "sandbox"),
    ("moto", "S3, STS and IAM in the sandbox", "sandbox"),
    ("torch", "machine-learning labs", "lab"),
    ("torchvision", "machine-learning labs", "lab"),
)
VERSION_SECONDS = 20.0
"""How long a program may take to print its version: the AWS CLI takes seconds on a busy machine."""


def configure(parser: Parser) -> None:
    """It has no options."""


def execute(arguments: Arguments) -> int:
    """Print what was found; exit code 0 when the sandbox can run here, else 1."""
    missing = [line for program in programs.PROGRAMS if (line := _program(program))]
    missing += [line for name, purpose, extra in PACKAGES if (line := _package(name, purpose, extra))]
    reason = refusal()
    print(_row("✗" if reason else "✓", "user namespaces", "", reason.fact if reason else "pods can be made"))
    print()
    needed = [line for line in missing if line.startswith("!")]
    if reason:
        print(f"rehearsals cannot run here: {reason.fact}; {reason.remedy}")
    for line in missing:
        print(line.removeprefix("!"))
    if not reason and not needed:
        print("rehearsals can run here")
    return 1 if reason or needed else 0


def _program(program: programs.Program) -> str:
    path = programs.locate(program)
    if path is None:
        own = "labrunner's own" if program.name == "envsubst" else ""
        print(_row("✓" if own else "✗" if program.needed else "-", program.name, "", own or "not found"))
        return (
            ""
            if own
            else f"{'!' if program.needed else ''}{program.name}: for {program.purpose}; {program.remedy}"
        )
    print(_row("✓", program.name, _version(path, program.version), str(path)))
    return ""


def _package(name: str, purpose: str, extra: str) -> str:
    spec = util.find_spec(name)
    if spec is None or spec.origin is None:
        print(_row("✗" if extra == "sandbox" else "-", name, "", "not installed"))
        return f"{'!' if extra == 'sandbox' else ''}{name}: for {purpose}; pip install 'labrunner[{extra}]'"
    print(_row("✓", name, metadata.version(name), str(Path(spec.origin).parent)))
    return ""


def _row(mark: str, name: str, version: str, where: str) -> str:
    return f"{mark} {name:16} {version:14} {where}".rstrip()


def _version(path: Path, words: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(
            [path, *words],
            capture_output=True,
            text=True,
            timeout=VERSION_SECONDS,
            # Versions only: no program here may look at the user's clusters or accounts.
            env={"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent", "KUBECONFIG": os.devnull},
        )
    except (OSError, subprocess.TimeoutExpired):
        return "?"
    found = re.search(r"\d+(\.\d+)+", done.stdout or done.stderr)
    return found[0] if found else "?"
