"""torch-neuronx (Inf2, Trn1) as the rehearsal has it: `trace`, and what happens when its result is loaded."""

from typing import Any, NoReturn

import neuron_emulation

neuron_emulation.refuse_real_device()

from neuron_emulation import loading, tracing, vision  # noqa: E402

__version__ = neuron_emulation.VERSION


def trace(func: Any, example_inputs: Any, **options: Any) -> Any:
    """Trace a model; needs no device, as compiling needs none."""
    return tracing.trace("torch_neuronx", func, example_inputs, options)


def __getattr__(name: str) -> NoReturn:
    if name.startswith("_"):
        raise AttributeError(name)
    raise neuron_emulation.missing("torch_neuronx", name)


loading.install()
vision.mend()
neuron_emulation.say("torch_neuronx", "this stands in for the AWS Neuron SDK; there is no Neuron device here")
