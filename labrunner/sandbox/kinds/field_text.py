"""Fields as field selectors see them: text."""

from collections.abc import Callable

from labrunner.sandbox.objects import Object, at


def text_at(path: str) -> Callable[[Object], str]:
    """Make a reader of the value at a path as text, empty if it is not there."""
    return lambda obj: written(at(obj, path, ""))


def written(value: object) -> str:
    """Write a value as field selectors compare it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
