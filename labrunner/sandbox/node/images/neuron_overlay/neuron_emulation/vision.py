"""Makes `import torchvision` work beside a CPU build of PyTorch.

The torchvision wheel on PyPI is a CUDA build: its extension does not load here, and the import then fails
at `operator torchvision::nms does not exist`. Declaring the two operators that it looks up is enough for
models, weights' labels and transforms; operators that need the extension go on refusing to run.

torchvision itself is not imported here: that takes a second or more, and not every script needs it.
"""

import importlib.util
from pathlib import Path

import torch

# The declarations live as long as this list does.
_declared: list[torch.library.Library] = []


def mend() -> None:
    """Declare the operators that torchvision looks up, unless its own extension brings them."""
    if not _declared and not _extension_loads():
        library = torch.library.Library("torchvision", "FRAGMENT")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _declared.append(library)


def _extension_loads() -> bool:
    spec = importlib.util.find_spec("torchvision")
    if spec is None or not spec.origin:
        return True  # not installed: nothing to mend
    for path in Path(spec.origin).parent.glob("_C.*"):
        try:
            torch.ops.load_library(path)
        except OSError:
            return False
        return True
    return False
