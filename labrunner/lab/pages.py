"""One page's file to a `Page`, with one clear sentence for every way in which that can go wrong."""

import difflib
from pathlib import Path

from labrunner import document
from labrunner.errors import LabError, LabrunnerError, UsageError
from labrunner.plan.pages import Page

SUFFIXES = (".md", ".mdx", ".markdown")


def read_page(path: Path, name: str) -> Page:
    """Return the page in the file `path`, called `name` in messages.

    Raises:
        UsageError: There is no such file, or it may not be read.
        LabError: What it holds is not a page.
    """
    text = _decoded(_bytes(path, name), name)
    if not text.strip():
        raise LabError("page is empty", path=name, remedy="write the lab, or name another page")
    return Page(path.resolve(), document.parse(text, name))


def missing(path: Path, name: str) -> UsageError:
    """Return the error for a path that is not there, with the name that was probably meant."""
    folder = path.parent
    near: list[str] = []
    if folder.is_dir():
        near = difflib.get_close_matches(path.name, [entry.name for entry in folder.iterdir()], n=1)
    remedy = f"did you mean {Path(name).parent / near[0]}?" if near else "name a page or a folder of pages"
    return UsageError("no such file or folder", path=name, remedy=remedy)


def unreadable(error: OSError, name: str) -> LabrunnerError:
    """Return the error for a file or folder that the system does not hand out."""
    reason = (error.strerror or "unknown reason").lower()
    return UsageError(f"cannot be read: {reason}", path=name, remedy="mend its permissions")


def _bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise missing(path, name) from None
    except IsADirectoryError:
        raise UsageError("is a folder, not a page", path=name) from None
    except OSError as error:
        raise unreadable(error, name) from None


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise LabError(
            f"page is not UTF-8 text: byte 0x{data[error.start]:02x} makes no character",
            path=name,
            line=line,
            remedy="save it as UTF-8",
        ) from None
