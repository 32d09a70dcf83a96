"""The Python files of a lab, and the oldest Python that its images have."""

import re
from collections.abc import Iterator
from pathlib import Path

from labrunner.check.applied import applied_objects
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.references import mentions

_TAG = re.compile(r"(?:\bpy|\bpython:?)3\.?(\d{1,2})(?!\d)")


def python_files(lab: Lab) -> Iterator[tuple[Page, Path]]:
    """Yield the Python files that checked pages show or hand to a command, each once, with the first page."""
    seen = set()
    for page in (page for page in lab.checked if ".py" in page.document.text):
        shown = (lab.named(line.text) for block in page.document.blocks for line in block.files)
        handed = (mention.path for mention in mentions(page, lab))
        for path in (*shown, *handed):
            if path and path.suffix == ".py" and path not in seen and lab.files.is_file(path):
                seen.add(path)
                yield page, path


def oldest_python(page: Page, lab: Lab) -> tuple[int, str] | None:
    """Return the minor version of the oldest Python 3 among a page's images, and the image.

    Told by the tags that images carry: `…-py38-…`, `python:3.9`. `None` when no image tells.
    """
    images = [value for value in page.declaration.variables.values() if ":" in value]
    for application, _, data in applied_objects(lab):
        if application.command in page.commands:
            images.extend(_images(data))
    versions = [(int(found[1]), image) for image in images for found in _TAG.finditer(image)]
    return min(versions, default=None)


def _images(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "image" and isinstance(value, str):
                yield value
            else:
                yield from _images(value)
    elif isinstance(data, list):
        for value in data:
            yield from _images(value)
