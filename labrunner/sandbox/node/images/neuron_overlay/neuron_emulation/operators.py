"""The operators that mark a traced model as a rehearsal's, from its first value to its last.

They stand in the saved graph. A PyTorch without this package then refuses to load the file (`Unknown
builtin op`), as it refuses a compiled one, and nobody can take the file for a compiled one either. When the
model runs they do what the device would: check shapes, and fail where there is no device.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from neuron_emulation import devices

NAMESPACE = "neuron_emulation"

_tracing = False


@contextmanager
def tracing() -> Iterator[None]:
    """While a model is traced: compiling needs no device."""
    global _tracing
    _tracing = True
    try:
        yield
    finally:
        _tracing = False


def take_input(value: torch.Tensor, place: int, shape: Sequence[int], dynamic_batch: bool) -> torch.Tensor:
    """Hand an input to the model; its shape is the traced one, but for the batch where that was asked for."""
    seen = list(value.shape)
    skipped = 1 if dynamic_batch else 0
    if seen[skipped:] != list(shape)[skipped:]:
        difference = f"received {_words(seen)}, expected {_words(shape)}"
        raise RuntimeError(f"Incorrect tensor shape at input tensor #{place}: {difference}.")
    return value.clone()


def forward_cpu(value: torch.Tensor, package: str) -> torch.Tensor:
    """Hand out a result, on the CPU, if there is a device on which it could have been computed."""
    if not _tracing:
        devices.check(package)
    return value.clone()


def _words(shape: Sequence[int]) -> str:
    return " ".join(map(str, shape))


def _register() -> torch.library.Library:
    library = torch.library.Library(NAMESPACE, "DEF")
    library.define("take_input(Tensor value, int place, int[] shape, bool dynamic_batch) -> Tensor")
    library.define("forward_cpu(Tensor value, str package) -> Tensor")
    library.impl("take_input", take_input, "CompositeExplicitAutograd")
    library.impl("forward_cpu", forward_cpu, "CompositeExplicitAutograd")
    return library


# The operators live as long as this object does.
LIBRARY = _register()
