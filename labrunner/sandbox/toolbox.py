"""The folder of programs that a lab's shell finds first: real ones, by the names that labs use.

Wrappers instead of links: a program from a wheel needs the interpreter that it was installed for.
"""

import shlex
import shutil
import sys
from importlib import util
from pathlib import Path

from labrunner.sandbox import programs


def fill(folder: Path) -> None:
    """Put into `folder` what labs use and would not find in `/usr`."""
    for program in programs.PROGRAMS:
        if program.name not in ("bwrap", "bash"):
            _put(program, folder / program.name)


def _put(program: programs.Program, place: Path) -> None:
    found = programs.locate(program)
    if found is None:
        if program.name == "envsubst":
            # The lab's shell does not see where labrunner is installed: a copy.
            own = shutil.copy2(_own_envsubst(), place.with_name(".envsubst.py"))
            _wrap(place, [sys.executable, "-I", "-S", str(own)])
    elif found.is_relative_to(sys.prefix):
        _wrap(place, [str(found)])
    elif not found.is_relative_to("/usr") and not found.is_relative_to("/bin"):
        # Somewhere that the lab's shell does not see. Most such programs are one file with no needs.
        shutil.copy2(found, place)


def _own_envsubst() -> Path:
    spec = util.find_spec("labrunner.sandbox.tools.envsubst")
    assert spec is not None
    return Path(str(spec.origin))


def _wrap(path: Path, words: list[str]) -> None:
    path.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    path.chmod(0o755)
