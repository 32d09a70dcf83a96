"""LAB207: a hook's script that bash would not run."""

from collections.abc import Iterator
from pathlib import Path

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.rule import Example, LabRule
from labrunner.document.bash import tree_of
from labrunner.document.model import Span
from labrunner.plan.build import SUITE_HOOK

EXPLANATION = """
A hook with a syntax error fails its block before the block has run, whatever the state of the lab.

A script is reported when the grammar cannot read it and `bash -n` refuses it, too. Scripts that no block
names are left alone.

**Instead**, mend the line that `bash -n` names, or what is open above it.
"""


def check(lab: Lab) -> Iterator[Found]:
    """Yield the scripts that bash refuses."""
    for folder, pages in lab.folders:
        used = {block.settings.hook for page in pages for block in page.document.blocks} | {SUITE_HOOK}
        for name in sorted(name for name in used if name):
            yield from _script(folder / "tests" / f"hook-{name}.sh", lab)


def _script(path: Path, lab: Lab) -> Iterator[Found]:
    text = lab.files.text(path)
    if text is None or not tree_of(text.encode("utf-8", "replace")).root_node.has_error:
        return
    if remark := lab.tools.bash_refuses(text):
        lines = text.split("\n")
        number = min(max(remark.line, 1), len(lines))
        # An end that comes too early is reported behind the last line.
        while number > 1 and not lines[number - 1].strip():
            number -= 1
        line = lines[number - 1]
        start = len(line) - len(line.lstrip()) + 1
        span = Span(number, start, number, max(len(line.rstrip()) + 1, start + 1))
        yield Found(lab.shown(path), span, f"bash cannot run this hook: {remark.message}; mend it")


RULE = LabRule(
    code="LAB207",
    name="broken-hook",
    severity="error",
    summary="a hook's script has a syntax error",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash hook=ready
            $ kubectl get pods
            ```
            """,
            files={"content/tests/hook-ready.sh": 'before() {\n  :\n}\n\nafter() {\n  :\n}\n\n"$@"\n'},
        ),
    ),
    rejects=(
        Example(
            """
            ```bash hook=ready
            $ kubectl get pods
            ```
            """,
            finds=("content/tests/hook-ready.sh:2:3 fi",),
            files={"content/tests/hook-ready.sh": "if true\n  fi\necho done\n"},
        ),
    ),
)
