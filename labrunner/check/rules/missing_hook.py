"""LAB205: a block names a hook whose script is not there."""

import difflib
from collections.abc import Iterator

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule

EXPLANATION = """
`hook=NAME` calls `tests/hook-NAME.sh` beside the page before and after the block. When the script is not
there, `labrunner run` refuses the page.

**Instead**, write the script, correct the name, or take the attribute away.
"""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield the attributes that name no script."""
    for block in page.document.blocks:
        name = block.settings.hook
        if name is None or not block.settings.test or lab.files.is_file(lab.hook(page, name)):
            continue
        span = next(one.span for one in block.attributes if one.name == "hook")
        yield page.found(
            span, f"there is no tests/hook-{name}.sh beside the page; {_advice(page, name, lab)}"
        )


def _advice(page: Page, name: str, lab: Lab) -> str:
    scripts = lab.files.names(page.folder / "tests")
    near = difflib.get_close_matches(f"hook-{name}.sh", scripts, n=1, cutoff=0.7)
    if near:
        return f"did you mean {near[0].removeprefix('hook-').removesuffix('.sh')!r}?"
    return "write it, or take the attribute away"


RULE = PageRule(
    code="LAB205",
    name="missing-hook",
    severity="error",
    summary="a block names a hook whose script is not there",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash hook=ready timeout=30
            $ kubectl get pods
            ```

            ```bash test=false hook=none
            $ kubectl get pods
            ```
            """,
            files={"content/tests/hook-ready.sh": "exit 0\n"},
        ),
    ),
    rejects=(
        Example(
            """
            ```bash timeout=30 hook=redy
            $ kubectl get pods
            ```
            """,
            finds=("1:20 hook=redy",),
            files={"content/tests/hook-ready.sh": "exit 0\n"},
        ),
    ),
)
