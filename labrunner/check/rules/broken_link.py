"""LAB208: a link to a file or heading of this site that is not there."""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page, without_code
from labrunner.check.rule import Example, PageRule
from labrunner.document.model import SourceLine, Span

EXPLANATION = """
A link or image with a relative path and a suffix, `./images/pods.png` or `../setup/index.md`, has to be
there: beside the page, or in the site's `static` folder. An anchor, `#clean-up`, has to be a heading's, of
this page or of the other one.

How addresses without a suffix, and those that begin with `/` or `@site`, are found is for the site's
generator to say; they are not looked at, and nothing is asked of the web.

**Instead**, correct the path, or the anchor: headings in lower case, blanks as `-`, other marks left out.
"""

_LINK = re.compile(r"!?\[(?:[^\]\\]|\\.)*\]\(\s*<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?[^()]*\)")
_ATTRIBUTE = re.compile(r"<(?:img|a)\b[^>]*?\b(?:src|href)=[\"']([^\"']+)[\"']")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_OWN_ID = re.compile(r"\{#([^{}\s]+)\}|\b(?:id|name)=[\"']([^\"']+)[\"']")
_DROPPED = re.compile(r"[^\w\- ]")


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield links that lead nowhere."""
    for line in page.prose:
        if "](" not in line.text and "<" not in line.text:
            continue
        text = without_code(line.text)
        for pattern in (_LINK, _ATTRIBUTE):
            for found in pattern.finditer(text):
                yield from _target(found, line, page, lab)


def _target(found: re.Match[str], line: SourceLine, page: Page, lab: Lab) -> Iterator[Found]:
    target = found[1]
    if not target or target.startswith(("/", "@", "~", "{", "//")) or _SCHEME.match(target) or "{{" in target:
        return
    column = line.column + found.start(1)
    span = Span(line.number, column, line.number, column + len(target))
    address, _, anchor = unquote(target).partition("#")
    address = address.partition("?")[0]
    if address and not Path(address).suffix[1:].isalnum():
        return
    file = _file(address, page, lab) if address else page.path
    if file is None:
        yield page.found(span, f"there is no file {address!r}; {_advice(address, page, lab)}")
    elif anchor:
        yield from _anchor(anchor, file, span, page, lab)


def _file(address: str, page: Page, lab: Lab) -> Path | None:
    candidates = [
        page.folder / address,
        # Generators that give each page a folder of its own look there.
        page.folder / page.path.stem / address,
        *(above / "static" / address for above in page.folder.parents if above.is_relative_to(lab.workspace)),
    ]
    if address.startswith("../"):
        candidates.append(page.folder / address.removeprefix("../"))
    for one in candidates:
        path = _normal(one)
        if lab.files.is_file(path):
            return path
    return None


def _normal(path: Path) -> Path:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        elif part != "..":
            parts.append(part)
    return Path(*parts)


def _advice(address: str, page: Page, lab: Lab) -> str:
    path = _normal(page.folder / address)
    near = difflib.get_close_matches(path.name, lab.files.names(path.parent), n=1, cutoff=0.75)
    return f"did you mean {near[0]!r}?" if near else "correct the path, or add the file"


def _anchor(anchor: str, file: Path, span: Span, page: Page, lab: Lab) -> Iterator[Found]:
    other = next((one for one in lab.pages if one.path == file), None)
    if other is None:
        return
    known = set(_anchors(other))
    if anchor.lower() not in {one.lower() for one in known}:
        near = difflib.get_close_matches(anchor, known, n=1)
        where = "this page" if other is page else other.path.name
        advice = f"did you mean {near[0]!r}?" if near else "name one of its headings"
        yield page.found(span, f"{where} has no heading {anchor!r}; {advice}")


def _anchors(page: Page) -> Iterator[str]:
    counts: dict[str, int] = {}
    for heading in page.document.headings:
        slug = _DROPPED.sub("", heading.text.lower()).strip().replace(" ", "-")
        seen = counts.get(slug, 0)
        counts[slug] = seen + 1
        yield f"{slug}-{seen}" if seen else slug
        yield re.sub("-+", "-", slug)
    for line in page.prose:
        for found in _OWN_ID.finditer(line.text):
            yield found[1] or found[2]


RULE = PageRule(
    code="LAB208",
    name="broken-link",
    severity="warning",
    summary="a link to a file or heading of this site leads nowhere",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ## Clean up & go: `kubectl`

            [a](https://example.com/x.md) [b](/docs/x.md) [c](../other) [d](#clean-up--go-kubectl)
            ![e](./images/pods.png "Pods") [f](other.md#it-is) [g](mailto:x@example.com) `[h](none.md)`
            <img src="images/pods.png"/> [i](#own) [j][k] [l](other.md?x=1#two)

            <!-- [m](none.md) -->

            ## Own {#own}
            """,
            files={
                "content/images/pods.png": "",
                "content/other.md": "# It is\n\n# One\n\n<a id='two'></a>\n",
            },
        ),
    ),
    rejects=(
        Example(
            """
            ## Clean up

            - See [here](./other.mdx#it), [there](#cleanup) and ![](images/pod.png).
            """,
            finds=("3:14 ./other.mdx#it", "3:39 #cleanup", "3:57 images/pod.png"),
            files={"content/images/pods.png": "", "content/other.md": "# It\n"},
        ),
        Example(
            "[other](other.md#its)",
            finds=("1:9 other.md#its",),
            files={"content/other.md": "# It is\n"},
        ),
    ),
)
