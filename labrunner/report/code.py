"""Commands in colour."""

from functools import lru_cache

from rich.syntax import Syntax
from rich.text import Text

from labrunner.report.look import FAINT
from labrunner.report.wording import clean

MOST_LINES = 8
"""Of one command; here-documents can be long, and the page has them anyway."""


@lru_cache(maxsize=64)
def lines(command: str) -> tuple[Text, ...]:
    """A command's lines behind its prompt, coloured; a long one's last line says how much is left out."""
    code = "\n".join(clean(line) for line in command.split("\n"))
    coloured = Syntax("", "bash", theme="ansi_dark").highlight(code).split("\n")
    shown = [
        Text.assemble(("$ ", "bold cyan") if at == 0 else "  ", line) for at, line in enumerate(coloured)
    ]
    while len(shown) > 1 and not shown[-1].plain.strip():
        shown.pop()
    if len(shown) > MOST_LINES:
        left_out = len(shown) - MOST_LINES + 1
        shown[MOST_LINES - 1 :] = [Text(f"  … {left_out} more lines", style=FAINT)]
    return tuple(shown)
