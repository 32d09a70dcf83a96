"""Classify a picture of a cat with the model that trace.py compiled.

Needs a Neuron core, which the pod gets by asking for aws.amazon.com/neuron.
"""

from urllib.request import urlretrieve

import torch

# Imported for what it does to torch.jit.load: without it PyTorch cannot read a compiled model.
try:
    import torch_neuron  # noqa: F401 (Inf1)
except ImportError:
    import torch_neuronx  # noqa: F401 (Inf2 and Trn1)

from PIL import Image
from torchvision import models, transforms

# Chelsea the cat, by Stefan van der Walt, in the public domain (CC0).
PICTURE = "https://raw.githubusercontent.com/scikit-image/scikit-image/v0.22.0/skimage/data/chelsea.png"

urlretrieve(PICTURE, "cat.png")

# The picture as the model wants it: its size, its order of numbers, its range of values.
prepare = transforms.Compose(
    [
        transforms.Resize([224, 224]),
        transforms.ToTensor(),
        transforms.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
    ]
)
image = prepare(Image.open("cat.png").convert("RGB")).unsqueeze(0)

# The names of ImageNet's 1,000 classes come with torchvision.
labels = [label.replace(" ", "_") for label in models.ResNet50_Weights.IMAGENET1K_V1.meta["categories"]]

about = {"model.txt": ""}
model_neuron = torch.jit.load("resnet50_neuron.pt", _extra_files=about)
scores = model_neuron(image)[0]

# Five indices in ascending order of score: the last one is the best.
top5 = scores.sort()[1][-5:]
print("Model:", about["model.txt"].decode())
print("Top 5 labels:\n", [labels[index] for index in top5])
