"""JSONPath as `additionalPrinterColumns` use it: fields, items, wildcards, and filters for equality."""

import json
import re
from collections.abc import Iterator
from typing import Any

_STEP = re.compile(
    r"""
      \.(?P<field>(?:[^.\[\\]|\\.)+)
    | \[\?\(@\.(?P<filter>[^=!<>\s]+)\s*(?P<operator>==|!=)\s*(?P<value>"[^"]*"|'[^']*'|[^)]+)\)\]
    | \[(?P<quote>['"])(?P<key>.*?)(?P=quote)\]
    | \[(?P<index>-?\d+|\*)\]
    """,
    re.VERBOSE,
)


def read_path(obj: Any, path: str) -> list[Any]:
    """Return what a path leads to, nothing for a path that leads nowhere or cannot be read.

    Args:
        obj: Any JSON value.
        path: As `.status.conditions[?(@.type=="Ready")].status`.
    """
    found, position = [obj], 0
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            return []
        found = [part for each in found for part in _taken(each, step)]
        position = step.end()
    return [each for each in found if each is not None]


def _taken(value: Any, step: re.Match[str]) -> Iterator[Any]:
    name = step["key"] if step["key"] is not None else step["field"]
    if name is not None:
        name = re.sub(r"\\(.)", r"\1", name)
        if name == "*":
            yield from value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        elif isinstance(value, dict) and name in value:
            yield value[name]
    elif isinstance(value, list):
        yield from _items(value, step)


def _items(value: list[Any], step: re.Match[str]) -> Iterator[Any]:
    if step["filter"] is not None:
        wanted = _literal(step["value"].strip())
        for each in value:
            if (_at(each, step["filter"]) == wanted) == (step["operator"] == "=="):
                yield each
    elif step["index"] == "*":
        yield from value
    elif -len(value) <= int(step["index"]) < len(value):
        yield value[int(step["index"])]


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _literal(text: str) -> Any:
    if text[:1] in "'\"":
        return text[1:-1]
    try:
        return json.loads(text)
    except ValueError:
        return text
