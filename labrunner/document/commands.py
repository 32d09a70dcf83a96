"""A bash block's lines to its commands and the output that each one promises.

`$ ` begins a command; it goes on until bash would consider it complete, over bare lines or over lines with
a prompt of their own; what follows, up to the next prompt, is promised output, blank lines included.
"""

import re
from collections.abc import Sequence

from labrunner.document.bash import HereDocument, Reader, is_plain
from labrunner.document.model import Command, Problem, SourceLine

_PROMPT = re.compile(r"\$(?=[ \t]|$)[ \t]?")

Lines = Sequence[SourceLine]


def commands_of(lines: Lines, *, raw: bool) -> tuple[tuple[Command, ...], tuple[Problem, ...]]:
    """Return a block's commands in order, and what in the block is neither command nor output.

    Args:
        lines: The block's content.
        raw: Prompts mean nothing: the whole block is one script.
    """
    first = next((at for at, line in enumerate(lines) if _prompted(line)), None)
    if raw:
        return _script(lines), ()
    if first is None:
        return tuple(_unprompted(lines)), tuple(_indented(lines))
    commands, followers = _commands(lines, first)
    return tuple(commands), (
        *_stray(lines[:first], "text before the first prompt is never run; begin it with '$ ' or with '#'"),
        *_stray(followers, "text follows a prompt without a command; write the command or take it away"),
    )


def _prompted(line: SourceLine) -> bool:
    return line.text.startswith("$") and _PROMPT.match(line.text) is not None


def _typed(line: SourceLine) -> str:
    prompt = _PROMPT.match(line.text)
    return line.text[prompt.end() :] if prompt else line.text


def _indented(lines: Lines) -> list[Problem]:
    """Return what is wrong with a block whose every prompt is indented: bash would be given the prompts."""
    message = "an indented prompt is none and would be run as written; begin the line with '$ '"
    return [
        Problem(message, line.span, "text")
        for line in lines
        if line.text[:1].isspace() and line.text.lstrip().startswith("$ ")
    ][:1]


def _stray(lines: Lines, message: str) -> list[Problem]:
    return [
        Problem(message, line.span, "text")
        for line in lines
        if line.text.strip() and not line.text.lstrip().startswith("#")
    ]


def _unprompted(lines: Lines) -> list[Command]:
    """Return the commands of a block without prompts, one after the other, so that none can hide its failure.

    What never becomes complete is one command with all that follows it.
    """
    found: list[Command] = []
    start = 0
    while start < len(lines):
        if _is_idle(lines[start]):
            start += 1
            continue
        end, texts, complete = _read(lines, start)
        if not complete:
            return [*found, *_script(lines[start:])]
        found.append(Command("\n".join(texts), tuple(lines[start:end]), (), True))
        start = end
    return found


def _is_idle(line: SourceLine) -> bool:
    return not line.text.strip() or line.text.lstrip().startswith("#")


def _script(lines: Lines) -> tuple[Command, ...]:
    """Return lines as one command; none when nothing in them would run."""
    lines = _trimmed(lines)
    if all(_is_idle(line) for line in lines):
        return ()
    texts = [line.text for line in lines]
    return (Command("\n".join(texts), tuple(lines), (), _is_complete(texts)),)


def _is_complete(texts: Sequence[str]) -> bool:
    if len(texts) == 1 and is_plain(texts[0]):
        return True
    reader = Reader()
    for text in texts:
        reader.add(text)
    return reader.complete


def _commands(lines: Lines, start: int) -> tuple[list[Command], list[SourceLine]]:
    """Return the commands from `start` on, and the lines that follow a prompt without one."""
    found: list[Command] = []
    followers: list[SourceLine] = []
    while start < len(lines):
        end, texts, complete = _read(lines, start)
        following = _next_prompt(lines, end)
        output = _trimmed_end(lines[end:following])
        if any(text.strip() for text in texts):
            found.append(Command("\n".join(texts), tuple(lines[start:end]), tuple(output), complete))
        else:
            followers += output
        start = following
    return found, followers


def _read(lines: Lines, start: int) -> tuple[int, list[str], bool]:
    """Return where the command that begins at `start` ends, its lines as typed, whether it is complete."""
    texts = [_typed(lines[start])]
    if is_plain(texts[0]) or not texts[0].strip():
        return start + 1, texts, True
    reader = Reader()
    reader.add(texts[0])
    end = start + 1
    while not (complete := reader.complete) and end < len(lines) and not reader.exhausted:
        document = reader.awaits
        following = _rest(lines, end, document) if document else [_typed(lines[end])]
        for text in following:
            reader.add(text)
        if not following:
            break
        texts += following
        end += len(following)
    return (end, texts, True) if complete else _abandoned(lines, start)


def _rest(lines: Lines, start: int, document: HereDocument) -> list[str]:
    """Return a here-document's lines with its closing one; empty when it is never closed.

    Where the closing line has a prompt of its own, so has the text; where it has none, a `$ ` in the
    text is text.
    """
    before = ""
    for at in range(start, len(lines)):
        if document.ends_at(lines[at].text, before):
            return [line.text for line in lines[start : at + 1]]
        if _prompted(lines[at]) and document.ends_at(_typed(lines[at]), before):
            return [_typed(line) for line in lines[start : at + 1]]
        before = lines[at].text
    return []


def _abandoned(lines: Lines, start: int) -> tuple[int, list[str], bool]:
    """Return what to take for a command that never becomes complete: at most up to the next prompt.

    What is wrong for good, `kubectl get <pod-name>` say, ends with its line; what is merely unfinished
    goes on.
    """
    stop = _next_prompt(lines, start + 1)
    reader = Reader()
    texts = [_typed(lines[start])]
    reader.add(texts[0])
    for line in lines[start + 1 : stop]:
        if reader.exhausted or not reader.unfinished:
            break
        reader.add(line.text)
        texts.append(line.text)
    while not texts[-1].strip() and len(texts) > 1:
        texts.pop()
    return start + len(texts), texts, False


def _next_prompt(lines: Lines, start: int) -> int:
    return next((at for at in range(start, len(lines)) if _prompted(lines[at])), len(lines))


def _trimmed(lines: Lines) -> Lines:
    start = next((at for at, line in enumerate(lines) if line.text.strip()), len(lines))
    return _trimmed_end(lines[start:])


def _trimmed_end(lines: Lines) -> Lines:
    end = next((at for at in range(len(lines), 0, -1) if lines[at - 1].text.strip()), 0)
    return lines[:end]
