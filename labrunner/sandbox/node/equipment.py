"""What all parts of the kubelet work with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from labrunner.sandbox.clock import Clock
from labrunner.sandbox.node.catalogue import Catalogue
from labrunner.sandbox.node.container import Starter
from labrunner.sandbox.node.devices import Devices
from labrunner.sandbox.node.doorman import Doorman
from labrunner.sandbox.node.surroundings import PodEnvironment
from labrunner.sandbox.node.telling import Teller
from labrunner.sandbox.node.unpack import Unpacker
from labrunner.sandbox.registry import Registry


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the kubelet waits, in seconds; the defaults are the real one's."""

    crash: float = 10.0
    """Before a container that crashed twice is started again; doubled each time."""
    crash_limit: float = 300.0
    pull: float = 10.0
    """Before a failed pull is tried again; doubled each time."""
    pull_limit: float = 300.0
    mount: float = 0.5
    """Before a failed mount is tried again; doubled each time."""
    mount_limit: float = 122.0
    config: float = 10.0
    """Before a container that cannot be made as the pod says is tried again."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """Shared by all pods on all nodes."""

    registry: Registry
    catalogue: Catalogue
    clock: Clock
    environment: PodEnvironment
    folder: Path
    """Everything of the kubelet's on disk is below."""
    starter: Starter
    doorman: Doorman
    unpacker: Unpacker
    teller: Teller
    devices: Devices
    timing: Timing
    node_root: Callable[[str], Path]
    """The folder that stands for a node's disk, by the node's name."""
