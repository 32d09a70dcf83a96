"""LAB103: a bash block without any prompt, all of which is run."""

from collections.abc import Iterator

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule
from labrunner.document.model import Span

EXPLANATION = """
A bash block without a `$ ` is run as it stands, all of it: what its author meant for output is run as
commands, a command that fails in the middle does not stop it, and no output can be promised.

**Instead**, begin every command with `$ `; say `raw=true` where the block really is a script, or
`test=false` where it is not to be run.
"""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield the first line of each such block."""
    for block in page.document.blocks:
        settings = block.settings
        if block.kind != "bash" or settings.raw or not settings.test or not block.commands:
            continue
        if any(line.text.lstrip().startswith("$ ") for line in block.lines):
            continue
        line = block.commands[0].lines[0]
        start = line.column + len(line.text) - len(line.text.lstrip())
        span = Span(line.number, start, line.number, line.column + len(line.text.rstrip()))
        yield page.found(
            span,
            "this block has no prompt and is run line by line; begin commands with '$ ', or say raw=true",
        )


RULE = PageRule(
    code="LAB103",
    name="no-prompt",
    severity="warning",
    summary="a bash block has no prompt and all of it is run",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example("""
            ```bash raw=true
            set -e
            kubectl get pods
            ```

            ```bash test=false
            kubectl get pods
            ```

            ```bash
            # Only a comment
            ```

            ```bash
            # First a comment
            $ kubectl get pods
            ```
        """),
    ),
    rejects=(
        Example(
            """
            ```bash
            kubectl get pods
            NAME    READY
            ```
            """,
            finds=("2:1 kubectl get pods",),
        ),
    ),
)
