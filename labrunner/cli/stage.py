"""The built-in sandbox as `labrunner coverage` asks about it: its programs, kinds and images."""

from functools import cache, cached_property

from labrunner.sandbox import programs
from labrunner.sandbox.control.karpenter.definitions import definitions
from labrunner.sandbox.custom import kinds_of
from labrunner.sandbox.kinds.builtin import builtin_kinds
from labrunner.sandbox.kinds.kind import Kind
from labrunner.sandbox.node.catalogue import Catalogue, PullError
from labrunner.sandbox.node.images import IMAGES
from labrunner.sandbox.node.reference import Reference


class SandboxStage:
    """What a rehearsal on this machine would have."""

    def __init__(self) -> None:
        self.lacks_program = cache(self._lacks_program)
        self.lacks_image = cache(self._lacks_image)

    def lacks_kind(self, api_version: str, kind: str) -> str:
        """Return why objects of a kind prove nothing; empty when they do."""
        found = self._kinds.get((api_version, kind))
        if found is None:
            return f"the sandbox does not serve {kind} of {api_version}"
        return found.sentence

    def _lacks_program(self, name: str) -> str:
        known = next((one for one in programs.PROGRAMS if one.name == name), None)
        found = programs.locate(known) if known else programs.find(name)
        return "" if found or name == "envsubst" else f"there is no program {name} here"

    def _lacks_image(self, image: str) -> str:
        try:
            self._catalogue.pull(Reference.parse(image))
        except ValueError as error:
            return str(error)
        except PullError:
            return f"the sandbox's catalogue does not have the image {image}, or not all that it needs"
        return ""

    @cached_property
    def _kinds(self) -> dict[tuple[str, str], Kind]:
        custom = (kind for definition in definitions() for kind in kinds_of(definition))
        return {(kind.api_version, kind.kind): kind for kind in (*builtin_kinds(), *custom)}

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue.of(IMAGES)
