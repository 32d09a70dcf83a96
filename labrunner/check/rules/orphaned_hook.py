"""LAB206: a hook's script that no block of its folder names."""

import difflib
from collections.abc import Iterator

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.rule import Example, LabRule
from labrunner.document.model import Span
from labrunner.plan.build import SUITE_HOOK

EXPLANATION = """
`tests/hook-NAME.sh` is called only for blocks with `hook=NAME` in the pages beside its folder. Without such
a block it is never called: what it checks has gone unchecked since the attribute was lost or the name
changed.

`hook-suite.sh` surrounds all pages of a folder and needs no block.

**Instead**, name it in a block, or delete it.
"""


def check(lab: Lab) -> Iterator[Found]:
    """Yield the scripts that nobody calls."""
    for folder, pages in lab.folders:
        used = {block.settings.hook for page in pages for block in page.document.blocks} | {SUITE_HOOK}
        scripts = [name for name in lab.files.names(folder / "tests") if _is_hook(name)]
        missing = [name for name in used if name and f"hook-{name}.sh" not in scripts]
        for script in scripts:
            name = script.removeprefix("hook-").removesuffix(".sh")
            if name in used:
                continue
            near = difflib.get_close_matches(name, missing, n=1)
            advice = f"correct hook={near[0]}" if near else f"write hook={name} at a block, or delete it"
            shown = lab.shown(folder / "tests" / script)
            message = f"no block of the pages beside it names this hook; {advice}"
            yield Found(shown, Span(1, 1, 1, 2), message)


def _is_hook(name: str) -> bool:
    return name.startswith("hook-") and name.endswith(".sh")


RULE = LabRule(
    code="LAB206",
    name="orphaned-hook",
    severity="warning",
    summary="a hook's script is never called",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash hook=ready
            $ kubectl get pods
            ```
            """,
            files={
                "content/tests/hook-ready.sh": "exit 0\n",
                "content/tests/hook-suite.sh": "exit 0\n",
                "content/tests/hook-other.sh": "exit 0\n",
                "content/tests/library.sh": "exit 0\n",
                "content/other.md": "```bash hook=other\n$ ls\n```\n",
            },
        ),
    ),
    rejects=(
        Example(
            """
            ```bash hook=redy
            $ kubectl get pods
            ```
            """,
            finds=("content/tests/hook-ready.sh:1:1 e", "content/tests/hook-x.sh:1:1 e"),
            files={"content/tests/hook-ready.sh": "exit 0\n", "content/tests/hook-x.sh": "exit 0\n"},
        ),
    ),
)
