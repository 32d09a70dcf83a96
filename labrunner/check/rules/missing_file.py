"""LAB201: a `file` fence names a file that is not there."""

import difflib
from collections.abc import Iterator
from pathlib import PurePosixPath

from labrunner.check.finding import Found
from labrunner.check.lab import MODULES, Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule

EXPLANATION = """
A `file` fence shows a file of the workspace to the reader, looked for below `modules/` and then below the
workspace itself. When it is in neither, the site cannot be built, or shows nothing.

**Instead**, name the file by its path below `modules/`, in the letter case that it has.
"""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield the names for which there is no file."""
    for block in page.document.blocks:
        for line in block.files:
            if lab.named(line.text) is None:
                yield page.found(
                    line.span, f"there is no file {line.text!r} in modules/; {_advice(line.text, lab)}"
                )


def _advice(name: str, lab: Lab) -> str:
    """Say which file was probably meant: one of the same folder with nearly the same name."""
    for folder in (lab.workspace / MODULES, lab.workspace):
        parent = PurePosixPath(name).parent
        near = difflib.get_close_matches(PurePosixPath(name).name, lab.files.names(folder / parent), n=1)
        if near:
            return f"did you mean {str(parent / near[0])!r}?"
    return "write its path below modules/, or add the file"


RULE = PageRule(
    code="LAB201",
    name="missing-file",
    severity="error",
    summary="a file that the page shows is not there",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```file
            web/deployment.yaml

            manifests/modules/web/service.yaml
            ```
            """,
            files={"modules/web/deployment.yaml": "", "manifests/modules/web/service.yaml": ""},
        ),
    ),
    rejects=(
        Example(
            """
            ```file
            web/deployment.yml
              web/../../../etc/passwd
            ```
            """,
            finds=("2:1 web/deployment.yml", "3:3 web/../../../etc/passwd"),
            files={"modules/web/deployment.yaml": ""},
        ),
    ),
)
