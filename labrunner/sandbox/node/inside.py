"""Paths as a container sees them, and where they are on this machine.

Symbolic links inside a container must be followed inside it: `/etc/alternatives` is not the host's.
"""

import os
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labrunner.sandbox.node.bubblewrap import Bind, Layer, Mount

MOST_LINKS = 40


@dataclass(frozen=True, slots=True)
class Inside:
    """What lies where in a container that is about to start."""

    mounts: tuple[tuple[str, tuple[Path, ...]], ...]
    """Path inside and what is there from outside, the lowest first; a later path lies over an earlier one."""

    @classmethod
    def of(cls, mounts: Sequence[Mount]) -> "Inside":
        """The view that `mounts` give; process files, devices and memory are left out."""
        found = []
        for mount in mounts:
            if isinstance(mount, Bind | Layer):
                sources = mount.sources if isinstance(mount, Layer) else (mount.source,)
                found.append((mount.target.rstrip("/") or "/", sources))
        return cls(tuple(found))

    def resolved(self, path: str) -> str:
        """`path` without symbolic links, `.` and `..`; parts that are not there stay as they are.

        Raises:
            OSError: There are too many links.
        """
        done, rest, links = "/", _parts(path), 0
        while rest:
            part = rest.pop(0)
            if part == "..":
                done = posixpath.dirname(done)
                continue
            candidate = posixpath.join(done, part)
            outside = self._outside(candidate)
            if not outside.is_symlink():
                done = candidate
                continue
            links += 1
            if links > MOST_LINKS:
                raise OSError(40, "too many levels of symbolic links", path)
            target = str(outside.readlink())
            done, rest = ("/" if target.startswith("/") else done), _parts(target) + rest
        return done

    def outside(self, path: str) -> Path:
        """Where `path` is on this machine; it need not be there."""
        return self._outside(self.resolved(path))

    def _outside(self, path: str) -> Path:
        for target, sources in reversed(self.mounts):
            below = path.removeprefix(target).lstrip("/")
            if path == target or path.startswith(f"{target.rstrip('/')}/"):
                highest_first = [source / below if below else source for source in reversed(sources)]
                return next((each for each in highest_first if os.path.lexists(each)), highest_first[-1])
        return Path(path)


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]
