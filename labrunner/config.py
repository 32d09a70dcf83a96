"""`labrunner.toml`, or `[tool.labrunner]` in `pyproject.toml`, to `Settings`: what a whole workspace shares.

What one lab needs stands in its own `lab.toml`, and options on the command line win over both; neither is
read here.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from labrunner.errors import UsageError

FILE = "labrunner.toml"
PYPROJECT = "pyproject.toml"
DEFAULT = "default"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """A value and where it came from."""

    value: T
    origin: str = DEFAULT
    """`path:line`, or `default`."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What `labrunner check` looks for. Rules go by code, by the beginning of codes, or by name."""

    select: tuple[str, ...] = ()
    """Only these rules; all when empty."""
    ignore: tuple[str, ...] = ()
    """Not these."""
    per_path: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Patterns of paths, and the rules ignored in the files that they fit."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a workspace decides for all its labs. Times in seconds."""

    timeout: Setting[float] = Setting(120.0)
    """Limit for a block that names none."""
    hook_timeout: Setting[float] = Setting(300.0)
    """Limit for each call of a hook that names none."""
    tabs: Setting[tuple[str, ...]] = Setting(())
    """Labels of the tabs that run instead of the first of their group."""
    paths: Setting[Mapping[str, str]] = field(default_factory=lambda: Setting({}))
    """Path prefixes in commands beside `/workspace`, and the folder below the workspace that each means."""
    strict_output: Setting[bool] = Setting(False)
    """Whether output that differs from what the page promises fails the run."""
    workspace: Setting[str] = Setting("")
    """The folder, relative to the settings' file, that labs know as `/workspace`."""
    check: Setting[Checks] = Setting(Checks())


def find(folder: Path) -> Path | None:
    """Return the file in `folder` that holds settings, if one does."""
    if (own := folder / FILE).is_file():
        return own
    pyproject = folder / PYPROJECT
    # Parsing every project's pyproject.toml just to find that it says nothing of us would be a waste.
    if pyproject.is_file() and "[tool.labrunner" in pyproject.read_text(encoding="utf-8", errors="replace"):
        return pyproject
    return None


def load(file: Path | None) -> Settings:
    """Return the settings in `file`; all defaults when there is no file.

    Raises:
        UsageError: It is not TOML, or holds a key or value that is not known; the sentence says which.
    """
    if file is None:
        return Settings()
    text = _text(file)
    given: object = _parsed(text, file)
    if file.name == PYPROJECT:
        given = _table(_table(given, "tool"), "labrunner")
    if not isinstance(given, dict):
        raise UsageError("tool.labrunner is not a table", path=file, remedy="write [tool.labrunner]")
    read: dict[str, Any] = {}
    for key, value in given.items():
        line = _line(text, key)
        if key not in _KEYS:
            raise UsageError(_unknown(key), path=file, line=line)
        try:
            read[key] = Setting(_KEYS[key](value), f"{file}:{line}" if line else str(file))
        except ValueError as error:
            raise UsageError(f"{key} is {value!r}", path=file, line=line, remedy=str(error)) from None
    return Settings(**read)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UsageError(f"settings cannot be read: {reason}", path=file) from None


def _parsed(text: str, file: Path) -> dict[str, Any]:
    # Most runs have no settings, and TOML's parser takes a twentieth of a small run's time to import.
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"settings are not valid TOML: {error}", path=file) from None


def _table(given: object, key: str) -> object:
    return given.get(key, {}) if isinstance(given, dict) else given


def _line(text: str, key: str) -> int | None:
    start = max(text.find("[tool.labrunner"), 0)
    found = re.compile(rf"^[ \t]*(?:\[(?:tool\.labrunner\.)?)?[\"']?{re.escape(key)}\b", re.MULTILINE)
    place = found.search(text, start)
    return text.count("\n", 0, place.start()) + 1 if place else None


def _unknown(key: str) -> str:
    near = difflib.get_close_matches(key.lower().replace("-", "_"), _KEYS, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(_KEYS)}"
    return f"unknown setting {key!r}; {hint}"


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e9:
        raise ValueError("write a number of seconds above zero")
    return float(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("write true or false")
    return value


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError('write a list of names, ["Linux"]')
    return tuple(value)


def _checks(value: object) -> Checks:
    message = 'write select = ["LAB1"], ignore = ["LAB301"], and [check.per_path] with "old/*" = ["LAB3"]'
    if not isinstance(value, dict) or not value.keys() <= {"select", "ignore", "per_path"}:
        raise ValueError(message)
    per_path = value.get("per_path", {})
    if not isinstance(per_path, dict):
        raise ValueError(message)
    return Checks(
        _names(value.get("select", [])),
        _names(value.get("ignore", [])),
        {pattern: _names(names) for pattern, names in per_path.items()},
    )


def _folders(value: object) -> Mapping[str, str]:
    message = 'write prefix = "folder below the workspace", as in "~/environment" = ""'
    if not isinstance(value, dict):
        raise ValueError(message)
    for prefix, folder in value.items():
        if not prefix.startswith(("/", "~/")) or not isinstance(folder, str) or not _inside(folder):
            raise ValueError(message)
    return {prefix.rstrip("/"): folder.strip("/") for prefix, folder in value.items()}


def _folder(value: object) -> str:
    if not isinstance(value, str) or not _inside(value):
        raise ValueError("write a folder below the one that holds the settings")
    return value


def _inside(folder: str) -> bool:
    return not folder.startswith("/") and ".." not in folder.split("/")


_KEYS: dict[str, Callable[[object], Any]] = {
    "timeout": _seconds,
    "hook_timeout": _seconds,
    "tabs": _names,
    "paths": _folders,
    "strict_output": _flag,
    "workspace": _folder,
    "check": _checks,
}
