"""LAB105: text in a bash block that is neither a command nor its output."""

from collections.abc import Iterator

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule

EXPLANATION = """
What stands above the first `$ ` of a block, and below a `$ ` without a command, is neither run nor compared
with anything: a command whose prompt was forgotten, most of the time. A prompt that is indented is no
prompt.

Lines that begin with `#` above the first prompt are comments and never reported.

**Instead**, begin the command with `$ ` at the beginning of its line.
"""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield what the page's reader noticed."""
    for problem in page.document.problems:
        if problem.kind == "text":
            yield page.found(problem.span, problem.message)


RULE = PageRule(
    code="LAB105",
    name="stray-text",
    severity="error",
    summary="text in a bash block is neither command nor output",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example("""
            ```bash
            # A comment

            $ kubectl get pods
            NAME    READY

            web     1/1
            ```
        """),
    ),
    rejects=(
        Example(
            """
            ```bash
            export NAME=web
            $ kubectl get pod $NAME
            ```
            """,
            finds=("2:1 export NAME=web",),
        ),
        Example("```bash\n  $ kubectl get pods\n```", finds=("2:1   $ kubectl get pods",)),
    ),
)
