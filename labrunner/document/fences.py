"""A fence's token to a `Block` whose every line knows its place in the page."""

from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from labrunner.document.attributes import attributes_of, language_of, settings_of
from labrunner.document.commands import commands_of
from labrunner.document.model import Block, Problem, SourceLine, Span, Tab


def block_of(
    token: Token, source: Sequence[str], headings: tuple[str, ...], tabs: tuple[Tab, ...]
) -> tuple[Block, tuple[Problem, ...]]:
    """Return the fence as a block, and what is wrong with it.

    Args:
        token: markdown-it's `fence` token.
        source: The page's lines.
        headings: The headings it stands under, outermost first.
        tabs: The tabs it stands in, outermost first.
    """
    lines = content(token, source)
    closed = _closed(token, len(lines))
    span = _span(token, source)
    language = language_of(token.info)
    opening = source[span.line - 1]
    given = attributes_of(token.info, span.line, len(opening) - len(token.info) + 1)
    settings, problems = settings_of(given if language == "bash" else ())
    found, stray = commands_of(lines, raw=settings.raw) if language == "bash" else ((), ())
    files = tuple(_stripped(line) for line in lines if line.text.strip()) if language == "file" else ()
    if language in ("bash", "file"):
        problems += tuple(_closing_problems(token, span, lines, closed=closed))
    made = Block(
        language, token.info.strip(), given, settings, span, lines, headings, tabs, closed, found, files
    )
    return made, problems + stray


def content(token: Token, source: Sequence[str]) -> tuple[SourceLine, ...]:
    """Return the fence's lines without the indentation and quote marks of what surrounds it."""
    first = _lines(token)[0] + 1
    texts = token.content.split("\n")
    if not texts[-1]:
        texts.pop()
    return tuple(_placed(text, source[first + at], first + at + 1) for at, text in enumerate(texts))


def _placed(text: str, source: str, number: int) -> SourceLine:
    # A tab that reaches into the content comes back as the spaces it is short of: they are not in the page.
    if not source.endswith(text):
        text = text.lstrip(" ")
    return SourceLine(number, len(source) - len(text) + 1, text)


def _lines(token: Token) -> tuple[int, int]:
    """The fence's lines, 0-based and half open, as markdown-it counts; every block token has them."""
    assert token.map is not None
    return token.map[0], token.map[1]


def _closed(token: Token, lines: int) -> bool:
    start, end = _lines(token)
    return end - start == lines + 2


def _span(token: Token, source: Sequence[str]) -> Span:
    start, end = _lines(token)
    opening = source[start]
    column = len(opening) - len(token.info) - len(token.markup) + 1
    return Span(start + 1, column, end, len(source[end - 1].rstrip()) + 1)


def _closing_problems(
    token: Token, span: Span, lines: Sequence[SourceLine], *, closed: bool
) -> Iterator[Problem]:
    mark = token.markup
    if not closed:
        message = (
            f"fence is never closed and takes all that follows; add a line {mark!r}, indented like this one"
        )
        yield Problem(message, Span(span.line, span.column, span.line, span.column + len(mark)), "fence")
    for line in lines:
        # A fence that is closed too late swallows the opening of the next one.
        if line.text.lstrip().startswith(mark) and line.text.strip(" \t" + mark[0]):
            message = f"a fence begins inside the one of line {span.line}; close that one first"
            yield Problem(message, line.span, "fence")


def _stripped(line: SourceLine) -> SourceLine:
    text = line.text.strip()
    return SourceLine(line.number, line.column + line.text.index(text), text)
