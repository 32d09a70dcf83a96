"""Paths that pages use and this place cannot have: replaced in commands, and said so.

`/workspace` needs a mount, which a plain shell without root rights does not get. Only whole path prefixes
are replaced; a path inside a pod (`pod:/workspace`) is not one of ours.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache

Rewrites = Sequence[tuple[str, str]]
"""Prefixes as pages write them, and what each is replaced by."""


def rewrite(command: str, rewrites: Rewrites) -> str:
    """Return the command with every prefix replaced."""
    for prefix, real in rewrites:
        if prefix in command:
            command = _pattern(prefix).sub(lambda _, real=real: real, command)  # type: ignore[misc]
    return command


def announcements(commands: Iterable[str], rewrites: Rewrites) -> tuple[str, ...]:
    """One sentence for each prefix that some command uses."""
    texts = tuple(commands)
    return tuple(
        f"{prefix} cannot be mounted here: in commands it is replaced by {real}"
        for prefix, real in rewrites
        if any(_pattern(prefix).search(text) for text in texts)
    )


@cache
def _pattern(prefix: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w./~:}}-]){re.escape(prefix)}(?![\w.-])")
