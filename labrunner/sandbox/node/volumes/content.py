"""What volumes made of the cluster's objects hold, and what kept one from being made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labrunner.sandbox.node.surroundings import PodEnvironment
from labrunner.sandbox.objects import Object
from labrunner.sandbox.registry import Registry

DEFAULT_MODE = 0o644


class MountError(Exception):
    """A volume cannot be made; the text is the kubelet's, without `MountVolume.SetUp failed …`."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a volume."""

    data: bytes
    mode: int


Contents = Mapping[str, File]
"""Path in the volume → file."""


@dataclass(frozen=True, slots=True)
class Context:
    """What volumes are made from."""

    pod: Object
    node: Object
    node_root: Path
    """The folder that stands for the node's own disk."""
    folder: Path
    """Where the pod's volumes are, one folder each."""
    claims: Path
    """Where the disks behind persistent volume claims are."""
    registry: Registry
    environment: PodEnvironment

    @property
    def namespace(self) -> str:
        """The pod's."""
        return str(self.pod["metadata"]["namespace"])


def selected(
    values: Mapping[str, bytes],
    source: Mapping[str, Any],
    mode: int,
    what: str,
) -> Contents:
    """The keys that a config map's or secret's volume shows, under the names that it shows them by.

    Args:
        values: All that there is.
        source: With `items` and `optional`.
        mode: Of files for which `items` says nothing.
        what: `config` or `secret`, for the error.

    Raises:
        MountError: A key that is not optional is missing.
    """
    items: Iterable[Mapping[str, Any]] | None = source.get("items")
    if not items:
        return {key: File(data, mode) for key, data in values.items()}
    found = {}
    for item in items:
        if item["key"] in values:
            found[item["path"]] = File(values[item["key"]], item.get("mode", mode))
        elif not source.get("optional"):
            raise MountError(f"references non-existent {what} key: {item['key']}")
    return found
