"""LAB107: a command that bash would not run: unfinished, or not bash at all."""

import re
from collections.abc import Iterator

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page, PageCommand
from labrunner.check.rule import Example, PageRule
from labrunner.check.tools import Remark
from labrunner.document.model import Span

EXPLANATION = """
A quote, a here-document, a loop or a `$(` that is never closed takes the rest of the block with it, output
and all. A template such as `kubectl logs <pod-name>` is a redirection to bash: whoever pastes it gets a
syntax error.

A command is reported when the grammar cannot read it and `bash -n` refuses it, too. Blocks with
`test=false` are looked at for what is never closed, not for templates.

**Instead**, close what is open. For a template, put the value in a variable that the page sets.
"""

_TEMPLATE = re.compile(r"<[a-zA-Z][\w .-]*>")
_ENDLESS = re.compile(r"unexpected (?:EOF|end of file)|here-document at line \d+ delimited by end")


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield the commands that bash refuses, or understands otherwise than readers do."""
    for command in page.commands:
        if command.command.complete:
            if command.runs and "<" in command.command.text:
                yield from _templates(page, command)
        elif remark := lab.tools.bash_refuses(command.command.text):
            yield from _refused(page, command, remark)


def _templates(page: Page, command: PageCommand) -> Iterator[Found]:
    """Yield `<name>` where bash reads from `name` and writes to whatever follows."""
    for call in command.calls:
        for redirect in call.redirects:
            span = redirect.target.span
            line = page.lines[span.end_line - 1]
            if redirect.operator == "<" and redirect.target.literal and _is_template(line, span):
                place = Span(span.line, span.column - 1, span.line, span.end_column + 1)
                yield page.found(place, _template(f"<{redirect.target.text}>"))


def _is_template(line: str, span: Span) -> bool:
    """Whether the target stands between `<` and `>` without blanks."""
    return line[span.column - 2 : span.column - 1] == "<" and line[span.end_column - 1 :][:1] == ">"


def _refused(page: Page, command: PageCommand, remark: Remark) -> Iterator[Found]:
    endless = _ENDLESS.search(remark.message) is not None
    at = min(remark.line, len(command.command.lines))
    template = _TEMPLATE.search(command.source.lines[at - 1].text)
    if endless:
        message = f"this command is never finished ({remark.message}); close what is open"
        yield page.found(_span(command, 1, 0, None), message)
    elif command.runs and template:
        yield page.found(_span(command, at, *template.span()), _template(template[0]))
    elif command.runs:
        yield page.found(_span(command, at, 0, None), f"bash cannot run this: {remark.message}; mend it")


def _template(text: str) -> str:
    return (
        f"bash takes {text} for redirections, not for a value to fill in; use a variable that the page sets"
    )


def _span(command: PageCommand, line: int, start: int, end: int | None) -> Span:
    shown = command.source.lines[line - 1]
    end = len(shown.text.rstrip()) if end is None else end
    return Span(shown.number, shown.column + start, shown.number, shown.column + max(end, start + 1))


RULE = PageRule(
    code="LAB107",
    name="broken-command",
    severity="error",
    summary="a command is unfinished or not bash",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example("""
            ```bash
            $ for name in a b; do
                echo "$name"
              done
            $ cat <<-EOF > file
            \tit's
            \tEOF
            $ cat <file >copy < other > copy <(ls)
            $ [[ a =~ ^(a|b)$ ]] && echo $((1 << 2)) ${X:-'}'}
            $ diff <(kubectl get pods) <(kubectl get pods -A) || true
            ```

            ```bash test=false
            $ kubectl logs <pod-name>
            ```
        """),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ kubectl logs <pod-name>
            $ kubectl logs <pod-name> -c web
            ```
            """,
            finds=("2:16 <pod-name>", "3:16 <pod-name>"),
        ),
        Example(
            """
            ```bash
            $ echo "never closed
            some output
            ```

            ```bash
            $ if true; then echo yes; done
            $ for name in a b; do
            ```
            """,
            finds=('2:3 echo "never closed', "7:3 if true; then echo yes; done", "8:3 for name in a b; do"),
        ),
    ),
)
