"""The lab's own scripts, run as its pods run them, apart from the pods."""

import ast
import asyncio
import os
import sys
from pathlib import Path

import pytest

from labrunner.sandbox.certificates import Authority
from labrunner.sandbox.mirror.service import Mirror
from labrunner.sandbox.node.images.neuron import NEURON, OVERLAY

MODULE = Path(__file__).parents[2] / "modules/aiml/inferentia"
SCRIPTS = ("trace.py", "inference.py")


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_scripts_are_python_of_the_real_images_version(name: str) -> None:
    ast.parse((MODULE / name).read_text(), feature_version=(3, 8))


async def run(
    name: str, folder: Path, mirror: Mirror, authority: Authority, **environment: str
) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(MODULE / name)),
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            **mirror.environment(authority.certificate_path),
            **NEURON.environment,
            "PYTHONPATH": str(OVERLAY),
            **environment,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


@pytest.mark.torch
def test_the_model_is_compiled_in_one_place_and_finds_the_cat_in_another(tmp_path: Path) -> None:
    async def scenario() -> None:
        authority = Authority.create(tmp_path / "ca")
        mirror = Mirror([MODULE / "mirror"], authority)
        await mirror.start()
        try:
            code, output = await run("trace.py", tmp_path, mirror, authority)
            assert code == 0, output
            assert "Model: efficientnet_lite0 (stands in for resnet50)\nSaved resnet50_neuron.pt\n" in output

            allocated = {"LABRUNNER_EMULATED_NEURON_DEVICES": "1"}
            code, output = await run("inference.py", tmp_path, mirror, authority, **allocated)
            assert code == 0, output
            labels = ast.literal_eval(output.partition("Top 5 labels:\n")[2].strip())
            assert labels[-1] == "Egyptian_cat"
            # Two of them are nearly alike, and rounding may swap them.
            assert set(labels) == {"plastic_bag", "lynx", "tabby", "tiger_cat", "Egyptian_cat"}

            code, output = await run("inference.py", tmp_path, mirror, authority)
            assert code == 1
            assert "The PyTorch Neuron Runtime could not be initialized" in output
        finally:
            await mirror.stop()

    asyncio.run(scenario())
