"""What a rule is. Its tests, `--explain` and its page in the manual are all made from this one value."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from labrunner.check.finding import Found, Severity
from labrunner.check.lab import Lab
from labrunner.check.page import Page


@dataclass(frozen=True, slots=True)
class Example:
    """A small lab that a rule has nothing, or something, to say about."""

    page: str
    """The page `content/page.md`; indentation common to all its lines is taken away."""
    finds: tuple[str, ...] = ()
    """For each finding, in order, `LINE:COLUMN TEXT`, where TEXT is what the span covers on that line.
    For a finding in another file `FILE:LINE:COLUMN TEXT`, relative to the workspace."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Further files by their path in the workspace: `modules/…`, `content/tests/hook-NAME.sh`,
    `content/other.md` (a page of the same lab), `modules/page/lab.toml` (its declaration)."""


class Rule(Protocol):
    """One thing to look for."""

    @property
    def code(self) -> str:
        """`LAB` and three digits; the first one is the family."""

    @property
    def name(self) -> str:
        """A few words with hyphens, as people will say it."""

    @property
    def severity(self) -> Severity: ...

    @property
    def summary(self) -> str:
        """What the finding means, in a few words of lower case."""

    @property
    def explanation(self) -> str:
        """Markdown: what is looked for, why it is bad, what to write instead, what is never reported."""

    @property
    def accepts(self) -> tuple[Example, ...]:
        """Pages about which it has nothing to say, the near misses above all."""

    @property
    def rejects(self) -> tuple[Example, ...]:
        """Pages about which it has; the first one is shown in the manual."""

    def findings(self, lab: Lab) -> Iterator[Found]:
        """Look at the pages of `lab` that are to be checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRule:
    """A rule that looks at one page at a time; it may ask the lab for what surrounds the page."""

    code: str
    name: str
    severity: Severity
    summary: str
    explanation: str
    accepts: tuple[Example, ...]
    rejects: tuple[Example, ...]
    check: Callable[[Page, Lab], Iterable[Found]]

    def findings(self, lab: Lab) -> Iterator[Found]:
        """Look at each page that is to be checked."""
        for page in lab.checked:
            yield from self.check(page, lab)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabRule:
    """A rule that has to see all pages at once."""

    code: str
    name: str
    severity: Severity
    summary: str
    explanation: str
    accepts: tuple[Example, ...]
    rejects: tuple[Example, ...]
    check: Callable[[Lab], Iterable[Found]]

    def findings(self, lab: Lab) -> Iterator[Found]:
        """Look at the whole lab."""
        yield from self.check(lab)
