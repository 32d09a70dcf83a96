"""What a shell knew, taken from a dying or living one and given to its successor."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SECTIONS = 5
"""Shell options, functions, variables, the rest, background jobs: as `bash.SNAPSHOT` writes them."""

_JOB = re.compile(
    r"\[\d+\][-+ ]\s+(\d+) (?:Running|Stopped(?: ?\([^)]*\))?)\s+(.*?)(?: &)?(?:\s+\(wd: .*\))?$"
)


@dataclass(frozen=True, slots=True)
class State:
    """Bash text that brings a fresh shell to where another one was."""

    sections: tuple[bytes, ...]

    @classmethod
    def parse(cls, content: bytes) -> "State | None":
        """Read a snapshot; `None` when the shell was ended before it had written all of it."""
        # A value may hold the separator: declare -p writes it as $'\036', so it cannot be mistaken.
        sections = content.split(b"\036")
        return cls(tuple(sections[:_SECTIONS])) if len(sections) == _SECTIONS + 1 else None

    @property
    def jobs(self) -> tuple[str, ...]:
        """Background jobs, stopped ones included."""
        return read_jobs(self.sections[4])

    def restore(self, initial: Iterable[str]) -> bytes:
        """Text for a fresh shell whose environment has the variables `initial`.

        Options that change how text is read come first, aliases behind the functions that they would garble,
        `set -e` and its like last. What bash keeps for itself (UID, BASHOPTS) refuses to be set: its
        complaints are thrown away with the rest of the output.
        """
        options, functions, variables, rest, _ = self.sections
        kept = set(re.findall(rb"^declare -\S+ (\w+)", variables, re.M))
        gone = b"".join(b"unset %s\n" % name for name in map(str.encode, initial) if name not in kept)
        return b"\n".join((options, functions, gone, variables, _without_traps_not_to_keep(rest)))


def read_jobs(listing: bytes) -> tuple[str, ...]:
    """What `jobs -l` lists and has not ended: the text of each job, and its pid as the shell knows it."""
    found = (_JOB.match(line) for line in listing.decode(errors="replace").splitlines())
    return tuple(f"{job[2].strip()} (pid {job[1]})" for job in found if job)


def _without_traps_not_to_keep(text: bytes) -> bytes:
    # The lab's own EXIT trap has run when its shell ended; the one on XFSZ is the snapshot's.
    return re.sub(rb"^trap -- (?:'[^']*'|\\')+ (?:EXIT|SIGXFSZ)$", b"", text, flags=re.M)
