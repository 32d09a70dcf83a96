"""LAB109: two pages of a folder with the same position, or the same title."""

from collections.abc import Iterator
from dataclasses import replace

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, LabRule
from labrunner.document.model import Span

EXPLANATION = """
Pages of a folder are read in the order of their `weight` or `sidebar_position`. Two with the same one are
ordered by the names of their files, which is rarely what was meant: a page was copied and its head
forgotten. Two with the same title cannot be told apart in the sidebar.

The index page takes its place among the folders around it and is left out.

**Instead**, give each page a position and a title of its own.
"""

KEYS = ("weight", "sidebar_position")
INDEX = ("index", "_index")


def check(lab: Lab) -> Iterator[Found]:
    """Yield the later page of each pair."""
    for _, pages in lab.folders:
        positions: dict[object, Page] = {}
        titles: dict[object, Page] = {}
        for page in pages:
            if page.path.stem.lower() in INDEX:
                continue
            yield from _clash(page, page.document.weight, positions, KEYS, "position")
            title = page.document.front_matter.get("title")
            yield from _clash(page, title if isinstance(title, str) else None, titles, ("title",), "title")


def _clash(
    page: Page, value: object, seen: dict[object, Page], keys: tuple[str, ...], what: str
) -> Iterator[Found]:
    if value is None:
        return
    other = seen.setdefault(value, page)
    if other is not page and page.checked:
        message = f"{other.path.name} has the same {what}; give this page one of its own"
        yield page.found(_place(page, keys), message)


def _place(page: Page, keys: tuple[str, ...]) -> Span:
    """Return where the first of these keys stands in the front matter."""
    for number, text in enumerate(page.lines[: page.document.body - 1], start=1):
        if text.partition(":")[0].strip() in keys:
            return Span(number, 1, number, len(text.rstrip()) + 1)
    return replace(Span(1, 1, 1, 1), end_column=len(page.lines[0]) + 1)


RULE = LabRule(
    code="LAB109",
    name="same-position",
    severity="warning",
    summary="two pages of a folder have the same position or title",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            "---\ntitle: One\nsidebar_position: 1\n---\n",
            files={
                "content/other.md": "---\ntitle: Two\nsidebar_position: 2\n---\n",
                "content/index.md": "---\ntitle: One\nsidebar_position: 1\n---\n",
                "content/none.md": "Words.\n",
            },
        ),
    ),
    rejects=(
        Example(
            "---\ntitle: One\nsidebar_position: 1\n---\n",
            finds=("2:1 title: One", "3:1 sidebar_position: 1"),
            files={"content/a.md": "---\ntitle: One\nsidebar_position: 1.0\n---\n"},
        ),
    ),
)
