"""The calls in a command, found in its tree; for words and nothing else, by a look at the words.

Walking a tree costs ten times what the look does, and most commands of labs are plain words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from labrunner.check.call import VALUED, Call, Redirect, Setting, Word, joined
from labrunner.check.source import HereText, Source
from labrunner.document.bash import is_plain
from labrunner.document.model import Command, Span

if TYPE_CHECKING:
    from tree_sitter import Node

_PIECES = re.compile(r"(?:\"[^\"]*\"|'[^']*'|[^\s\"'])+")
_QUOTES = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_ESCAPE = re.compile(r"\\(\n?)(.?)", re.DOTALL)
_EXPANSIONS = ("simple_expansion", "expansion", "command_substitution", "process_substitution")
_WRAPPERS = (
    "sudo",
    "time",
    "timeout",
    "env",
    "nohup",
    "watch",
    "command",
    "xargs",
    "exec",
    "builtin",
    "nice",
)
_SCOPES: dict[str, Setting] = {
    "command_substitution": "substitution",
    "process_substitution": "substitution",
    "if_statement": "condition",
    "case_statement": "condition",
    "while_statement": "loop",
    "for_statement": "loop",
    "c_style_for_statement": "loop",
    "function_definition": "function",
}


def calls_of(command: Command, source: Source | None = None) -> tuple[Call, ...]:
    """Return the calls in a command in the order in which they are written, wrapped ones included."""
    plain = is_plain(command.text)
    found = _plain(command) if plain else list(_Finder(source or Source(command)).find())
    return tuple(inner for call in found for inner in _unwrapped(call))


def _plain(command: Command) -> list[Call]:
    line = command.lines[0]
    offset = line.column + len(line.text) - len(command.text)
    words = [
        Word(
            _QUOTES.sub(lambda quoted: quoted[1] or quoted[2] or "", piece[0]),
            Span(line.number, offset + piece.start(), line.number, offset + piece.end()),
            "$" not in piece[0] or "'" in piece[0],
        )
        for piece in _PIECES.finditer(command.text)
    ]
    assigned = 0
    while assigned < len(words) and _ASSIGNMENT.match(words[assigned].text):
        assigned += 1
    if not words:
        return []
    span = joined(words[0].span, words[-1].span)
    return [Call(tuple(words[assigned:]), span, tuple(words[:assigned]))]


def _unwrapped(call: Call) -> Iterator[Call]:
    yield call
    if call.program not in _WRAPPERS:
        return
    values = VALUED.get(call.program, frozenset())
    at = 1
    while at < len(call.words) and (call.words[at].text.startswith("-") or "=" in call.words[at].text):
        at += 2 if call.words[at].text in values else 1
    if call.program == "timeout":
        at += 1
    if at < len(call.words):
        yield from _unwrapped(replace(call, words=call.words[at:], assignments=(), wrapper=call))


@dataclass(frozen=True, slots=True)
class _Around:
    """What surrounds the node that is being looked at."""

    redirects: tuple[Redirect, ...] = ()
    sources: tuple[Call, ...] = ()
    piped: bool = False
    background: bool = False
    tolerated: bool = False
    within: frozenset[Setting] = frozenset()


class _Finder:
    """Walks one command's tree."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._here_texts = list(source.here_texts)

    def find(self) -> Iterator[Call]:
        yield from self._inside(self._source.tree.root_node, _Around())

    def _inside(self, node: "Node", around: _Around) -> Iterator[Call]:
        """Yield the calls in the children of a node."""
        children = node.children
        for at, child in enumerate(children):
            after = children[at + 1].type if at + 1 < len(children) else ""
            here = around
            if after == "&":
                here = replace(here, background=True)
            elif after == "||":
                here = replace(here, tolerated=True)
            yield from self._at(child, here)

    def _at(self, node: "Node", around: _Around) -> Iterator[Call]:
        kind = node.type
        if kind in ("command", "declaration_command", "unset_command", "variable_assignment"):
            yield from self._call(node, around)
        elif kind == "pipeline":
            yield from self._pipeline(node, around)
        elif kind == "redirected_statement":
            yield from self._redirected(node, around)
        elif kind in _SCOPES:
            yield from self._scope(node, kind, around)
        elif kind == "negated_command":
            yield from self._inside(node, replace(around, tolerated=True))
        elif node.child_count:
            yield from self._inside(node, around)

    def _scope(self, node: "Node", kind: str, around: _Around) -> Iterator[Call]:
        inner = replace(around, within=around.within | {_SCOPES[kind]})
        if _SCOPES[kind] == "substitution":
            inner = replace(inner, piped=True, sources=(), background=False)
        for at, child in enumerate(node.children):
            # The condition: what stands between `if` or `while` and `then` or `do`.
            asked = kind in ("if_statement", "while_statement") and not any(
                before.type in ("then", "do_group") for before in node.children[: at + 1]
            )
            yield from self._at(child, replace(inner, tolerated=True) if asked else inner)

    def _pipeline(self, node: "Node", around: _Around) -> Iterator[Call]:
        stages = [child for child in node.children if child.is_named]
        before: tuple[Call, ...] = ()
        for stage in stages:
            last = stage is stages[-1]
            here = replace(
                around,
                sources=around.sources + before,
                piped=around.piped or not last,
                tolerated=around.tolerated or not last,
            )
            found = list(self._at(stage, here))
            yield from found
            before += tuple(found)

    def _redirected(self, node: "Node", around: _Around) -> Iterator[Call]:
        redirects, fed = list(around.redirects), list[Call]()
        for child in node.children:
            if child.type.endswith("_redirect"):
                made, calls = self._redirect(child, around)
                redirects += made
                fed += calls
        yield from fed
        here = replace(around, redirects=tuple(redirects), sources=(*around.sources, *fed))
        for child in node.children:
            if child.is_named and not child.type.endswith("_redirect"):
                yield from self._at(child, here)

    def _redirect(self, node: "Node", around: _Around) -> tuple[list[Redirect], list[Call]]:
        operator = next((c.type for c in node.children if not c.is_named), "")
        targets = [c for c in node.children if c.is_named and c.type != "file_descriptor"]
        calls = [call for target in targets for call in self._substituted(target, around)]
        return [self._redirected_to(operator, self._word(target)) for target in targets[:1]], calls

    def _redirected_to(self, operator: str, target: Word) -> Redirect:
        # A here-document stands there as `< x`, where the page's own text says `<<`.
        line, column = target.span.line, target.span.column
        row = next((at for at, one in enumerate(self._source.lines) if one.number == line), None)
        if operator != "<" or row is None or not self._here_texts or target.text != "x":
            return Redirect(operator, target)
        shown = self._source.lines[row]
        behind = shown.text[column - shown.column - 2 :]
        if not behind.startswith("<<"):
            return Redirect(operator, target)
        here = self._here_texts.pop(0)
        return Redirect("<<", Word(here.document.delimiter, target.span), here.text, _span_of(here))

    def _call(self, node: "Node", around: _Around) -> Iterator[Call]:
        words: list[Word] = []
        assignments: list[Word] = []
        redirects = list(around.redirects)
        fed: list[Call] = []
        for child in [node] if node.type == "variable_assignment" else node.children:
            if child.type.endswith("_redirect"):
                made, calls = self._redirect(child, around)
                redirects += made
                fed += calls
                continue
            fed += self._substituted(child, around)
            keep = assignments if child.type == "variable_assignment" and not words else words
            keep.append(self._word(child))
        yield from fed
        sources = around.sources + tuple(call for call in fed if self._is_read(call, redirects))
        yield Call(
            tuple(words),
            self._source.span(node),
            tuple(assignments),
            tuple(redirects),
            sources,
            around.piped,
            around.background,
            around.tolerated,
            around.within,
        )

    def _is_read(self, call: Call, redirects: Sequence[Redirect]) -> bool:
        """Whether a call stands in a `<(…)` rather than in a `$(…)`."""
        return any(_holds(redirect.target.span, call.span) for redirect in redirects)

    def _substituted(self, node: "Node", around: _Around) -> list[Call]:
        """Return the calls in the substitutions of a word."""
        if node.type in _SCOPES:
            return list(self._at(node, around))
        return [call for child in node.named_children for call in self._substituted(child, around)]

    def _word(self, node: "Node") -> Word:
        return Word(self._text(node), self._source.span(node), not _expands(node))

    def _text(self, node: "Node") -> str:
        written = self._source.written(node)
        match node.type:
            case "raw_string":
                return written[1:-1]
            case "string":
                return written[1:-1].replace('\\"', '"')
            case "word":
                return _ESCAPE.sub(r"\2", written) if "\\" in written else written
            case "concatenation" | "command_name":
                return "".join(map(self._text, node.named_children)) if node.named_children else written
        return written


def _expands(node: "Node") -> bool:
    return node.type in _EXPANSIONS or any(_expands(child) for child in node.named_children)


def _holds(outer: Span, inner: Span) -> bool:
    start, end = (outer.line, outer.column), (outer.end_line, outer.end_column)
    return start <= (inner.line, inner.column) and (inner.end_line, inner.end_column) <= end


def _span_of(here: HereText) -> Span | None:
    if not here.lines:
        return None
    first, last = here.lines[0], here.lines[-1]
    return Span(first.number, first.column, last.number, last.column + len(last.text))
