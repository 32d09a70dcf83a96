"""LAB004: a page, or a lab's declaration, that cannot be read."""

from collections.abc import Iterator

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.rule import Example, LabRule

EXPLANATION = """
A page that is empty or not UTF-8 text cannot be run, and so cannot the pages of a lab whose `lab.toml` holds
something that it may not. `labrunner run` ends with the same sentence before it has run anything.

**Instead**, do what the sentence says.
"""


def check(lab: Lab) -> Iterator[Found]:
    """Yield what reading the lab from disk ran into."""
    yield from dict.fromkeys(lab.refused)


RULE = LabRule(
    code="LAB004",
    name="unreadable",
    severity="error",
    summary="a page or a lab's declaration cannot be read",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example("A page without any block.", files={"modules/page/lab.toml": '[variables]\nA = "1"\n'}),
    ),
    rejects=(
        Example(
            "A page.",
            finds=("modules/page/lab.toml:2:1",),
            files={"modules/page/lab.toml": '[variables]\nNAME = "${OTHER}"\n'},
        ),
    ),
)
