"""Our own failures, as opposed to a lab's.

A lab that fails is an ordinary result and never raises. What is raised from here means that labrunner
could not do its work: the command line says so in one sentence and ends with exit code 2.
"""

from pathlib import Path


class LabrunnerError(Exception):
    """Something kept labrunner from doing its work.

    Attributes:
        fact: What is wrong, in lower case and without a full stop.
        path: The file concerned, if there is one.
        line: 1-based line in `path`, if it is known.
        remedy: What the reader can do about it; empty when there is nothing to say.
    """

    def __init__(
        self, fact: str, *, path: Path | str | None = None, line: int | None = None, remedy: str = ""
    ) -> None:
        super().__init__(fact)
        self.fact = fact
        self.path = path
        self.line = line
        self.remedy = remedy

    def __str__(self) -> str:
        """One sentence: where, what, and what to do."""
        where = "" if self.path is None else f"{self.path}{f':{self.line}' if self.line else ''}: "
        return f"{where}{self.fact}{f'; {self.remedy}' if self.remedy else ''}"


class UsageError(LabrunnerError):
    """What was asked for cannot be done as asked: a path that is not there, options that clash."""


class LabError(LabrunnerError):
    """A page, or a file it names, cannot be used as it is written; `path` and `line` say where."""
