"""Runs rules over a lab and yields findings. A rule that crashes is a finding about the rule, no more.

What is printed, and in which order, is left to others.
"""

import traceback
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from labrunner.check.finding import Finding, Found
from labrunner.check.lab import Lab
from labrunner.check.own import CRASHED, OWN, UNREASONED, UNUSED
from labrunner.check.rule import Rule
from labrunner.check.selection import Selection
from labrunner.check.suppressions import Suppression, in_file, in_page
from labrunner.document.model import Span


def findings(lab: Lab, rules: Sequence[Rule], selection: Selection | None = None) -> Iterator[Finding]:
    """Yield what the rules have to say about a lab, rule by rule, without what its comments ignore.

    Args:
        lab: What to look at.
        rules: All rules that there are.
        selection: Which of them run, and where; all and everywhere by default.
    """
    selection = selection or Selection()
    running = selection.rules(rules)
    reported = {rule.code: rule for rule in selection.rules(OWN)}
    texts = _Texts(lab)
    silenced = _Silenced(lab, texts)
    for rule in running:
        for origin, found in _guarded(rule, lab):
            if origin is rule and (not selection.wants(rule, found.name) or silenced.take(rule, found)):
                continue
            if origin is rule or origin.code in reported:
                yield _finding(origin, found, texts)
    for rule, found in silenced.complaints({rule.code for rule in running}, {rule.code for rule in rules}):
        if rule.code in reported and selection.wants(rule, found.name):
            yield _finding(rule, found, texts)


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """Return findings by file and place, each once."""
    return sorted(
        dict.fromkeys(found),
        key=lambda one: (one.name, one.span.line, one.span.column, one.code, one.message),
    )


def _finding(rule: Rule, found: Found, texts: "_Texts") -> Finding:
    lines = texts.lines(found.name)
    excerpt = lines[found.span.line - 1] if 0 < found.span.line <= len(lines) else ""
    return Finding(rule.code, rule.name, rule.severity, found.name, found.span, found.message, excerpt)


def _guarded(rule: Rule, lab: Lab) -> Iterator[tuple[Rule, Found]]:
    try:
        for found in rule.findings(lab):
            yield rule, found
    except Exception as error:  # whatever it is, the other rules are worth running
        frame = traceback.extract_tb(error.__traceback__)[-1]
        message = (
            f"rule {rule.code} ({rule.name}) stopped: {type(error).__name__} in "
            f"{Path(frame.filename).name}:{frame.lineno}; this is a mistake in labrunner: "
            f"go on with --ignore {rule.code} and report it"
        )
        name = lab.checked[0].name if lab.checked else lab.shown(lab.workspace)
        yield CRASHED, Found(name, Span(1, 1, 1, 1), message)


class _Texts:
    """The lines of pages, and of whatever other file a finding is in."""

    def __init__(self, lab: Lab) -> None:
        self._known: dict[str, Sequence[str]] = {page.name: page.lines for page in lab.pages}
        self._lab = lab

    def lines(self, name: str) -> Sequence[str]:
        """Return a file's lines; none when it cannot be read."""
        if name not in self._known:
            text = self._lab.files.text(self._lab.base / name)
            self._known[name] = text.split("\n") if text is not None else ()
        return self._known[name]


class _Silenced:
    """The comments that ask for silence, and which of them were needed."""

    def __init__(self, lab: Lab, texts: _Texts) -> None:
        self._texts = texts
        self._asked = {page.name: tuple(in_page(page)) for page in lab.checked}
        self._used: set[Suppression] = set()

    def take(self, rule: Rule, found: Found) -> bool:
        """Whether a comment wants nothing said of this finding."""
        if found.name not in self._asked:
            self._asked[found.name] = tuple(in_file(found.name, self._texts.lines(found.name)))
        needed = [
            one
            for one in self._asked[found.name]
            if one.code == rule.code and one.first <= found.span.line <= one.last
        ]
        self._used.update(needed)
        return bool(needed)

    def complaints(self, run: set[str], known: set[str]) -> Iterator[tuple[Rule, Found]]:
        """Yield what is wrong with the comments."""
        for one in (one for asked in self._asked.values() for one in asked):
            if not one.code:
                message = "this comment names no rule to ignore; write a code behind it, such as LAB301"
                yield UNUSED, Found(one.name, one.span, message)
            elif one.code not in known:
                message = f"no rule has the code {one.code}; take it out of the comment, or correct it"
                yield UNUSED, Found(one.name, one.span, message)
            elif one.code in run and one not in self._used:
                message = f"there is no {one.code} here to ignore; take it out of the comment"
                yield UNUSED, Found(one.name, one.span, message)
            elif not one.reason:
                message = f"{one.code} is ignored without a reason; say why behind the code"
                yield UNREASONED, Found(one.name, one.span, message)
