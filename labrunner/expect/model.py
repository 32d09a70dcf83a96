"""How real output differs from promised output, as values."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a comparison."""

    sign: Literal[" ", "-", "+"]
    """` ` in both, `-` promised and not seen, `+` seen and not promised."""
    text: str
    line: int | None
    """1-based line in the page for promised lines; `None` for lines that were only seen."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Real output is not what the page promises."""

    lines: tuple[DiffLine, ...]
    """The comparison, with enough unchanged lines around differences to read it."""
    summary: str
    """One sentence in lower case."""
