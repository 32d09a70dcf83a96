"""Page text to `Document`: walks the page's tokens once and puts the pieces together."""

from collections.abc import Sequence
from pathlib import PurePath

from markdown_it.token import Token

from labrunner.document.fences import block_of
from labrunner.document.front_matter import FrontMatter, read_front_matter
from labrunner.document.markdown import plain, tokens_of
from labrunner.document.model import Block, Document, Heading, Problem, Span
from labrunner.document.tabs import Tabs


def parse(text: str, name: str) -> Document:
    """Read a page. Any text can be read; what makes no sense in it becomes a `Problem`.

    Args:
        text: The page. Line ends may be of any kind; a byte order mark is dropped.
        name: What to call the page in messages: its path as the user gave it.
    """
    text = _normalised(text)
    walk = _Walk(text.split("\n"))
    for token in tokens_of(text) if text else ():
        walk.take(token)
    return Document(
        name=name,
        text=text,
        front_matter=walk.front.values,
        title=walk.front.title or (walk.headings[0].text if walk.headings else PurePath(name).stem),
        weight=walk.front.weight,
        headings=tuple(walk.headings),
        blocks=tuple(walk.blocks),
        problems=(*walk.front.problems, *walk.problems),
        body=walk.body,
        comments=tuple(walk.comments),
    )


def _normalised(text: str) -> str:
    # CommonMark puts U+FFFD for NUL, which neither bash nor a terminal could take.
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\0", "\ufffd")


class _Walk:
    """What has been met so far on the way down a page."""

    def __init__(self, source: Sequence[str]) -> None:
        self.front = FrontMatter()
        self.headings: list[Heading] = []
        self.blocks: list[Block] = []
        self.problems: list[Problem] = []
        self.comments: list[Span] = []
        self.body = 1
        self._source = source
        self._open: list[Heading] = []
        self._tabs = Tabs()
        self._level = 0

    def take(self, token: Token) -> None:
        """Take the next token of the page."""
        match token.type:
            case "fence":
                self._fence(token)
            case "heading_open":
                self._level = int(token.tag[1:])
            case "inline" if self._level:
                self._heading(token)
            case "inline":
                self._tabs.pass_text(token.content)
            case "front_matter":
                self.front = read_front_matter(token.content, 2)
                self.body = (token.map or [0, 0])[1] + 1
            case "comment":
                self._comment(token)

    def _fence(self, token: Token) -> None:
        under = tuple(heading.text for heading in self._open)
        block, problems = block_of(token, self._source, under, self._tabs.current)
        self.blocks.append(block)
        self.problems.extend(problems)

    def _heading(self, token: Token) -> None:
        start, end = token.map or (0, 1)
        span = Span(start + 1, 1, end, len(self._source[end - 1]) + 1)
        heading = Heading(self._level, plain(token.content), span)
        self._level = 0
        self.headings.append(heading)
        self._open = [*(outer for outer in self._open if outer.level < heading.level), heading]

    def _comment(self, token: Token) -> None:
        start, end = token.map or (0, 1)
        if token.meta["closed"]:
            self.comments.append(Span(start + 1, 1, end, len(self._source[end - 1]) + 1))
            return
        message = "comment is never closed and hides all that follows; close it"
        span = Span(start + 1, 1, start + 1, len(self._source[start]) + 1)
        self.problems.append(Problem(message, span, "comment"))
