"""LAB106: front matter that cannot be read, or a position that is no number."""

from collections.abc import Iterator
from dataclasses import replace

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule

EXPLANATION = """
The lines between the dashes at the head of a page are YAML. When they are not, the page has neither title nor
position: it comes last in its folder, and steps that need an earlier page still find it, or no longer do.

**Instead**, put a title with a colon in it in quotes, and write positions as numbers.
"""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield what the page's reader noticed."""
    for problem in page.document.problems:
        if problem.kind == "front matter":
            # The reader knows the line only.
            end = len(page.lines[problem.span.line - 1]) + 1
            yield page.found(replace(problem.span, end_column=end), problem.message)


RULE = PageRule(
    code="LAB106",
    name="front-matter",
    severity="error",
    summary="front matter cannot be read",
    explanation=EXPLANATION,
    check=check,
    accepts=(Example("---\ntitle: 'Labs: one'\nsidebar_position: 1.5\n---\n"),),
    rejects=(Example("---\ntitle: Labs: one\n---\n", finds=("2:1 title: Labs: one",)),),
)
