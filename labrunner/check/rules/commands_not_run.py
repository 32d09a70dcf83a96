"""LAB102: a fence with prompts that is shown and never run, because it is not a `bash` fence."""

from collections.abc import Iterator

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule
from labrunner.document.model import Block, SourceLine, Span

EXPLANATION = """
Only `bash` fences are run. Commands in a fence of another language, or of none, look the same to a reader,
but nobody notices when they stop working: a rehearsal passes them over without a word.

Looked at are fences without a language and those of shells and terminals (`sh`, `shell`, `console`, `zsh`,
…) whose first line begins with `$ `, in pages that have a `bash` fence, too. Templates of commands,
`kubectl get pod <name>`, are not commands.

**Instead**, write `bash`; with `test=false` where the commands are only to be shown.
"""

SHELLS = frozenset(("", "sh", "shell", "console", "zsh", "terminal", "shell-session", "shellsession", "cli"))


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield the place where the language stands, or has to."""
    if not any(block.kind == "bash" for block in page.document.blocks):
        return
    for block in page.document.blocks:
        first = next((line for line in block.lines if line.text.strip()), None)
        if block.language in SHELLS and first is not None and _is_command(first):
            fact = f"{block.language!r} fences are" if block.language else "fences without a language are"
            message = f"{fact} shown and never run; write ```bash, with test=false if that is what you want"
            yield page.found(_place(block, page), message)


def _is_command(line: SourceLine) -> bool:
    return line.text.startswith("$ ") and line.text[2:3].isalpha() and "<" not in line.text


def _place(block: Block, page: Page) -> Span:
    """Return where the language stands; without one, the fence's mark."""
    opening = page.lines[block.span.line - 1]
    start = block.span.column - 1
    mark = len(opening[start:]) - len(opening[start:].lstrip("`~"))
    column = opening.lower().index(block.language, start + mark) if block.language else start
    width = len(block.language) or mark
    return Span(block.span.line, column + 1, block.span.line, column + 1 + width)


RULE = PageRule(
    code="LAB102",
    name="commands-not-run",
    severity="warning",
    summary="commands stand in a fence that is never run",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example("""
            ```bash test=false
            $ kubectl get pods
            ```

            ```
            NAME    READY
            $PATH   1/1
            ```

            ```sh
            kubectl get pods
            ```

            ```md
            $ kubectl get pods
            ```

            ```console
            $ kubectl get pod <name>
            ```
        """),
        Example("""
            No lab:

            ```
            $ pip install labrunner
            ```
        """),
    ),
    rejects=(
        Example(
            """
            ```sh
            $ kubectl get pods
            ```

            ```bash
            $ kubectl get nodes
            ```
            """,
            finds=("1:4 sh",),
        ),
        Example(
            """
            - In a list:

              ```
              $ kubectl get pods
              ```

            > ~~~~  Console title=x
            > $ kubectl get pods
            > ~~~~

            ```bash
            ```
            """,
            finds=("3:3 ```", "7:9 Console"),
        ),
    ),
)
