"""Pulling images: nothing is fetched, but it succeeds and fails as on a real node, and is told like there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from labrunner.sandbox.node.backoff import BackOff, spoken
from labrunner.sandbox.node.catalogue import PullError
from labrunner.sandbox.node.equipment import Equipment
from labrunner.sandbox.node.image import Image
from labrunner.sandbox.node.reference import Reference
from labrunner.sandbox.objects import Object, at


@dataclass(frozen=True, slots=True)
class Pulled:
    """An image that a container can be made of."""

    image: Image
    reference: Reference

    @property
    def id(self) -> str:
        """What the status shows: which image it is, and that it is not the real one."""
        return f"{self.reference.name}@emulated:{self.image.name}"


Tell = Callable[[str, str, bool], None]
"""Takes reason and message of an event, and whether it is a warning."""


class RefusedError(Exception):
    """A container cannot be made yet.

    Attributes:
        reason: One word for the status.
        message: What is wrong.
        told: Text of the event; `Error: …` with the message unless it says otherwise.
    """

    def __init__(self, reason: str, message: str, told: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.told = told or f"Error: {message}"


@dataclass(slots=True)
class Pulls:
    """The images on every node."""

    equipment: Equipment
    present: set[tuple[str, str]] = field(default_factory=set)
    """Node and image."""

    def once(self, pod: Object, container: Mapping[str, Any], tell: Tell) -> Pulled:
        """Get the container's image onto the pod's node.

        Args:
            pod: On which node.
            container: Which image, and when to pull it.
            tell: Takes the events.

        Raises:
            RefusedError: It cannot be had.
        """
        name = container["image"]
        reference = _parsed(name, tell)
        here = (at(pod, "spec.nodeName", ""), str(reference))
        policy = container.get("imagePullPolicy") or "IfNotPresent"
        if policy == "Never" and here not in self.present:
            said = f'Container image "{name}" is not present with pull policy of Never'
            tell("ErrImageNeverPull", said, True)
            raise RefusedError("ErrImageNeverPull", said, "Error: ErrImageNeverPull")
        if policy != "Always" and here in self.present:
            tell("Pulled", f'Container image "{name}" already present on machine', False)
            return Pulled(self.equipment.catalogue.pull(reference), reference)
        return self._pull(name, reference, here, tell)

    def _pull(self, name: str, reference: Reference, here: tuple[str, str], tell: Tell) -> Pulled:
        tell("Pulling", f'Pulling image "{name}"', False)
        before = self.equipment.clock.monotonic()
        try:
            image = self.equipment.catalogue.pull(reference)
        except PullError as error:
            tell("Failed", f'Failed to pull image "{name}": {error}', True)
            raise RefusedError("ErrImagePull", str(error), "Error: ErrImagePull") from error
        self.present.add(here)
        took = spoken(round(self.equipment.clock.monotonic() - before, 3))
        said = (
            f'Successfully pulled image "{name}" in {took} ({took} including waiting). Image size: 0 bytes.'
        )
        tell("Pulled", said, False)
        return Pulled(image, reference)


def _parsed(name: str, tell: Tell) -> Reference:
    try:
        return Reference.parse(name)
    except ValueError:
        cause = f'couldn\'t parse image name "{name}": invalid reference format'
        said = f'Failed to apply default image tag "{name}": {cause}'
        tell("InspectFailed", said, True)
        raise RefusedError("InvalidImageName", said, "Error: InvalidImageName") from None


async def persist(
    pull: Callable[[], Pulled],
    refused: Callable[[RefusedError], None],
    tell: Tell,
    equipment: Equipment,
    name: str,
) -> Pulled:
    """Pull until it works, less and less often.

    Args:
        pull: One try.
        refused: Is told of each failure and of each wait, to show it in the status.
        tell: See `Pulls.once`.
        equipment: For the clock and the length of the waits.
        name: The image as the manifest has it.
    """
    timing = equipment.timing
    waits = BackOff(timing.pull, timing.pull_limit)
    while True:
        try:
            return pull()
        except RefusedError as error:
            refused(error)
            tell("Failed", error.told, True)
            wait = waits.next(equipment.clock.monotonic())
            await equipment.clock.sleep(min(1.0, wait / 2))
            if error.reason == "ErrImagePull":
                said = f'Back-off pulling image "{name}"'
                tell("BackOff", said, False)
                tell("Failed", "Error: ImagePullBackOff", True)
                refused(RefusedError("ImagePullBackOff", f"{said}: ErrImagePull: {error.message}"))
            await equipment.clock.sleep(max(wait - 1.0, wait / 2))
