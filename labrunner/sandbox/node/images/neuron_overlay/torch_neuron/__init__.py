"""torch-neuron (Inf1) as the rehearsal has it: `trace`, and what its result does."""

from typing import Any, NoReturn

import neuron_emulation

neuron_emulation.refuse_real_device()

import sys  # noqa: E402

import torch  # noqa: E402
from neuron_emulation import loading, tracing, vision  # noqa: E402

__version__ = neuron_emulation.VERSION


def trace(func: Any, example_inputs: Any, **options: Any) -> Any:
    """Trace a model; needs no device, as compiling needs none."""
    return tracing.trace("torch_neuron", func, example_inputs, options)


def __getattr__(name: str) -> NoReturn:
    if name.startswith("_"):
        raise AttributeError(name)
    raise neuron_emulation.missing("torch_neuron", name)


loading.install()
vision.mend()
# The real package is also reached as `torch.neuron`, and most of its examples do so.
torch.neuron = sys.modules["torch.neuron"] = sys.modules[__name__]  # type: ignore[attr-defined]
neuron_emulation.say("torch_neuron", "this stands in for the AWS Neuron SDK; there is no Inferentia here")
