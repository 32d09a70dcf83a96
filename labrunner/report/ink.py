"""The few colours of reports that are plain lines; the live display has rich."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ink:
    """Puts text in colour, or leaves it as it is."""

    on: bool

    def bold(self, text: str) -> str:
        """What stands out: names."""
        return self._in("1", text)

    def dim(self, text: str) -> str:
        """What may be passed over."""
        return self._in("2", text)

    def yellow(self, text: str) -> str:
        """What wants a look: skipped, warned of."""
        return self._in("33", text)

    def _in(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.on and text else text
