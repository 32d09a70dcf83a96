"""A picture reaches the terminal whole, so that it does not flicker.

Redrawing means erasing first. Between these two marks a terminal takes everything in and paints once
(https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036); one that does not know them
ignores them.
"""

from typing import IO, Any, TextIO, cast

_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"


def whole_pictures(file: TextIO) -> IO[str]:
    """A file like this one that marks what is written to it at once, where it erases something."""
    return cast("IO[str]", _WholePictures(file))


class _WholePictures:
    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(f"{_BEGIN}{text}{_END}" if "\x1b[2K" in text else text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
