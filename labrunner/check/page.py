"""A page as rules see it: its document, its commands with their calls, and the environment it declares.

What costs something is worked out when a rule first asks, once for all rules.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from labrunner.check.call import Call
from labrunner.check.calls import calls_of
from labrunner.check.finding import Found
from labrunner.check.source import Source
from labrunner.document.model import Block, Command, Document, SourceLine, Span
from labrunner.plan.cleanup import is_cleanup
from labrunner.plan.model import LabDeclaration

_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")


def without_code(text: str) -> str:
    """Return a line of prose with blanks for what stands between backticks: it means itself."""
    return _CODE.sub(lambda found: " " * len(found[0]), text) if "`" in text else text


class PageCommand:
    """One command of a page, with the block it stands in."""

    def __init__(self, command: Command, block: Block, *, cleanup: bool) -> None:
        self.command = command
        self.block = block
        self.cleanup = cleanup
        """Whether it stands under a heading that cleans up."""

    @property
    def runs(self) -> bool:
        """Whether `labrunner run` would run it, whatever the tab."""
        return self.block.settings.test

    @cached_property
    def source(self) -> Source:
        """Its text, its tree-sitter tree, and the way from nodes to places in the page.

        Worth asking for only where `calls` does not say enough: it costs a parse.
        """
        return Source(self.command)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The programs that it calls, in the order in which they are written."""
        if "<<" in self.command.text or "\n" in self.command.text:
            return calls_of(self.command, self.source)
        return calls_of(self.command)


class Page:
    """One page, checked or only there for what other pages need of it."""

    def __init__(self, path: Path, document: Document, declaration: LabDeclaration, *, checked: bool) -> None:
        self.path = path
        """Absolute."""
        self.document = document
        self.declaration = declaration
        """What the `lab.toml` of this page says; empty when it has none."""
        self.checked = checked
        """Whether findings in it are wanted."""

    @property
    def name(self) -> str:
        """The page as messages call it."""
        return self.document.name

    @property
    def folder(self) -> Path:
        """The folder that it stands in."""
        return self.path.parent

    @cached_property
    def lines(self) -> Sequence[str]:
        """The text of the page, line by line."""
        return self.document.text.split("\n")

    @cached_property
    def commands(self) -> tuple[PageCommand, ...]:
        """The commands of all bash blocks, in order; those of blocks with `test=false` too."""
        title = is_cleanup([str(self.document.front_matter.get("title", ""))])
        return tuple(
            PageCommand(command, block, cleanup=title or is_cleanup(block.headings))
            for block in self.document.blocks
            for command in block.commands
        )

    @cached_property
    def calls(self) -> tuple[tuple[PageCommand, Call], ...]:
        """All calls of all commands, in order."""
        return tuple((command, call) for command in self.commands for call in command.calls)

    @cached_property
    def prose(self) -> tuple[SourceLine, ...]:
        """The lines that stand in no fence, in no comment and not in the front matter."""
        return tuple(self._prose())

    def found(self, span: Span, message: str) -> Found:
        """Return a finding in this page."""
        return Found(self.name, span, message)

    def _prose(self) -> Iterator[SourceLine]:
        inside = {
            number
            for span in (*(block.span for block in self.document.blocks), *self.document.comments)
            for number in range(span.line, span.end_line + 1)
        }
        start = self.document.body
        for number, text in enumerate(self.lines, start=1):
            if number >= start and number not in inside and text.strip():
                yield SourceLine(number, 1, text)
