"""`torch.jit.load` once a Neuron package has been imported: a Neuron model needs its device to load."""

import functools
from typing import Any

import torch

from neuron_emulation import devices, operators, say

MARK = f"{operators.NAMESPACE}::forward_cpu"


def install() -> None:
    """Make `torch.jit.load` look for the mark; once is enough, however often this is called."""
    plain = torch.jit.load
    if hasattr(plain, "__wrapped__"):
        return

    @functools.wraps(plain)
    def load(*args: Any, **kwargs: Any) -> Any:
        model = plain(*args, **kwargs)
        package = package_of(model)
        if package:
            devices.check(package)
            say("torch.jit.load", "the model runs on the CPU; its speed says nothing about a Neuron device")
        return model

    torch.jit.load = load


def package_of(model: Any) -> str:
    """The package for which a model was traced; empty when it is an ordinary one."""
    graph = getattr(model, "inlined_graph", None)  # the nodes are gone as soon as it is
    for node in graph.findAllNodes(MARK) if graph is not None else []:
        return str(list(node.inputs())[1].toIValue())
    return ""
