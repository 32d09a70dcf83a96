"""Compile ResNet-50 for AWS Inferentia and save the result as resnet50_neuron.pt.

Runs wherever the AWS Neuron SDK is installed; compiling needs no Inferentia chip.
"""

import importlib
import os

import torch

try:
    import torch_neuron as neuron  # the SDK for Inf1 instances
except ImportError:
    import torch_neuronx as neuron  # the SDK for Inf2 and Trn1 instances

from torchvision import models


def choose_model():
    """Return the model's name and the model, trained and ready to classify pictures.

    Where its weights cannot be downloaded, LAB_STAND_IN_MODEL (module:function) names another one.
    On AWS nobody sets it.
    """
    stand_in = os.environ.get("LAB_STAND_IN_MODEL")
    if stand_in:
        module, function = stand_in.split(":")
        model = getattr(importlib.import_module(module), function)()
        return function + " (stands in for resnet50)", model
    return "resnet50", models.resnet50(weights="IMAGENET1K_V1")


name, model = choose_model()
model.eval()

# The compiler follows one picture through the model: 3 colours, 224 x 224 pixels. An empty one will do.
image = torch.zeros([1, 3, 224, 224], dtype=torch.float32)
model_neuron = neuron.trace(model, image)

# The file says which model it was made from.
torch.jit.save(model_neuron, "resnet50_neuron.pt", _extra_files={"model.txt": name})
print("Model:", name)
print("Saved resnet50_neuron.pt")
