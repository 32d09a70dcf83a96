"""markdown-it, set up for the pages that workshops write.

Those pages are MDX more often than CommonMark: fences stand indented in tabs, under `<summary>`, in
admonitions. So indentation never makes a code block here and a tag never starts an HTML block; both would
swallow fences that readers see. What a comment holds, on the other hand, no reader sees: it is skipped.
Only the block structure is read; inline markup is parsed for the few texts that need it.
"""

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

_COMMENTS = {"<!--": "-->", "{/*": "*/}"}
_MARKUP = re.compile(r"[\\`*_\[\]<>&!]")
_HEADING_ID = re.compile(r"\s*\{#[^{}]*\}\s*$")


def tokens_of(text: str) -> list[Token]:
    """Return the block tokens of `text`, whose lines end in `\\n` alone."""
    return _parser().parse(text)


def plain(markup: str) -> str:
    """Return what a reader sees of a heading's text: no emphasis, links, code marks or `{#id}`."""
    markup = _HEADING_ID.sub("", markup)
    if not _MARKUP.search(markup):
        return markup
    found = _inline_parser().parseInline(markup)
    return "".join(_words(child) for token in found for child in token.children or ()).strip()


def _words(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return token.content if token.type in ("text", "code_inline", "text_special", "image") else ""


@cache
def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark")
    md.use(front_matter_plugin)
    md.core.ruler.enableOnly(["block"])
    md.disable(["html_block", "code", "reference", "lheading"])
    md.block.ruler.at("paragraph", _text, {"alt": []})
    md.block.ruler.before("fence", "comment", _comment, {"alt": ["paragraph", "blockquote", "list"]})
    return md


@cache
def _inline_parser() -> MarkdownIt:
    return MarkdownIt("commonmark")


def _text(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a paragraph or an underlined heading.

    markdown-it's own two rules take every line indented by four for a continuation, even with code blocks
    off, and so lose the fence that stands indented right under a tag or a sentence.
    """
    outer, state.parentType = state.parentType, "paragraph"
    interrupts = state.md.block.ruler.getRules("paragraph")
    line, level = start + 1, 0
    while line < state.lineMax and not state.isEmpty(line):
        level = _underline(state, line)
        # Less than zero marks a block quote's lazy line, which that rule has looked at already.
        if level or (state.sCount[line] >= 0 and any(rule(state, line, end, True) for rule in interrupts)):
            break
        line += 1
    content = state.getLines(start, line, state.blkIndent, False).strip()
    state.line = line + bool(level)
    kind, tag = ("heading", f"h{level}") if level else ("paragraph", "p")
    state.push(f"{kind}_open", tag, 1).map = [start, state.line]
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = content, [start, line], []
    state.push(f"{kind}_close", tag, -1)
    state.parentType = outer
    return True


def _underline(state: StateBlock, line: int) -> int:
    """Return the level of the heading that this line underlines, or 0."""
    if state.sCount[line] < state.blkIndent or state.sCount[line] - state.blkIndent > 3:
        return 0
    text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip(" \t")
    if not text or text.strip(text[0]) or text[0] not in "=-":
        return 0
    return 1 if text[0] == "=" else 2


def _comment(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Skip a comment that begins a line, Markdown's or MDX's, with all that stands in it."""
    text = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    opening = next((mark for mark in _COMMENTS if text.startswith(mark)), None)
    if opening is None:
        return False
    if silent:
        return True
    closing, line = _COMMENTS[opening], start
    text = text[len(opening) :]
    while not (closed := closing in text) and line + 1 < end and not _leaves(state, line + 1):
        line += 1
        text = state.src[state.bMarks[line] : state.eMarks[line]]
    state.line = line + 1
    token = state.push("comment", "", 0)
    token.map, token.meta = [start, state.line], {"closed": closed}
    return True


def _leaves(state: StateBlock, line: int) -> bool:
    """Whether this line is outside the list item or quote that is being read."""
    return not state.isEmpty(line) and state.sCount[line] < state.blkIndent
