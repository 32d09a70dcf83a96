"""What was relied on that the sandbox only stores: the reasons why a step was *not rehearsed*.

Kept in the order in which it was noticed, each reason once until somebody takes it.
"""

from collections.abc import Callable


class Notes:
    """Reasons why what just happened proves less than it seems to."""

    def __init__(self) -> None:
        self._noted: dict[str, None] = {}
        self._sources: list[Callable[[], tuple[str, ...]]] = []

    def note(self, reason: str, namespace: str = "") -> None:
        """Remember a reason.

        Args:
            reason: A sentence in lower case, as `the sandbox stores a NetworkPolicy but does not enforce it`.
            namespace: Where it happened, empty for cluster-wide things.
        """
        self._noted[f"{reason} (namespace {namespace})" if namespace else reason] = None

    def ask_too(self, source: Callable[[], tuple[str, ...]]) -> None:
        """Have `source` asked whenever somebody takes; it returns each of its reasons once."""
        self._sources.append(source)

    def take(self) -> tuple[str, ...]:
        """Return what was noted since the last call, and forget it."""
        taken = tuple(self._noted)
        self._noted.clear()
        return (*taken, *(reason for source in self._sources for reason in source()))
