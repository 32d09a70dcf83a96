"""The verdicts of other programs that rules may ask for. Starting those programs is left to `gather`."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Remark:
    """What a program says about a script."""

    line: int
    """1-based line of the script."""
    column: int
    """1-based column; 1 where the program names none."""
    message: str
    code: str = ""
    """The program's own name for it: `SC2068`."""


class Tools(Protocol):
    """Programs that know more than we do."""

    def bash_refuses(self, script: str) -> Remark | None:
        """Return why `bash -n` would not run a script; `None` when it would, or when there is no bash."""

    def shellcheck(self, scripts: tuple[str, ...]) -> tuple[tuple[Remark, ...], ...] | None:
        """Return the errors that shellcheck finds in each of several scripts; `None`: not installed."""
