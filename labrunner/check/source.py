"""A command's text as the grammar sees it, and the way back from there to the page.

Here-documents are cut out before the grammar looks, in place: every row and column stays what it was.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from labrunner.document.bash import HereDocument, Reader, tree_of
from labrunner.document.model import Command, SourceLine, Span

if TYPE_CHECKING:
    from tree_sitter import Node, Tree


@dataclass(frozen=True, slots=True)
class HereText:
    """The text of a here-document."""

    document: HereDocument
    row: int
    """0-based row of the command on which its text begins."""
    lines: tuple[SourceLine, ...]
    """The text where it stands in the page, without the closing line."""

    @property
    def text(self) -> str:
        """What the command reads, before any expansion."""
        strip = "\t" if self.document.strips_tabs else ""
        return "".join(f"{line.text.lstrip(strip) if strip else line.text}\n" for line in self.lines)


class Source:
    """One command of a page: its text, its tree, and where in the page each part of it stands."""

    def __init__(self, command: Command) -> None:
        self.text = command.text
        self.lines = tuple(_typed(command))
        self.here_texts: tuple[HereText, ...] = ()
        self._rows = [line.text.encode("utf-8", "surrogatepass") for line in self.lines]
        if "<<" in command.text:
            self._cut_here_documents_out()
        self._bytes = b"\n".join(self._rows) + b"\n"
        self.tree: Tree = tree_of(self._bytes)

    def written(self, node: "Node") -> str:
        """Return the text of a node as it stands in the page."""
        return self._bytes[node.start_byte : node.end_byte].decode("utf-8", "surrogatepass")

    def span(self, node: "Node") -> Span:
        """Return where a node stands in the page."""
        start, end = node.start_point, node.end_point
        line, column = self.place(start.row, start.column)
        end_line, end_column = self.place(end.row, end.column)
        return Span(line, column, end_line, end_column)

    def place(self, row: int, column: int) -> tuple[int, int]:
        """Return the page's 1-based line and column of a 0-based row and byte column of the command."""
        if row >= len(self.lines):
            row, column = len(self.lines) - 1, len(self._rows[-1])
        line, data = self.lines[row], self._rows[row]
        characters = column if data.isascii() else len(data[:column].decode("utf-8", "replace"))
        return line.number, line.column + characters

    def _cut_here_documents_out(self) -> None:
        reader, awaited, found = Reader(), None, []
        for row, line in enumerate(self.lines):
            document = reader.awaits
            if document is None:
                reader.add(line.text)
                self._rows[row] = reader.lines[-1]
                continue
            if document is not awaited:
                awaited, start = document, row
            reader.add(line.text)
            self._rows[row] = b""
            if reader.awaits is not document:
                found.append(HereText(document, start, self.lines[start:row]))
        self.here_texts = tuple(found)


def _typed(command: Command) -> list[SourceLine]:
    """Return the command's lines without their prompts, each with the column where its text begins."""
    texts = command.text.split("\n")
    return [
        SourceLine(line.number, line.column + len(line.text) - len(text), text)
        for line, text in zip(command.lines, texts, strict=True)
    ]
