"""Which file stands for a web address, and what to say when none does.

Pure, apart from looking whether files exist. A mirror folder has one subfolder a host, and below it the
address's path: `MIRROR/raw.githubusercontent.com/…/file.yml`.
"""

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

# As raw.githubusercontent.com sends them: browsers show it and no client minds.
_PLAIN = {".yaml", ".yml", ".txt", ".md", ".sh", ".py", ".toml"}
# Python's own table, the same on every machine; the module's functions also read the system's.
_TYPES = mimetypes.MimeTypes()


@dataclass(frozen=True, slots=True)
class Page:
    """A file that stands for an address."""

    path: Path
    content_type: str


@dataclass(frozen=True, slots=True)
class Missing:
    """No file stands for the address."""

    sentence: str
    """What is missing and what to add, on one line."""


def find(folders: Sequence[Path], address: str) -> Page | Missing:
    """Find the file for an absolute address; the first folder that has it wins.

    An address with a query is another address: its file's name ends in `?` and the query. One that ends
    in a slash is the `index.html` there.
    """
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    path = unquote(parts.path).lstrip("/")
    if not path or path.endswith("/"):
        path += "index.html"
    name = f"{path}?{parts.query}" if parts.query else path
    for folder in folders:
        found = _inside(folder / host, name)
        if found is not None:
            return Page(found, content_type(found))
    return Missing(_sentence(folders, address, f"{host}/{name}"))


def content_type(path: Path) -> str:
    """The media type by the file's name."""
    if path.suffix in _PLAIN:
        return "text/plain; charset=utf-8"
    return _TYPES.guess_type(path.name)[0] or "application/octet-stream"


def _inside(host: Path, name: str) -> Path | None:
    path = host / name
    try:
        inside = path.resolve().is_relative_to(host.resolve()) and path.is_file()
    except (OSError, ValueError):  # a name too long, or with a zero byte in it
        return None
    return path if inside and host.name else None


def _sentence(folders: Sequence[Path], address: str, name: str) -> str:
    fact = f"{address} is not pinned for the rehearsal"
    if not folders:
        return f"{fact}: declare a [mirror] folder in the lab's lab.toml and save the page there as {name}"
    return f"{fact}: save the page as {folders[0] / name}"
