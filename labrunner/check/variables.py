"""Which shell variables commands use, and which ones they set.

Setting is guessed generously and by the text alone: whatever looks like `NAME=`, also where it is an
argument, counts. Use is told from the tree. So what is called unset is unset.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from labrunner.check.lab import Lab
from labrunner.check.page import Page, PageCommand
from labrunner.document.model import SourceLine, Span
from labrunner.plan.model import LabDeclaration

if TYPE_CHECKING:
    from tree_sitter import Node

_BASH = (
    "BASH BASHPID COLUMNS LINES DIRSTACK EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GROUPS HOSTNAME HOSTTYPE"
)
_BASH += (
    " IFS LINENO MACHTYPE OLDPWD OPTARG OPTIND OSTYPE PATH PIPESTATUS PPID PS1 PS2 PWD RANDOM REPLY SECONDS"
)
_BASH += " SHELL SHELLOPTS SHLVL SRANDOM UID"
_LOGIN = (
    "DISPLAY EDITOR HOME HTTPS_PROXY HTTP_PROXY KUBECONFIG LANG LOGNAME NO_PROXY PAGER TERM TMPDIR TZ USER"
)
_LOGIN += " http_proxy https_proxy no_proxy"
WELL_KNOWN = frozenset(f"{_BASH} {_LOGIN}".split())
"""Variables that bash sets, or that every login has."""
_FAMILIES = ("AWS_", "BASH_", "LC_", "XDG_")

_ASSIGNED = re.compile(r"(?<![\w$./-])([A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=")
_FOR = re.compile(r"\b(?:for|select)\s+([A-Za-z_]\w*)")
_TAKING = re.compile(
    r"\b(?:read|mapfile|readarray|getopts|export|local|declare|typeset|readonly|printf\s+-v)\b([^;|&\n<]*)"
)
_TESTED = re.compile(r"-[nzv]\s+[\"']?\$?\{?([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)(?:\[[^\]]*\])?:?[-=+?]")
_NAME = re.compile(r"[A-Za-z_]\w*")
_USED = re.compile(r"\$(?:\{[#!]?)?([A-Za-z_]\w*)")
_EXPANSION = re.compile(r"\$\{#?([A-Za-z_]\w*)(?:\[[^\]]*\])?(:?[-=+?])?")
IN_TEXT = re.compile(r"(?<!\\)\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
_EXPORTED_TEXT = re.compile(r"\b(?:export|declare|typeset)\s+(?:-\w+\s+)*[\"']?\$")
_OF_HOOK = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)=(?!\"?\$\{?\1\b)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Use:
    """A variable whose value a command takes."""

    name: str
    span: Span


def declared(declaration: LabDeclaration) -> frozenset[str]:
    """Return the variables that a lab's declaration gives its readers."""
    buckets = {bucket.variable for bucket in declaration.buckets}
    return frozenset(declaration.variables) | buckets | {role.variable for role in declaration.roles}


def is_known(name: str) -> bool:
    """Whether a variable is there, or may well be, without anybody's doing."""
    return name in WELL_KNOWN or name.startswith(_FAMILIES)


def sets(text: str) -> Iterator[str]:
    """Yield the variables that a command may set, or asks about before it uses them."""
    if "=" in text:
        yield from _ASSIGNED.findall(text)
    yield from _FOR.findall(text)
    for words in _TAKING.findall(text):
        yield from _NAME.findall(words)
    for tested, defaulted in _TESTED.findall(text):
        yield tested or defaulted


def sets_anything(command: PageCommand) -> bool:
    """Whether nobody can tell what a command sets: `source`, `eval`, `export $(…)`."""
    text = command.command.text
    named = any(call.program in ("source", ".", "eval") for call in command.calls)
    return named or _EXPORTED_TEXT.search(text) is not None


_kept: WeakKeyDictionary[Page, frozenset[str] | None] = WeakKeyDictionary()
"""Every later page asks."""


def set_before(page: Page, lab: Lab) -> set[str] | None:
    """Return the variables that earlier pages may set; `None` when nobody can tell which ones."""
    names: set[str] = set()
    for other in lab.earlier(page):
        if other not in _kept:
            _kept[other] = _set_on(other)
        made = _kept[other]
        if made is None:
            return None
        names |= made
    return names


def _set_on(page: Page) -> frozenset[str] | None:
    if any(map(sets_anything, page.commands)):
        return None
    return frozenset(name for command in page.commands for name in sets(command.command.text))


def set_by_hooks(page: Page, lab: Lab) -> dict[str, str]:
    """Return the variables that a page's hooks set, each with the hook's name."""
    found: dict[str, str] = {}
    names = dict.fromkeys(block.settings.hook for block in page.document.blocks if block.settings.hook)
    for name in (*names, "suite"):
        text = lab.files.text(lab.hook(page, name)) or ""
        found = {**dict.fromkeys(_OF_HOOK.findall(text), name), **found}
    return found


def uses(command: PageCommand, *, but: Collection[str] = ()) -> Iterator[Use]:
    """Yield the variables that a command takes the value of; those with a default are left out.

    Args:
        command: Which one.
        but: Variables that are of no interest. A command that has no others costs no parse.
    """
    named = _USED.findall(command.command.text)
    if not command.command.complete or not any(name not in but and not is_known(name) for name in named):
        return
    source = command.source
    for node in _expansions(source.tree.root_node):
        written = source.written(node)
        found = _EXPANSION.match(written) if written.startswith("${") else None
        if found and not found[2]:
            yield Use(found[1], source.span(node))
        elif not found and _NAME.fullmatch(written[1:]):
            yield Use(written[1:], source.span(node))
    for here in source.here_texts:
        for line in () if here.document.literal else here.lines:
            yield from _in_line(line)


def _expansions(node: "Node") -> Iterator["Node"]:
    if node.type in ("simple_expansion", "expansion"):
        yield node
        return
    for child in node.named_children:
        yield from _expansions(child)


def _in_line(line: SourceLine) -> Iterator[Use]:
    for found in IN_TEXT.finditer(line.text):
        start, end = line.column + found.start(), line.column + found.end()
        yield Use(found[1] or found[2], Span(line.number, start, line.number, end))
