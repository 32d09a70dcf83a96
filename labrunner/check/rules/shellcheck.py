"""LAB414: what shellcheck calls an error."""

from collections.abc import Iterator
from pathlib import Path

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import PageCommand
from labrunner.check.rule import Example, LabRule
from labrunner.document.model import Span
from labrunner.plan.build import SUITE_HOOK

EXPLANATION = """
[shellcheck](https://www.shellcheck.net) knows more of bash's traps than we do. Where it is installed, it is
shown the commands that are more than plain words, and the hooks' scripts; what it calls an error is
reported with its own code. Its warnings and notes are not: commands for people have no need of quotes
everywhere.

Install it with `pip install 'labrunner[check]'`. It takes some 20 ms a script and is no part of the time
that `labrunner check` promises; `--ignore LAB414` leaves it out.

**Instead**, look the code up: `https://www.shellcheck.net/wiki/SC2068`.
"""

IGNORED = frozenset(("SC2148", "SC1089", "SC2034", "SC2154", "SC1091", "SC2242", "SC2168"))
"""No shebang; unreadable text, which LAB107 reports; what holds for scripts and not for a terminal."""


def check(lab: Lab) -> Iterator[Found]:
    """Yield shellcheck's errors."""
    commands = [(page, one) for page in lab.checked for one in page.commands if _is_worth_it(one)]
    hooks = [(lab.shown(path), text) for path, text in _hooks(lab)]
    scripts = (*(one.command.text for _, one in commands), *(text for _, text in hooks))
    verdicts = lab.tools.shellcheck(tuple(f"{script}\n" for script in scripts)) if scripts else ()
    if verdicts is None:
        return
    for (page, command), remarks in zip(commands, verdicts, strict=False):
        for remark in remarks:
            if remark.code not in IGNORED:
                yield page.found(
                    _span(command, remark.line, remark.column), _message(remark.message, remark.code)
                )
    for (name, text), remarks in zip(hooks, verdicts[len(commands) :], strict=True):
        for remark in remarks:
            if remark.code not in IGNORED:
                end = max(len(text.split("\n")[remark.line - 1]), remark.column) + 1
                span = Span(remark.line, remark.column, remark.line, end)
                yield Found(name, span, _message(remark.message, remark.code))


def _is_worth_it(command: PageCommand) -> bool:
    """Whether there is anything in it that could be wrong: more than words."""
    return (
        command.command.complete and command.runs and any(mark in command.command.text for mark in "$`[(;\n*")
    )


def _hooks(lab: Lab) -> Iterator[tuple[Path, str]]:
    for folder, pages in lab.folders:
        used = {block.settings.hook for page in pages for block in page.document.blocks} | {SUITE_HOOK}
        for name in sorted(name for name in used if name):
            path = folder / "tests" / f"hook-{name}.sh"
            if (text := lab.files.text(path)) is not None:
                yield path, text


def _span(command: PageCommand, line: int, column: int) -> Span:
    shown = command.source.lines[min(line, len(command.source.lines)) - 1]
    start = min(shown.column + column - 1, shown.column + len(shown.text))
    return Span(shown.number, start, shown.number, max(shown.column + len(shown.text.rstrip()), start + 1))


def _message(text: str, code: str) -> str:
    text = text.strip().rstrip(".").replace(". ", "; ")
    text = text if text[:2].isupper() else text[:1].lower() + text[1:]
    return f"shellcheck {code} says: {text}; see shellcheck.net/wiki/{code}"


RULE = LabRule(
    code="LAB414",
    name="shellcheck",
    severity="error",
    summary="shellcheck calls this an error",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example("""
            ```bash
            $ export NAME=$(kubectl get pods -o name) && echo $NAME
            $ cd $FOLDER
            $ for pod in $(kubectl get pods -o name); do kubectl describe $pod; done
            ```
        """),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ names=(a b); echo $names[@] && [ "$NAME" = a && true ]
            ```
            """,
            finds=('2:21 $names[@] && [ "$NAME" = a && true ]', "2:48 && true ]"),
        ),
    ),
)
