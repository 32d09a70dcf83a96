"""When bash would consider what was typed so far a complete command.

tree-sitter-bash decides. Two things it is too kind about are put right here: a here-document ends only at
the line that is exactly its delimiter, and a redirection's target stands on the redirection's own line.
Where a command begins and what it prints is left to `commands`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

_RESERVED = r"(?:if|for|while|until|case|select|function|coproc|time|then|else|elif|do)\b"
_WORD = r"(?:[\w./:=@,%+~-]|\$\w+|\$\{\w+\}|\"[^\"\\$`\n]*\"|'[^'\n]*')+"
_PLAIN = re.compile(rf" *(?!{_RESERVED}){_WORD}(?: +{_WORD})* *", re.ASCII)
"""Words and nothing else. Most commands are; asking tree-sitter, or only importing it, costs far more."""

_DELIMITER = re.compile(rb"(?:'[^'\n]*'|\"(?:\\.|[^\"\\\n])*\"|\\.|[^\s;&|<>()'\"\\])+")
_OPERATOR = re.compile(rb"<<-?[ \t]*$")
_QUOTING = re.compile(rb"'([^']*)'|\"((?:\\.|[^\"\\])*)\"|\\(.)")
_CLOSERS = tuple(b"\n" + line for line in (b"x", b'"', b"'", b")", b"}", b"`", b"]]", b"))"))
_CLOSERS += (b"\nx\ndone", b"\ndo x\ndone", b"\nx\nfi", b"\nthen x\nfi", b"\n;;\nesac", b"\nx) x;;\nesac")
"""Lines of which one completes text that is merely unfinished. A second nesting level is not tried."""

PARSED_BYTES = 1 << 20
"""How much one command may have parsed in all: 0.2 s. A quote left open before a huge listing would
otherwise cost a parse of everything for each of its lines; no command that people type comes near."""


@dataclass(frozen=True, slots=True)
class HereDocument:
    """A here-document whose text is still to come."""

    delimiter: str
    strips_tabs: bool
    literal: bool
    """Whether the delimiter is quoted: nothing in the text is then special."""

    def ends_at(self, line: str, before: str = "") -> bool:
        """Whether `line` closes it, with the line `before` it in the text.

        Bash joins a line behind a backslash to the one before, unless the text is literal.
        """
        if not self.literal and _continues(before.encode("utf-8", "surrogatepass")):
            return False
        return (line.lstrip("\t") if self.strips_tabs else line) == self.delimiter


def is_plain(text: str) -> bool:
    """Whether a look is enough to say that this single line is a complete command."""
    return _PLAIN.fullmatch(text) is not None


class Reader:
    """Takes a command line by line.

    Here-documents are set aside as they come, their redirections replaced, in the same columns: the
    grammar then never sees their text, which it often misreads.
    """

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._awaited: list[HereDocument] = []
        self._before = ""
        self._parsed = 0

    @property
    def awaits(self) -> HereDocument | None:
        """The here-document that the next line belongs to."""
        return self._awaited[0] if self._awaited and not self._continued else None

    @property
    def lines(self) -> Sequence[bytes]:
        """The lines added so far as the grammar sees them: without the text of here-documents."""
        return self._lines

    @property
    def exhausted(self) -> bool:
        """Whether it has cost so much already that it should be given up."""
        return self._parsed > PARSED_BYTES

    def add(self, line: str) -> None:
        """Take the next line, without its line end."""
        if document := self.awaits:
            ended = document.ends_at(line, self._before)
            self._before = "" if ended else line
            if ended:
                self._awaited.pop(0)
            return
        self._lines.append(line.encode("utf-8", "surrogatepass"))
        if "<<" in line:
            self._set_here_documents_aside()

    @property
    def complete(self) -> bool:
        """Whether bash would run what has been added."""
        return not self._awaited and self._completed_by(b"")

    @property
    def unfinished(self) -> bool:
        """Whether something could still complete what has been added: it is not complete, but not wrong."""
        if self._awaited:
            return True
        return any(self._completed_by(closer) for closer in _CLOSERS)

    @property
    def _continued(self) -> bool:
        return bool(self._lines) and _continues(self._lines[-1])

    def _completed_by(self, closer: bytes) -> bool:
        tree = self._parse(closer)
        return not tree.root_node.has_error and not self._lacks_target(tree)

    def _parse(self, closer: bytes = b"") -> "Tree":
        text = b"\n".join(self._lines) + closer + b"\n"
        self._parsed += len(text)
        return tree_of(text)

    def _set_here_documents_aside(self) -> None:
        row = len(self._lines) - 1
        while start := self._first_here_document(row):
            line = self._lines[row]
            operator, word = _OPERATOR.search(line, 0, start), _DELIMITER.match(line, start)
            if not operator or not word:
                return
            stand_in = b"< x".ljust(word.end() - operator.start())
            self._lines[row] = line[: operator.start()] + stand_in + line[word.end() :]
            self._awaited.append(_here_document(operator[0], word[0]))

    def _first_here_document(self, row: int) -> int:
        """Return the 0-based byte column of the first delimiter on a row, or 0: none begins a line."""
        if b"<<" not in self._lines[row]:
            return 0
        columns = [
            node.start_point.column
            for node in _nodes(self._parse().root_node)
            if node.type == "heredoc_start" and node.start_point.row == row
        ]
        return min(columns, default=0)

    def _lacks_target(self, tree: "Tree") -> bool:
        """Whether a redirection's line ends before its target, which bash never takes from the next."""
        if tree.root_node.end_point.row < 2 or not any(b"<" in line or b">" in line for line in self._lines):
            return False
        return any(
            before.end_point.row != after.start_point.row and not self._joined(before.end_point.row)
            for node in _nodes(tree.root_node)
            if node.type == "file_redirect"
            for before, after in zip(node.children, node.children[1:], strict=False)
        )

    def _joined(self, row: int) -> bool:
        return row < len(self._lines) and self._lines[row].endswith(b"\\")


def tree_of(text: bytes) -> "Tree":
    """Return the grammar's tree of bash source, which may be wrong in any way."""
    return _parser().parse(text)


def _continues(line: bytes) -> bool:
    """Whether the line ends in a backslash that is not itself escaped."""
    return (len(line) - len(line.rstrip(b"\\"))) % 2 == 1


def _nodes(root: "Node") -> Iterator["Node"]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def _here_document(operator: bytes, word: bytes) -> HereDocument:
    plain = _QUOTING.sub(lambda found: found[1] or found[2] or found[3] or b"", word)
    delimiter = plain.decode("utf-8", "surrogatepass")
    return HereDocument(delimiter, operator.startswith(b"<<-"), literal=plain != word)


@cache
def _parser() -> "Parser":
    # Only pages with more than plain words need it.
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))
