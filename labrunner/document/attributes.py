"""A fence's info string: the language, then `key=value` tokens, typed into `FenceSettings`.

A wrong attribute never stops a page from being read: it is left out and reported as a `Problem`.
"""

import difflib
import re
from collections.abc import Callable, Iterable
from typing import Any

from labrunner.document.model import Attribute, FenceSettings, Problem, Span

_LANGUAGE = re.compile(r"\s*([^\s{=]*)(?=[\s{]|$)")
_TOKEN = re.compile(r"""([A-Za-z_][\w.-]*)(?:=("[^"]*"|'[^']*'|\S*))?(?=\s|$)|\{[^}]*\}|\S+""")
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(s|m|h)?")
_SECONDS = {None: 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
_HOOK = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def language_of(info: str) -> str:
    """Return the first word of an info string in lower case; empty when it names no language."""
    found = _LANGUAGE.match(info)
    return found[1].lower() if found else ""


def attributes_of(info: str, line: int, column: int) -> tuple[Attribute, ...]:
    """Return the attributes of an info string that begins at the given 1-based place.

    A word without `=` is an attribute with an empty value; what stands in braces is a display hint of the
    site's generator and left out.
    """
    found = _LANGUAGE.match(info)
    start = found.end() if found else 0
    return tuple(
        Attribute(match[1], _unquoted(match[2] or ""), _span(match, line, column))
        for match in _TOKEN.finditer(info, start)
        if match[1]
    )


def settings_of(given: Iterable[Attribute]) -> tuple[FenceSettings, tuple[Problem, ...]]:
    """Return what the attributes of a bash fence mean, and what is wrong with them."""
    values: dict[str, Any] = {}
    problems = []
    for attribute in given:
        known = _KNOWN.get(attribute.name)
        if known is None:
            problems.append(Problem(_unknown(attribute.name), attribute.span, "attribute"))
            continue
        field, read = known
        try:
            value = read(attribute.value)
        except ValueError as error:
            message = f"{attribute.name}={attribute.value!r} is not understood; {error}"
            problems.append(Problem(message, attribute.span, "attribute"))
            continue
        if field in values:
            message = f"{attribute.name} is given twice; the last one counts, remove the other"
            problems.append(Problem(message, attribute.span, "attribute"))
        values[field] = value
    return FenceSettings(**values), tuple(problems)


def duration(text: str) -> float:
    """Return the seconds that `90`, `90s`, `5m` or `1h` stands for.

    Raises:
        ValueError: It is not a duration; the message says how to write one.
    """
    found = _DURATION.fullmatch(text.strip())
    if not found:
        raise ValueError("write seconds, or 90s, 5m, 1h")
    return float(found[1]) * _SECONDS[found[2]]


def _limit(text: str) -> float:
    if not (seconds := duration(text)):
        raise ValueError("a limit must be longer than zero seconds")
    return seconds


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError("write true or false")
    return text.lower() == "true"


def _hook_name(text: str) -> str:
    if not _HOOK.fullmatch(text):
        raise ValueError("a hook's name is letters, digits, '.', '_' and '-', as in tests/hook-NAME.sh")
    return text


_KNOWN: dict[str, tuple[str, Callable[[str], float | bool | str]]] = {
    "timeout": ("timeout", _limit),
    "test": ("test", _flag),
    "wait": ("wait", duration),
    "hook": ("hook", _hook_name),
    "hookTimeout": ("hook_timeout", _limit),
    "expectError": ("expect_error", _flag),
    "raw": ("raw", _flag),
}


def _unknown(name: str) -> str:
    names = {known.lower(): known for known in _KNOWN}
    near = difflib.get_close_matches(name.lower().replace("-", "").replace("_", ""), names, n=1, cutoff=0.6)
    if near:
        return f"unknown attribute {name!r} is ignored; did you mean {names[near[0]]!r}?"
    return f"unknown attribute {name!r} is ignored; known are {', '.join(_KNOWN)}"


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _span(match: re.Match[str], line: int, column: int) -> Span:
    return Span(line, column + match.start(), line, column + match.end())
