"""TOML tables that are asked for typed values, and say where and how an author went wrong.

tomllib gives values without their places, so lines are looked for in the text: good enough to lead an
author there.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from labrunner.errors import LabError


@dataclass(frozen=True, slots=True)
class Source:
    """The file that tables come from."""

    name: str
    """What to call it in messages."""
    text: str

    def line(self, pattern: str, start: int = 1) -> int | None:
        """Return the first 1-based line from `start` on in which `pattern` occurs."""
        lines = self.text.split("\n")
        return next((at for at in range(start, len(lines) + 1) if re.search(pattern, lines[at - 1])), None)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file."""

    source: Source
    name: str
    """Its heading in the file, `buckets` say; empty at the top."""
    values: Mapping[str, Any]
    index: int = 0
    """Which one, where the file has an array of such tables."""

    def wrong(self, fact: str, remedy: str = "", *, key: str = "") -> LabError:
        """Return the error for something in this table, at `key` where one is named."""
        return LabError(fact, path=self.source.name, line=self.line(key), remedy=remedy)

    def line(self, key: str = "") -> int | None:
        """Return the 1-based line of a key, or of the table's heading."""
        start = self._heading()
        if not key:
            return start
        return self.source.line(rf"^[ \t{{]*[\"']?{re.escape(key)}[\"']?\s*=", start or 1) or self._inner(key)

    def only(self, known: Iterable[str]) -> None:
        """Raise for a key that is not known."""
        known = list(known)
        for key in self.values:
            if key not in known:
                near = difflib.get_close_matches(key.lower().replace("-", "_"), known, n=1, cutoff=0.6)
                remedy = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
                raise self.wrong(f"unknown key {self.shown(key)!r}", remedy, key=key)

    def shown(self, key: str) -> str:
        """Return a key with its table, for messages."""
        return f"{self.name}.{key}" if self.name else key

    def text(self, key: str, default: str | None = None) -> str:
        """Return a string; one without a default must be there."""
        value = self.values.get(key, default)
        if value is None:
            raise self.wrong(f"{self.shown(key)!r} is missing", f'write {key} = "…"')
        if not isinstance(value, str):
            raise self.wrong(f"{self.shown(key)!r} is not text", f'write {key} = "{value}"', key=key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings, empty when it is not there."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(f"{self.shown(key)!r} is not a list of texts", f'write {key} = ["…"]', key=key)
        return tuple(value)

    def seconds(self, key: str) -> float | None:
        """Return a number of seconds, `None` when it is not there."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e9:
            raise self.wrong(f"{self.shown(key)!r} is not a number of seconds", f"write {key} = 2.0", key=key)
        return float(value)

    def table(self, key: str) -> "Table":
        """Return a table below this one, empty when it is not there."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(f"{self.shown(key)!r} is not a table", f"write [{key}]", key=key)
        return Table(self.source, self.shown(key), value)

    def tables(self, key: str) -> Iterator["Table"]:
        """Yield the tables of an array of tables."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong(f"{self.shown(key)!r} is not a list of tables", f"write [[{key}]]", key=key)
        for index, item in enumerate(value):
            yield Table(self.source, self.shown(key), item, index)

    def _heading(self) -> int | None:
        line: int | None = 0
        for _ in range(self.index + 1):
            if line is not None and self.name:
                line = self.source.line(rf"^\s*\[+\s*{re.escape(self.name)}\s*\]", line + 1)
        return line or None

    def _inner(self, key: str) -> int | None:
        """Return the line of something that is not a `key =`, such as the heading of a table below."""
        return self.source.line(rf"^\s*\[+\s*(?:[\w.]+\.)?{re.escape(key)}\s*\]") or self._heading()
