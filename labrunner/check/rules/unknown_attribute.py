"""LAB101: an attribute of a bash fence that labrunner does not know or cannot read."""

from collections.abc import Iterator

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule

EXPLANATION = """
What stands behind `bash` in a fence decides how the block is run: `timeout=`, `test=`, `wait=`, `hook=`,
`hookTimeout=`, `expectError=`, `raw=`. An attribute with another name, a value that cannot be read, or one
that is given twice is left out, and the block runs otherwise than its author meant: `timeOut=600` leaves it
120 seconds, `test=no` runs it.

**Instead**, write a name and a value that exist: seconds or `90s`, `5m`, `1h`; `true` or `false`.

What stands in braces, and attributes of other fences, belong to the site's generator and are not looked at.
"""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield what the page's reader made of the attributes."""
    for problem in page.document.problems:
        if problem.kind == "attribute":
            yield page.found(problem.span, problem.message)


RULE = PageRule(
    code="LAB101",
    name="unknown-attribute",
    severity="error",
    summary="a fence's attribute is unknown or malformed, and ignored",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example("""
            ```bash timeout=5m wait=30 hook=scale hookTimeout="1h" expectError=true raw=false
            $ kubectl get pods
            ```

            ```yaml title=anything {1,3}
            kind: Pod
            ```
        """),
    ),
    rejects=(
        Example(
            """
            ```bash timeOut=600
            $ kubectl get pods
            ```
            """,
            finds=("1:9 timeOut=600",),
        ),
        Example(
            """
            > ```bash timeout=abc test=no {3} wait=5 wait=6
            > $ kubectl get pods
            > ```
            """,
            finds=("1:11 timeout=abc", "1:23 test=no", "1:42 wait=6"),
        ),
    ),
)
