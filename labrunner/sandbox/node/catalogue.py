"""Which image a reference means, and whether this machine has what the image needs."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from labrunner.sandbox.node.image import Bundled, Image
from labrunner.sandbox.node.interpreter import Interpreter, ours
from labrunner.sandbox.node.reference import Reference

ADD = "add a file to labrunner/sandbox/node/images that says which programs stand in for it"

HOST_PROGRAMS = (Path("/usr/bin"), Path("/usr/sbin"))
"""Where a required program must be: the folders that containers see."""


class PullError(Exception):
    """An image cannot be had. The text is what the node reports, and ends with what to do about it."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The images that the nodes can run; an earlier one wins over a later one."""

    images: tuple[Image, ...]
    interpreter: Interpreter

    @classmethod
    def of(cls, images: Sequence[Image]) -> "Catalogue":
        """The given images, run with the Python that runs this."""
        return cls(tuple(images), ours())

    def pull(self, reference: Reference) -> Image:
        """Find the image that `reference` means.

        Raises:
            PullError: The catalogue does not have it, or this machine lacks what it needs.
        """
        image = next((image for image in self.images if _matches(image, reference)), None)
        if image is None:
            raise PullError(_failure(reference, f"{reference}: not found; {self._advice(reference)}"))
        if lacks := list(self._lacking(image)):
            remedy = image.remedy or "install it on this machine and try again"
            raise PullError(
                _failure(reference, f"the sandbox's {image.name} image needs {_both(lacks)}; {remedy}")
            )
        return image

    def _lacking(self, image: Image) -> Iterator[str]:
        for program in image.requires:
            if not any((folder / program).exists() for folder in HOST_PROGRAMS):
                yield f"the program {program} in /usr/bin"
        for module in image.modules:
            if not self.interpreter.has(module):
                yield f"the Python package {module} in {self.interpreter.environment}"
        for each in image.programs.values():
            if isinstance(each, Bundled) and not (self.interpreter.programs / each.name).exists():
                yield f"the program {each.name} (pip install {each.package})"

    def _advice(self, reference: Reference) -> str:
        names = [pattern.strip("*") for image in self.images for pattern in image.patterns]
        close = difflib.get_close_matches(reference.name, names, n=1, cutoff=0.8)
        meant = f"did you mean {close[0]}? Otherwise " if close else ""
        return f"the sandbox's catalogue has no such image: {meant}{ADD}"


def _matches(image: Image, reference: Reference) -> bool:
    return any(
        fnmatchcase(reference.tagged if ":" in pattern.rpartition("/")[2] else reference.name, pattern)
        for pattern in image.patterns
    )


def _failure(reference: Reference, cause: str) -> str:
    return (
        f'failed to pull and unpack image "{reference}": failed to resolve reference "{reference}": {cause}'
    )


def _both(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
