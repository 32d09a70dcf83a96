"""LAB701: a Python file that the Python of the lab's image cannot read."""

import ast
import re
import sys
import warnings
from collections.abc import Iterator

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.rule import Example, LabRule
from labrunner.check.scripts import oldest_python, python_files
from labrunner.document.model import Span

EXPLANATION = """
A script that is copied into a container runs with that container's Python, which is often older than the one
it was written with: `match` needs 3.10, parentheses around several context managers 3.9.

Looked at are Python files that a page shows or hands to a command. The version is taken from the tags of the
lab's images, in `lab.toml` and in its manifests (`…-py38-…`, `python:3.9`); without such a tag, only what no
Python takes is reported.

**Instead**, write it as the oldest of the images wants it, or take a newer image.
"""

_NEWER = re.compile(
    r"\s*(?:type\s+\w+|(?:async\s+)?def\s+\w+\[|class\s+\w+\[)|.*\b[fFtT][rR]?[\"']|.*\bexcept\b"
)
"""Lines that a later Python than the one we run on may well take."""


def check(lab: Lab) -> Iterator[Found]:
    """Yield where scripts stop being Python."""
    for page, path in python_files(lab):
        text = lab.files.text(path)
        if text is None:
            continue
        image = oldest_python(page, lab)
        error = _error(text, image[0] if image else None)
        if error is not None:
            where = f"Python 3.{image[0]} of image {_short(image[1])}" if image else "Python"
            fact = f"this is nothing that {where} can read: {_lower(error.msg)}"
            yield Found(lab.shown(path), _place(error, text), f"{fact}; write it another way")


def _place(error: SyntaxError, text: str) -> Span:
    if "only supported" in error.msg and (node := _newest(text)):
        # The parser notices at the statement's end only.
        line, column, end = node.lineno, node.col_offset + 1, 0
    else:
        line, column, end = error.lineno or 1, error.offset or 1, error.end_offset or 0
    width = len(text.split("\n")[line - 1]) if line <= text.count("\n") + 1 else 0
    column = max(1, min(column, width))
    same = end > column and error.end_lineno == line
    return Span(line, column, line, end if same else width + 1)


def _newest(text: str) -> ast.stmt | None:
    """Return the first statement of a kind that Python 3.8 does not have, if this Python knows it."""
    try:
        nodes = list(ast.walk(_parse(text, None)))
    except SyntaxError:
        return None  # there is a second mistake, further down
    found = [node for node in nodes if isinstance(node, ast.Match | ast.TryStar)]
    return min(found, key=lambda node: node.lineno, default=None)


def _error(text: str, minor: int | None) -> SyntaxError | None:
    version = (3, min(minor, sys.version_info[1])) if minor and minor >= 7 else None
    try:
        _parse(text, version)
    except SyntaxError as error:
        return None if _may_be_newer(error, text, minor) else error
    except (ValueError, RecursionError, MemoryError):
        return None  # NUL characters and towers of brackets: not what people write
    return None


def _parse(text: str, version: tuple[int, int] | None) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an odd escape in a string is the script's own affair
        return ast.parse(text, feature_version=version)


def _may_be_newer(error: SyntaxError, text: str, minor: int | None) -> bool:
    if minor is not None and minor <= sys.version_info[1]:
        return False
    lines = text.split("\n")
    line = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
    return "f-string" in error.msg or _NEWER.match(line) is not None


def _short(image: str) -> str:
    return image.rpartition("/")[2]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


_MATCH = """\
import sys

match sys.argv:
    case [_]:
        print("no arguments")
"""

RULE = LabRule(
    code="LAB701",
    name="python-syntax",
    severity="error",
    summary="a script that the Python of the lab's image cannot read",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```file
            web/match.py
            web/new.py
            web/README.md
            ```
            """,
            files={
                "modules/web/match.py": _MATCH,
                "modules/web/new.py": 'type Name = str\nprint(f"{"a"}")\n',
                "modules/web/README.md": "def (\n",
                "modules/web/unused.py": "def (\n",
                "modules/page/lab.toml": '[variables]\nNAME = "py38"\n',
            },
        ),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ kubectl cp /workspace/modules/web/match.py web:/
            ```
            """,
            finds=("modules/web/match.py:3:1 match sys.argv:",),
            files={
                "modules/web/match.py": _MATCH,
                "modules/page/lab.toml": '[variables]\nIMAGE = "example.com/torch:1.12-py38-cpu"\n',
            },
        ),
        Example(
            """
            ```file
            web/open.py
            ```

            ```bash
            $ kubectl apply -f /workspace/modules/web.yaml
            ```
            """,
            finds=("modules/web/open.py:1:6 (",),
            files={
                "modules/web/open.py": "print(\n",
                "modules/web.yaml": "kind: Pod\nspec:\n  containers: [{image: 'python:3.9-slim'}]\n",
            },
        ),
    ),
)
