"""The emulated Neuron SDK: what works, what fails as on the real thing, and what it owns up to.

Each case runs in a process of its own, as importing the SDK changes PyTorch for good.
"""

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from labrunner.sandbox.node.images.neuron import NEURON, NEURONX, OVERLAY

MODEL = """
import sys, torch
{import_}
class Double(torch.nn.Module):
    def forward(self, x):
        return x * 2
"""
NOT_INITIALIZED = "The PyTorch Neuron Runtime could not be initialized."


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    output: str
    errors: str


def run(folder: Path, script: str, *, overlay: bool = True, **environment: str) -> Ran:
    paths = {"PYTHONPATH": str(OVERLAY)} if overlay else {}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **paths, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def model(package: str = "torch_neuron") -> str:
    return MODEL.format(import_=f"import {package}")


def traced(folder: Path, package: str = "torch_neuron") -> None:
    script = f"{model(package)}\n{package}.trace(Double(), torch.ones(1, 3)).save('model.pt')"
    assert run(folder, script).code == 0


@pytest.mark.torch
@pytest.mark.parametrize("package", ["torch_neuron", "torch_neuronx"])
def test_a_model_is_traced_saved_loaded_and_run(tmp_path: Path, package: str) -> None:
    traced(tmp_path, package)

    seen = run(
        tmp_path,
        f"import torch, {package}\nprint(torch.jit.load('model.pt')(torch.ones(1, 3)).tolist())",
        LABRUNNER_EMULATED_NEURON_DEVICES="1",
    )

    assert (seen.code, seen.output) == (0, "[[2.0, 2.0, 2.0]]\n")
    assert f"{package}: rehearsal: this stands in for the AWS Neuron SDK" in seen.errors
    assert "torch.jit.load: rehearsal: the model runs on the CPU" in seen.errors


@pytest.mark.torch
def test_without_the_package_the_file_cannot_be_loaded(tmp_path: Path) -> None:
    traced(tmp_path)

    seen = run(tmp_path, "import torch\ntorch.jit.load('model.pt')", overlay=False)

    assert seen.code == 1
    assert "Unknown builtin op: neuron_emulation::" in seen.errors


@pytest.mark.torch
def test_without_a_device_the_file_can_be_made_and_neither_loaded_nor_run(tmp_path: Path) -> None:
    script = f"""{model()}
model = torch.neuron.trace(Double(), example_inputs=[torch.ones(1, 3)])
model.save("model.pt")
for use in (lambda: model(torch.ones(1, 3)), lambda: torch.jit.load("model.pt")):
    try:
        use()
    except RuntimeError as error:
        print({NOT_INITIALIZED!r} in str(error))
"""
    seen = run(tmp_path, script)

    assert seen.output == "True\nTrue\n"
    assert "torch_neuron.trace: rehearsal: nothing is compiled" in seen.errors


@pytest.mark.torch
def test_other_models_load_as_ever(tmp_path: Path) -> None:
    script = f"""{model()}
torch.jit.trace(Double(), torch.ones(1, 3)).save("plain.pt")
print(torch.jit.load("plain.pt")(torch.ones(1, 3)).tolist())
"""
    assert run(tmp_path, script).output == "[[2.0, 2.0, 2.0]]\n"


@pytest.mark.torch
def test_a_model_takes_the_shape_it_was_traced_with(tmp_path: Path) -> None:
    script = f"""{model()}
fixed = torch.neuron.trace(Double(), torch.ones(1, 3))
batches = torch.neuron.trace(Double(), (torch.ones(1, 3),), dynamic_batch_size=True)
print(list(batches(torch.ones(5, 3)).shape))
for use in (lambda: fixed(torch.ones(5, 3)), lambda: batches(torch.ones(1, 4))):
    try:
        use()
    except RuntimeError as error:
        print([line for line in str(error).splitlines() if "Incorrect tensor shape" in line][0])
"""
    seen = run(tmp_path, script, LABRUNNER_EMULATED_NEURON_DEVICES="1")

    assert seen.output.splitlines()[0] == "[5, 3]"
    assert "input tensor #0: received 5 3, expected 1 3." in seen.output
    assert "input tensor #0: received 1 4, expected 1 3." in seen.output


@pytest.mark.torch
def test_what_it_cannot_show_is_refused_by_name(tmp_path: Path) -> None:
    script = f"""{model()}
def attempt(use):
    try:
        use()
    except (NotImplementedError, TypeError) as error:
        print(type(error).__name__, error)
attempt(lambda: torch_neuron.DataParallel)
attempt(lambda: torch.neuron.trace(Double(), torch.ones(1), fallback=False))
attempt(lambda: torch.neuron.trace(Double(), torch.ones(1), colour="red"))
attempt(lambda: torch.neuron.trace(Double(), "x"))
torch.neuron.trace(Double(), torch.ones(1), compiler_args=["-O2"], compiler_timeout=60, fallback=True)
print(hasattr(torch_neuron, "DataParallel"), torch_neuron.__version__, torch.neuron is torch_neuron)
"""
    assert run(tmp_path, script).output.splitlines() == [
        (
            "NotRehearsed the rehearsal of torch_neuron has no DataParallel: "
            "it can trace, save, load and run a model on one device"
        ),
        "NotRehearsed the rehearsal of torch_neuron.trace cannot show what fallback=False does",
        "TypeError trace() got an unexpected keyword argument 'colour'",
        "TypeError example_inputs must be a tensor, or a tuple or list of tensors",
        "False 0+rehearsal True",
    ]


@pytest.mark.torch
def test_torchvision_can_be_imported_once_the_package_has_been(tmp_path: Path) -> None:
    script = """
import torch_neuron
from torchvision import models, transforms
print(len(models.ResNet50_Weights.IMAGENET1K_V1.meta["categories"]))
"""
    assert run(tmp_path, script).output == "1000\n"


def devices() -> ModuleType:
    spec = importlib.util.spec_from_file_location("devices", OVERLAY / "neuron_emulation/devices.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"NEURON_RT_NUM_CORES": "1"},
        {"NEURON_RT_NUM_CORES": "4"},
        {"NEURON_RT_VISIBLE_CORES": "3"},
        {"NEURON_RT_VISIBLE_CORES": "0-3"},
        {"NEURON_RT_VISIBLE_CORES": "1", "NEURON_RT_NUM_CORES": "9"},
        {"LABRUNNER_EMULATED_NEURON_CHIP": "Inferentia"},
        {"LABRUNNER_EMULATED_NEURON_DEVICES": "2", "NEURON_RT_NUM_CORES": "8"},
    ],
    ids=str,
)
def test_the_runtime_starts_with_the_cores_of_one_chip(environment: dict[str, str]) -> None:
    devices().check("torch_neuron", {"LABRUNNER_EMULATED_NEURON_DEVICES": "1", **environment})


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"NEURON_RT_NUM_CORES": "5"}, "there are 4 cores here"),
        ({"NEURON_RT_NUM_CORES": "0"}, "there are 4 cores here"),
        ({"NEURON_RT_NUM_CORES": "all"}, "is not a number"),
        ({"NEURON_RT_VISIBLE_CORES": "4"}, "the cores here are 0-3"),
        ({"NEURON_RT_VISIBLE_CORES": "2-1"}, "the cores here are 0-3"),
        ({"NEURON_RT_VISIBLE_CORES": "first"}, "neither a core nor a range"),
        ({"LABRUNNER_EMULATED_NEURON_CORES": "1", "NEURON_RT_NUM_CORES": "2"}, "there are 1 cores here"),
        (
            {"LABRUNNER_EMULATED_NEURON_CHIP": "Trainium"},
            "is for Inferentia, and this node's chip is Trainium",
        ),
        ({"LABRUNNER_EMULATED_NEURON_DEVICES": "0"}, NOT_INITIALIZED),
        ({"LABRUNNER_EMULATED_NEURON_DEVICES": "yes"}, NOT_INITIALIZED),
    ],
    ids=str,
)
def test_the_runtime_does_not_start_with_cores_that_are_not_there(
    environment: dict[str, str], complaint: str
) -> None:
    with pytest.raises(RuntimeError, match=complaint):
        devices().check("torch_neuron", {"LABRUNNER_EMULATED_NEURON_DEVICES": "1", **environment})


def test_the_real_package_belongs_where_there_is_a_real_device() -> None:
    text = (OVERLAY / "neuron_emulation/__init__.py").read_text()
    scope: dict[str, object] = {}
    exec(compile(text.replace("/dev/neuron0", "/dev/null"), "neuron_emulation", "exec"), scope)
    refuse = scope["refuse_real_device"]

    with pytest.raises(ImportError, match="install AWS's own"):
        refuse()  # type: ignore[operator]


def test_each_image_has_its_own_package_and_not_the_others() -> None:
    assert "/opt/neuron-emulation/torch_neuron" in NEURON.overlay
    assert "/opt/neuron-emulation/torch_neuronx" not in NEURON.overlay
    assert "/opt/neuron-emulation/torch_neuronx" in NEURONX.overlay
    assert "/opt/neuron-emulation/torch_neuron" not in NEURONX.overlay
    assert all(path.exists() for image in (NEURON, NEURONX) for path in image.overlay.values())
