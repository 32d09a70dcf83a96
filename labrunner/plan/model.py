"""What a run will do, as values: the ordered steps with their limits, hooks and clean-up resolved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labrunner.document.model import Block, Command, Problem


@dataclass(frozen=True, slots=True)
class Bucket:
    """An S3 bucket that exists before the lab begins and belongs to the run."""

    variable: str
    """The variable that holds its name."""
    prefix: str
    """What the name begins with."""


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role that pods of one service account take on."""

    variable: str
    """The variable that holds its ARN."""
    service_account: str
    """`namespace/name`."""
    buckets: tuple[str, ...]
    """Variables of the buckets on which it has all rights; it has no others."""


@dataclass(frozen=True, slots=True)
class CleanupCommand:
    """A command that the declaration wants run after the pages, whatever happened."""

    text: str
    path: Path
    """The declaration's file."""
    name: str
    """What to call that file in messages."""
    line: int
    """1-based line where it stands, or where clean-up is declared when it cannot be told."""
    column: int = 1


@dataclass(frozen=True, slots=True)
class LabDeclaration:
    """What a lab's `lab.toml` says of the environment its readers have."""

    path: Path | None = None
    """`None` when the lab declares nothing."""
    title: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Literals, with references to one another resolved."""
    buckets: tuple[Bucket, ...] = ()
    roles: tuple[Role, ...] = ()
    cleanup_commands: tuple[CleanupCommand, ...] = ()
    namespaces: tuple[str, ...] = ()
    """Namespaces that the lab makes; a run that ends with one of them has left something behind."""
    mirror: Path | None = None
    """Folder with one subfolder a host: what the rehearsal serves for pinned web addresses."""
    launch_seconds: float | None = None
    """Simulated time from the decision to launch a node until it is ready; `None`: the sandbox's own."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A script that surrounds a block (`before` and `after`) or a folder's pages."""

    name: str
    script: Path
    timeout: float
    """Seconds for each of the two calls."""


@dataclass(frozen=True, slots=True)
class Step:
    """A block as the runner sees it."""

    number: int
    """From 1, through the whole plan."""
    page: Path
    """The page's file."""
    page_name: str
    """The page as the user named it, for messages."""
    block: Block
    commands: tuple[Command, ...]
    timeout: float
    """Seconds for the whole block."""
    wait: float
    """Seconds of pause after the block, once it passed."""
    hook: Hook | None
    expect_error: bool
    cleanup: bool
    """Runs even when an earlier step failed or the run was interrupted."""
    skip: str
    """Why it is shown and not run; empty when it runs."""
    title: str = ""
    """The page's title."""

    @property
    def heading(self) -> str:
        """The heading it stands under; above the first one, the page's title."""
        return self.block.headings[-1] if self.block.headings else self.title

    @property
    def place(self) -> str:
        """`path:line` of the opening fence."""
        return f"{self.page_name}:{self.block.span.line}"


@dataclass(frozen=True, slots=True)
class Suite:
    """A folder's pages in order, with the hook that surrounds them."""

    folder: Path
    hook: Hook | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that does not stop a run but that its author should know."""

    page_name: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Plan:
    """What will run, in which order, under which limits."""

    name: str
    """What the user asked to run."""
    workspace: Path
    """The folder that commands know as `/workspace`."""
    suites: tuple[Suite, ...]
    declaration: LabDeclaration
    path_prefixes: tuple[tuple[str, str], ...] = (("/workspace", ""),)
    """Prefixes in commands and the folder below the workspace that each one means."""
    warnings: tuple[Warned, ...] = ()

    @property
    def steps(self) -> Iterator[Step]:
        """All steps, in order."""
        for suite in self.suites:
            yield from suite.steps
