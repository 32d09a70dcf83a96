"""How long to wait before the next try: twice as long each time, up to a limit. Pure."""

from dataclasses import dataclass

FORGETTING = 2
"""After how many times the limit without trouble a count starts anew, as in the real kubelet."""


@dataclass(slots=True)
class BackOff:
    """The waits of one thing that keeps failing."""

    first: float
    """Seconds of the first wait."""
    limit: float
    """Seconds that no wait exceeds."""
    immediate: bool = False
    """Whether the very first try again comes without a wait, as with containers."""
    _wait: float = 0.0
    _last: float | None = None

    def next(self, now: float) -> float:
        """Seconds to wait after a failure at `now`, in seconds of any steady clock."""
        if self._last is not None and now - self._last > FORGETTING * self.limit:
            self._last = None
        if self._last is None:
            self._wait = 0.0 if self.immediate else self.first
        else:
            self._wait = min(self._wait * 2 or self.first, self.limit)
        self._last = now + self._wait
        return self._wait


def spoken(seconds: float) -> str:
    """A duration as Go writes it: `10s`, `1m20s`, `5m0s`."""
    whole, rest = divmod(seconds, 1)
    minutes, left = divmod(int(whole), 60)
    hours, minutes = divmod(minutes, 60)
    tail = f"{left + rest:g}s"
    if hours:
        return f"{hours}h{minutes}m{tail}"
    return f"{minutes}m{tail}" if minutes else tail
