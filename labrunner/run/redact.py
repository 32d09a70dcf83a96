"""Mask known shapes of secrets in text that arrives in pieces, before anything else sees it.

However the text is cut, what comes out is the same, and no part of a secret ever comes out: what may be
the beginning of one is held back until it is clear. That is rarely more than a few characters, so progress
bars and questions stream. It recognises shapes (`shapes.py`); a secret that looks like ordinary words it
cannot know.
"""

import re
import string
from collections.abc import Iterator

from labrunner.run.shapes import SHAPES, Shape

LONGEST_HELD = 8 * 1024
"""Characters held back at most. What is longer and still may be a secret is taken for one."""

_BY_KEY = {key: tuple(s for s in SHAPES if key in s.keys) for shape in SHAPES for key in shape.keys}
_BEGINNINGS = frozenset(key[:length] for key in _BY_KEY for length in range(1, len(key)))
_LONGEST_BEGINNING = max(map(len, _BEGINNINGS))
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_PLACEHOLDER = re.compile(r"EXAMPLE|[xX*]{6}|(?i:your|changeme|redacted|placeholder|dummy)")
_LONGEST_PLACEHOLDER = 64
_LEAST_VARIETY = 6
_PATH = re.compile(r"[.~]?(?:/[a-z0-9._-]+){2,}\Z")
_RANDOM = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])|(?=.*[a-z])(?=.*[A-Z])")


def redact(text: str) -> str:
    """Mask the secrets in a complete text."""
    return Redactor().finish(text)


class Redactor:
    """Takes one command's output piece by piece."""

    def __init__(self) -> None:
        # What is still needed of the text: one character before what is undecided, and everything from there.
        self._text = ""
        self._undecided = 0
        # Up to where it has come out: the name before a secret may be seen before the secret is complete.
        self._shown = 0
        self._swallowing: Shape | None = None

    def feed(self, text: str) -> str:
        """Take the next piece; return what is clear by now, masked."""
        self._text += text
        return self._release(last=False)

    def finish(self, text: str = "") -> str:
        """Take the last piece, if there is one, and return all that was held back; it is as new then."""
        self._text += text
        ready = self._release(last=True)
        self._text, self._undecided, self._shown, self._swallowing = "", 0, 0, None
        return ready

    def _release(self, *, last: bool) -> str:
        if self._swallowing is not None and not self._swallow(self._swallowing, last=last):
            return ""
        ready: list[str] = []
        held, pending = len(self._text), None
        lower = _lower(self._text)
        for at, shape in _candidates(lower, self._undecided):
            if at < self._undecided or not _may_begin(shape, self._text, at):
                continue
            if not last and shape.begun.match(self._text, at):
                held, pending = at, shape
                break
            self._mask(shape, at, ready)
        else:
            held -= 0 if last else _length_of_beginning(lower, self._undecided)
        self._show(held, ready)
        if pending is None or not self._is_overlong(pending, held, ready):
            self._forget(held)
        return "".join(ready)

    def _mask(self, shape: Shape, at: int, ready: list[str]) -> None:
        found = shape.whole.match(self._text, at)
        if found and _is_secret(shape, found[1]):
            self._show(found.start(1), ready)
            ready.append(f"[masked: {shape.name}]")
            self._shown = self._undecided = found.end(1)

    def _show(self, until: int, ready: list[str]) -> None:
        if until > self._shown:
            ready.append(self._text[self._shown : until])
            self._shown = until

    def _is_overlong(self, shape: Shape, at: int, ready: list[str]) -> bool:
        """Show what is harmless of what is held back from `at`; if the rest is too long, mask it unseen."""
        if shape.by_context and (before := shape.harmless.match(self._text, at)):
            self._show(before.end(), ready)
        if len(self._text) - at <= LONGEST_HELD:
            return False
        ready.append(f"[masked: {shape.name}]")
        self._swallowing, self._undecided = shape, self._shown
        self._swallow(shape, last=False)
        return True

    def _swallow(self, shape: Shape, *, last: bool) -> bool:
        """Drop what still belongs to an over-long secret; return whether its end was seen."""
        rest = re.compile(f"(?:{shape.rest})*").match(self._text, self._undecided)
        end = rest.end() if rest else self._undecided
        # The last character may have to be judged by the next one.
        if end == len(self._text) and not last:
            self._text = self._text[-1:]
            self._undecided = self._shown = 0
            return False
        self._undecided = self._shown = end
        self._swallowing = None
        return True

    def _forget(self, held: int) -> None:
        start = max(held - 1, 0)
        self._text = self._text[start:]
        self._undecided = held - start
        self._shown = max(self._shown, held) - start


def _lower(text: str) -> str:
    lower = text.lower()
    # A few letters outside ASCII become two.
    return lower if len(lower) == len(text) else text.translate(_LOWER)


def _candidates(lower: str, start: int) -> Iterator[tuple[int, Shape]]:
    """Where which shape could begin, in order."""
    found = []
    for key, shapes in _BY_KEY.items():
        at = lower.find(key, start)
        while at >= 0:
            found.append((at, shapes))
            at = lower.find(key, at + 1)
    if found:
        found.sort(key=lambda candidate: candidate[0])
        for at, shapes in found:
            for shape in shapes:
                yield at, shape


def _may_begin(shape: Shape, text: str, at: int) -> bool:
    return shape.inside_words or at == 0 or not text[at - 1].isalnum()


def _length_of_beginning(lower: str, start: int) -> int:
    """How many characters at the end may be the beginning of a key."""
    for length in range(min(_LONGEST_BEGINNING, len(lower) - start), 0, -1):
        if lower[-length:] in _BEGINNINGS:
            return length
    return 0


def _is_secret(shape: Shape, value: str) -> bool:
    # `AKIAXXXXXXXXXXXXXXXX`, `token: 0000-0000-0000-0000`
    made_up = _PLACEHOLDER.search(value) or len(set(value)) < _LEAST_VARIETY
    if made_up and len(value) <= _LONGEST_PLACEHOLDER:
        return False
    return not shape.by_context or bool(_RANDOM.match(value) and not _PATH.match(value))
