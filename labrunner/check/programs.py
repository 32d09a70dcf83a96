"""Asks bash and shellcheck; `gather` hands it to the lab."""

import json
import shutil
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from labrunner.check.tools import Remark

SECONDS = 60.0
"""For one call of shellcheck, which takes about 20 ms a script."""
BASH_SECONDS = 5.0


class Programs:
    """The programs of this machine."""

    def bash_refuses(self, script: str) -> Remark | None:
        """Return why `bash -n` would not run a script."""
        if "\0" in script or self._bash is None:
            return None
        # `-O extglob` because an interactive bash takes such patterns, once they are switched on.
        asked = subprocess.run(
            [self._bash, "--norc", "-O", "extglob", "-n"],
            input=script.encode("utf-8", "surrogatepass"),
            capture_output=True,
            timeout=BASH_SECONDS,
            env={"LC_ALL": "C"},
            check=False,
        )
        if asked.returncode == 0 and not asked.stderr:
            return None
        return _bash_remark(asked.stderr.decode("utf-8", "replace"))

    def shellcheck(self, scripts: tuple[str, ...]) -> tuple[tuple[Remark, ...], ...] | None:
        """Return the errors that shellcheck finds in each script; `None` when it is not installed."""
        # The extra puts it beside our own interpreter, whether or not that folder is on the PATH.
        program = shutil.which("shellcheck") or shutil.which(
            "shellcheck", path=str(Path(sys.executable).parent)
        )
        if program is None:
            return None
        with TemporaryDirectory(prefix="labrunner-") as folder:
            names = [str(at) for at in range(len(scripts))]
            for name, script in zip(names, scripts, strict=True):
                Path(folder, name).write_text(script, encoding="utf-8", errors="replace")
            words = [program, "--shell=bash", "--severity=error", "--format=json", "--norc", *names]
            asked = subprocess.run(words, cwd=folder, capture_output=True, timeout=SECONDS, check=False)
        remarks: dict[str, list[Remark]] = {name: [] for name in names}
        for one in json.loads(asked.stdout or b"[]"):
            remark = Remark(one["line"], one["column"], one["message"], f"SC{one['code']}")
            remarks[one["file"]].append(remark)
        return tuple(tuple(remarks[name]) for name in names)

    @cached_property
    def _bash(self) -> str | None:
        return shutil.which("bash")


def _bash_remark(errors: str) -> Remark:
    """Take the first line of `bash: line 3: syntax error near unexpected token `)'` apart."""
    for text in errors.splitlines():
        _, found, rest = text.partition(": line ")
        number, colon, message = rest.partition(": ")
        if found and colon and number.isdigit():
            return Remark(int(number), 1, message.replace("`", "'"))
    return Remark(1, 1, errors.strip() or "bash -n refuses it")
