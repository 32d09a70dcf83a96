"""Which Neuron cores this process may use: what the device plugin gave it, and the runtime's variables.

The sandbox's device plugin is emulated as well. What it allocates reaches the container as a variable, as
the real one's reaches it as device files; without an allocation there is no device, whatever node it is on.
"""

import os
import re
from collections.abc import Mapping

ALLOCATED = "LABRUNNER_EMULATED_NEURON_DEVICES"
ALLOCATED_CORES = "LABRUNNER_EMULATED_NEURON_CORES"
CHIP = "LABRUNNER_EMULATED_NEURON_CHIP"

# Which chips a package is for, and the cores of each.
CHIPS = {"torch_neuron": ("Inferentia",), "torch_neuronx": ("Inferentia2", "Trainium")}
CORES = {"torch_neuron": 4, "torch_neuronx": 2}

# What the PyTorch packages say when the runtime cannot start, for whichever reason.
NOT_INITIALIZED = (
    "The PyTorch Neuron Runtime could not be initialized. Neuron Driver issues are logged\n"
    "to your system logs. See the Neuron Runtime's troubleshooting guide for help on this\n"
    "topic: https://awsdocs-neuron.readthedocs-hosted.com/en/latest/"
)


def allocated(package: str, environment: Mapping[str, str] = os.environ) -> int:
    """How many cores the container has: all those of its devices, unless it asked for single ones."""
    cores = _count(environment.get(ALLOCATED_CORES, ""))
    return cores or _count(environment.get(ALLOCATED, "")) * CORES[package]


def check(package: str, environment: Mapping[str, str] = os.environ) -> None:
    """Do what the runtime does when it starts.

    Args:
        package: The PyTorch package that wants it, `torch_neuron` say.
        environment: The process's variables.

    Raises:
        RuntimeError: There is no device, it is of another family than the package's, or the variables ask
            for cores that it does not have.
    """
    cores = allocated(package, environment)
    if not cores:
        raise RuntimeError(NOT_INITIALIZED)
    complaint = _chip(environment, package) or _visible(environment, cores) or _number(environment, cores)
    if complaint:
        raise RuntimeError(f"{NOT_INITIALIZED}\n(rehearsal: {complaint})")


def _count(value: str) -> int:
    return int(value) if value.isdigit() else 0


def _chip(environment: Mapping[str, str], package: str) -> str:
    chip = environment.get(CHIP)
    if chip is None or chip in CHIPS[package]:
        return ""
    return f"{package} is for {' and '.join(CHIPS[package])}, and this node's chip is {chip}"


def _visible(environment: Mapping[str, str], cores: int) -> str:
    value = environment.get("NEURON_RT_VISIBLE_CORES")
    if value is None:
        return ""
    match = re.fullmatch(r"(\d+)(?:-(\d+))?", value)
    if not match:
        return f"NEURON_RT_VISIBLE_CORES={value} is neither a core nor a range such as 0-3"
    first, last = int(match[1]), int(match[2] or match[1])
    if first > last or last >= cores:
        return f"NEURON_RT_VISIBLE_CORES={value}, but the cores here are 0-{cores - 1}"
    return ""


def _number(environment: Mapping[str, str], cores: int) -> str:
    value = environment.get("NEURON_RT_NUM_CORES")
    if value is None or "NEURON_RT_VISIBLE_CORES" in environment:
        return ""  # the runtime lets the visible cores win
    if not value.isdigit():
        return f"NEURON_RT_NUM_CORES={value} is not a number"
    if not 1 <= int(value) <= cores:
        return f"NEURON_RT_NUM_CORES={value}, but there are {cores} cores here"
    return ""
