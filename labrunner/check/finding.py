"""What `check` has to say, as values. How it looks to people and programs is left to `report`."""

from dataclasses import dataclass
from typing import Literal

from labrunner.document.model import Span

Severity = Literal["error", "warning"]
"""`error`: a reader, or a run, will fail here. `warning`: it works, but misleads, or works only by luck."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning")
"""The gravest first."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule yields; the engine adds which rule it was."""

    name: str
    """The file, as messages call it."""
    span: Span
    """The smallest stretch of text that has to be changed."""
    message: str
    """One sentence in lower case: the fact, a semicolon, what to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a lab that is worth its author's time."""

    code: str
    """`LAB` and three digits."""
    rule: str
    """The rule's name, `wait-outlasts-block` say."""
    severity: Severity
    name: str
    """The file, as messages call it."""
    span: Span
    message: str
    """One sentence in lower case: the fact, a semicolon, what to do."""
    excerpt: str = ""
    """The text of the span's first line, without its line end; empty when the file cannot be shown."""
