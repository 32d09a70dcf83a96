"""Which files a page refers to, and which ones its commands make.

What has to be said when one is missing is left to the rules.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from labrunner.check.call import Call, Word
from labrunner.check.lab import Lab
from labrunner.check.page import Page, PageCommand, without_code
from labrunner.document.model import Block, SourceLine, Span

_DIRECTIVE = re.compile(r"::yaml\{([^{}]*)\}")
_PROPERTY = re.compile(r"\b(file|paths)=(?:\"([^\"]*)\"|'([^']*)')")
_KIND = re.compile(r"[A-Z]\w*/[\w.-]+")
_PATTERN = re.compile(r"[*?\[{$`<>]")
_MAKERS = (
    "cp mv mkdir touch tee git curl wget tar unzip gunzip helm openssl ssh-keygen install ln eksctl make"
)
_MAKERS += " terraform python python3 docker npm node go bash sh dd split kustomize"
MAKERS = frozenset(_MAKERS.split())
"""Programs that may make the files that their words name."""


@dataclass(frozen=True, slots=True)
class Directive:
    """A `::yaml{file="…" paths="a.b,c.0"}` line."""

    file: str
    file_span: Span
    paths: tuple[tuple[str, Span], ...]
    """Each dotted path with its place."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A path of the workspace in a command."""

    path: Path
    """Absolute."""
    text: str
    """As the command has it, without what stands in front of it in its word."""
    span: Span
    written: bool
    """Whether the command may make it, rather than only read it."""
    command: PageCommand
    call: Call


def directives(page: Page) -> Iterator[Directive]:
    """Yield the `::yaml` lines of a page."""
    if "::yaml" not in page.document.text:
        return
    for line in page.prose:
        text = without_code(line.text)
        for found in _DIRECTIVE.finditer(text):
            given = {one[1]: one for one in _PROPERTY.finditer(text, found.start(1), found.end(1))}
            if "file" not in given:
                continue
            name, span = _value(given["file"], line)
            yield Directive(name, span, tuple(_paths(given.get("paths"), line)))


def kustomizations(page: Page) -> Iterator[tuple[Block, SourceLine, SourceLine | None]]:
    """Yield the `kustomization` fences with the file's line, and the line that names the object."""
    for block in page.document.blocks:
        lines = [line for line in block.lines if line.text.strip()]
        if block.language == "kustomization" and lines:
            target = lines[1] if len(lines) > 1 and _KIND.fullmatch(lines[1].text.strip()) else None
            yield block, lines[0], target


def mentions(page: Page, lab: Lab) -> Iterator[Mention]:
    """Yield the paths of the workspace in a page's commands, in order; patterns and variables left out."""
    for command, call in page.calls:
        if call.wrapper is not None or not _may_mention(command, lab):
            continue
        for word in call.words[1:]:
            yield from _in_word(word, lab, command, call, written=makes(call))
        for redirect in call.redirects:
            if redirect.operator != "<<":
                written = ">" in redirect.operator
                yield from _in_word(redirect.target, lab, command, call, written=written)


def made_by(call: Call, lab: Lab) -> Iterator[Path]:
    """Yield the paths of the workspace that a call may make, those below each included."""
    words = [redirect.target for redirect in call.redirects if ">" in redirect.operator]
    if makes(call):
        words += call.words[1:]
    for word in words:
        for text in _candidates(word.text):
            if (path := lab.resolve(text.rstrip("/"))) is not None:
                yield path


def makes(call: Call) -> bool:
    """Whether a call may make the files that its words name."""
    if call.program == "kubectl":
        # Towards a pod it only reads here.
        return call.is_call_of("kubectl", "cp") and ":" not in call.words[-1].text
    return call.program in MAKERS or call.is_call_of("aws", "s3")


def referred(page: Page, lab: Lab) -> Iterator[Path]:
    """Yield all files and folders on which what a page says or does depends, the page itself included."""
    yield page.path
    if page.declaration.path:
        yield page.declaration.path
    yield lab.hook(page, "suite")
    for block in page.document.blocks:
        if block.settings.hook:
            yield lab.hook(page, block.settings.hook)
        yield from (path for line in block.files if (path := lab.named(line.text)))
    for directive in directives(page):
        if path := lab.named(directive.file):
            yield path
    for _, file, _ in kustomizations(page):
        if path := lab.named(file.text.strip()):
            yield path
    for mention in mentions(page, lab):
        yield mention.path
        yield from kustomized(mention.path, lab)


def kustomized(folder: Path, lab: Lab) -> Iterator[Path]:
    """Yield the folders and files that a folder's `kustomization.yaml` draws in, at any depth."""
    waiting, seen = [folder], {folder}
    while waiting:
        below = waiting.pop()
        manifest = lab.manifest(below / "kustomization.yaml")
        for one in manifest.objects if manifest else ():
            for name in _drawn_in(one.data()):
                target = Path(_normal(f"{below}/{name}"))
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
                    yield target


def _drawn_in(data: object) -> Iterator[str]:
    if not isinstance(data, dict):
        return
    for key in ("resources", "bases", "components"):
        listed = data.get(key)
        if isinstance(listed, list):
            yield from (name for name in listed if isinstance(name, str))


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in PurePosixPath(path).parts:
        if part == ".." and parts:
            parts.pop()
        else:
            parts.append(part)
    return str(PurePosixPath(*parts))


def _may_mention(command: PageCommand, lab: Lab) -> bool:
    return any(prefix in command.command.text for prefix in lab.prefixes)


def _in_word(word: Word, lab: Lab, command: PageCommand, call: Call, *, written: bool) -> Iterator[Mention]:
    if not word.literal or _PATTERN.search(word.text) or word.span.line != word.span.end_line:
        return
    for text in _candidates(word.text):
        if (path := lab.resolve(text)) is not None:
            # A quote behind the path is the only thing that may follow it in its word.
            width = word.span.end_column - word.span.column
            quoted = int(width > len(word.text))
            start = word.span.column + len(word.text) - len(text) + quoted
            span = Span(word.span.line, start, word.span.line, start + len(text))
            yield Mention(path, text, span, written, command, call)


def _candidates(text: str) -> Iterator[str]:
    """Yield what in a word may be a path: all of it, or what stands behind the last `=` or `@`."""
    if text.startswith(("/", "~")):
        yield text
    elif "=" in text:
        yield text.rpartition("=")[2]
    elif text.startswith(("@/", "@~")):
        yield text[1:]


def _value(found: re.Match[str], line: SourceLine) -> tuple[str, Span]:
    group = 2 if found[2] is not None else 3
    start = line.column + found.start(group)
    return found[group], Span(line.number, start, line.number, start + len(found[group]))


def _paths(found: re.Match[str] | None, line: SourceLine) -> Iterator[tuple[str, Span]]:
    if found is None:
        return
    text, span = _value(found, line)
    start = span.column
    for part in text.split(","):
        name = part.strip()
        column = start + len(part) - len(part.lstrip())
        if name:
            yield name, Span(span.line, column, span.line, column + len(name))
        start += len(part) + 1
