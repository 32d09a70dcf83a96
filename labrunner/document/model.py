"""What a page says, as values.

Everything carries its place in the page, 1-based, because everything that labrunner tells people points
back at a line they can edit. How the text is read is left to `parse`; what is run, to `plan`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a page."""

    line: int
    """1-based line where it begins."""
    column: int
    """1-based column, in characters, where it begins."""
    end_line: int
    """1-based line that holds its last character."""
    end_column: int
    """1-based column just behind its last character."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line inside a block, without the indentation or quote marks of what surrounds the block."""

    number: int
    """1-based line in the page."""
    column: int
    """1-based column at which `text` begins in that line."""
    text: str
    """The text, without its line end."""

    @property
    def span(self) -> Span:
        """Where this line's text stands in the page."""
        return Span(self.number, self.column, self.number, self.column + len(self.text))


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the page that cannot mean what it says; reading went on without it."""

    message: str
    """One sentence in lower case: the fact, then what to do."""
    span: Span
    kind: Literal["attribute", "fence", "text", "front matter", "comment"]
    """What it concerns; `text` is what stands in a bash block and is neither command nor output."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the page."""

    level: int
    """1 to 6."""
    text: str
    """Its plain text, without markup."""
    span: Span


@dataclass(frozen=True, slots=True)
class Attribute:
    """One `key=value` token of a fence's info string, as written."""

    name: str
    value: str
    """Without its quotes."""
    span: Span


@dataclass(frozen=True, slots=True)
class FenceSettings:
    """What a bash fence's attributes mean. Times in seconds."""

    timeout: float | None = None
    """Limit for the whole block; `None`: the default applies."""
    test: bool = True
    """False: the block is shown, not run."""
    wait: float = 0.0
    """Pause after the block, once it passed."""
    hook: str | None = None
    """`NAME` of `tests/hook-NAME.sh` beside the page."""
    hook_timeout: float | None = None
    """Limit for each call of the hook; `None`: the default applies."""
    expect_error: bool = False
    """A failing command is accepted."""
    raw: bool = False
    """No prompts: the whole block is one script."""


@dataclass(frozen=True, slots=True)
class Tab:
    """Which of several mutually exclusive tabs a block stands in."""

    group: int
    """Number of the tab group in the page, from 1."""
    label: str
    """What readers see on it."""
    value: str
    """What the page's author calls it; the label where there is no other name."""
    first: bool
    """Whether this is the group's first tab, the one that runs unless another is chosen."""


@dataclass(frozen=True, slots=True)
class Command:
    """What one prompt, or several that form one construct, asks the reader to type."""

    text: str
    """What bash gets: the lines below without prompts, joined by newlines, without a final one."""
    lines: tuple[SourceLine, ...]
    """The page's lines, prompts included."""
    output: tuple[SourceLine, ...]
    """What the reader is promised to see, without trailing blank lines; empty when nothing is promised."""
    complete: bool
    """Whether bash would consider it finished; False for text such as `kubectl get <pod-name>`."""

    @property
    def span(self) -> Span:
        """From the first prompt to the end of the last line typed."""
        first, last = self.lines[0], self.lines[-1]
        return Span(first.number, first.column, last.number, last.column + len(last.text))


@dataclass(frozen=True, slots=True)
class Block:
    """One fence, with its attributes and its place in the page."""

    language: str
    """First word of the info string in lower case; empty when the fence has none."""
    info: str
    """The info string as written."""
    attributes: tuple[Attribute, ...]
    settings: FenceSettings
    span: Span
    """From the opening fence to the end of the closing one."""
    lines: tuple[SourceLine, ...]
    """The content."""
    headings: tuple[str, ...]
    """The headings it stands under, outermost first."""
    tabs: tuple[Tab, ...]
    """The tabs it stands in, outermost first; empty outside of tabs."""
    closed: bool
    """False when the fence is never closed and runs to the end of what holds it."""
    commands: tuple[Command, ...] = ()
    """For `bash` fences: the commands, in order."""
    files: tuple[SourceLine, ...] = ()
    """For `file` fences: the names, one a line."""

    @property
    def kind(self) -> Literal["bash", "file", "shown"]:
        """`bash` is run, `file` names files, everything else is only shown."""
        if self.language == "bash":
            return "bash"
        return "file" if self.language == "file" else "shown"


@dataclass(frozen=True, slots=True)
class Document:
    """One page."""

    name: str
    """What to call it in messages: the path as the user gave it."""
    text: str
    """The whole page, line ends normalised to `\\n`."""
    front_matter: Mapping[str, object]
    """Empty when the page has none, or when it is not a mapping."""
    title: str
    """From the front matter, else the first heading, else the file's name."""
    weight: float | None
    """`weight`, else `sidebar_position`; `None` sorts last."""
    headings: tuple[Heading, ...]
    blocks: tuple[Block, ...]
    """All fences, of any language, in the order of the page."""
    problems: tuple[Problem, ...]
    body: int = 1
    """1-based line behind the front matter."""
    comments: tuple[Span, ...] = ()
    """The comments that begin a line and are closed, whole lines."""
