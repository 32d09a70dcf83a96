"""LAB104: a fence or a comment that is never closed, or closed too late."""

from collections.abc import Iterator

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule

EXPLANATION = """
A fence that is not closed takes all that follows, other fences and prose alike, for its content; a comment
that is not closed hides it. The page that readers see then lacks a part, and so does the lab that is run. A
fence is closed by a line with at least as many of the same marks and nothing else, indented no deeper than
what it stands in.

**Instead**, close it. Where a page shows fences inside a fence, the outer one needs more marks: four
backticks.
"""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield what the page's reader noticed."""
    for problem in page.document.problems:
        if problem.kind in ("fence", "comment"):
            yield page.found(problem.span, problem.message)


RULE = PageRule(
    code="LAB104",
    name="unclosed",
    severity="error",
    summary="a fence or comment is not closed, or closed too late",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example("""
            ````bash
            $ cat <<'EOF'
            ```
            EOF
            ````

            <!-- a comment
            over two lines -->
        """),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ kubectl get pods
            """,
            finds=("1:1 ```",),
        ),
        Example(
            """
            ```bash
            $ kubectl get pods

            Words.

            ```bash
            $ kubectl get nodes
            ```

            <!-- hides the rest
            """,
            finds=("6:1 ```bash", "10:1 <!-- hides the rest"),
        ),
    ),
)
