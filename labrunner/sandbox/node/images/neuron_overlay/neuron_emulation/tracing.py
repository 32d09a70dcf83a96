"""`trace`: from a model and an example to a TorchScript module that only a Neuron device would run."""

from collections.abc import Callable, Mapping
from typing import Any

import torch

from neuron_emulation import NotRehearsed, operators, say

# Options that change how the real compiler works and nothing that a CPU could show.
WITHOUT_EFFECT = {
    "compiler_args", "compiler_timeout", "compiler_workdir", "minimum_segment_size", "optimizations",
    "verbose", "single_fusion_ratio_threshold",
}  # fmt: skip
# Options whose effect a person would look for, and would not find.
NOT_REHEARSED = {
    "allow_no_ops_on_neuron", "debug_must_trace", "op_whitelist", "separate_weights", "skip_compiler",
    "subgraph_builder_function", "subgraph_inputs_pruning", "partitioner_config", "input_output_aliases",
    "bucket_config", "cpu_backend", "weights_to_skip_layout_optimization", "inline_weights_to_neff",
}  # fmt: skip


class Traced(torch.nn.Module):
    """A model between the two operators that mark it."""

    def __init__(
        self, model: Callable[..., Any], package: str, shapes: list[list[int]], dynamic: bool
    ) -> None:
        super().__init__()
        self.model = model
        self._package = package
        self._shapes = shapes
        self._dynamic = dynamic

    def forward(self, *inputs: torch.Tensor) -> Any:
        """Run the model on checked inputs and mark what comes out."""
        taken = (
            torch.ops.neuron_emulation.take_input(value, place, shape, self._dynamic)
            for place, (value, shape) in enumerate(zip(inputs, self._shapes, strict=True))
        )
        return self._mark(self.model(*taken))

    def _mark(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return torch.ops.neuron_emulation.forward_cpu(value, self._package)
        if isinstance(value, tuple | list):
            return tuple(self._mark(each) for each in value)
        raise NotRehearsed(f"the rehearsal traces models that return tensors, not {type(value).__name__}")


def trace(package: str, model: Callable[..., Any], example_inputs: Any, options: Mapping[str, Any]) -> Any:
    """Trace `model` for the package of this name.

    Raises:
        TypeError: The inputs are no tensors, or the package's `trace` knows no such option.
        NotRehearsed: It knows the option, but the rehearsal could not show its effect.
    """
    _check_options(package, options)
    inputs = _inputs(example_inputs)
    say(f"{package}.trace", "nothing is compiled; PyTorch traces the model, and it will run on the CPU")
    module = Traced(
        model, package, [list(each.shape) for each in inputs], bool(options.get("dynamic_batch_size"))
    )
    with operators.tracing(), torch.no_grad():
        return torch.jit.trace(module, inputs, check_trace=False)


def _inputs(example: Any) -> tuple[torch.Tensor, ...]:
    inputs = (example,) if isinstance(example, torch.Tensor) else example
    if not isinstance(inputs, tuple | list) or not all(isinstance(each, torch.Tensor) for each in inputs):
        raise TypeError("example_inputs must be a tensor, or a tuple or list of tensors")
    return tuple(inputs)


def _check_options(package: str, options: Mapping[str, Any]) -> None:
    for name, value in options.items():
        if name in NOT_REHEARSED or (name == "fallback" and value is not True):
            raise NotRehearsed(f"the rehearsal of {package}.trace cannot show what {name}={value!r} does")
        if name not in WITHOUT_EFFECT | {"dynamic_batch_size", "fallback"}:
            raise TypeError(f"trace() got an unexpected keyword argument {name!r}")
