"""AWS's Neuron device plugin: a program that finds emulated Neuron chips and offers them to the node."""

from pathlib import Path

from labrunner.sandbox.node.image import Image, PythonFile

PROGRAM = Path(__file__).parent / "neuron_device_plugin_overlay" / "plugin.py"

IMAGE = Image(
    name="neuron-device-plugin",
    patterns=(
        "public.ecr.aws/neuron/neuron-device-plugin",
        "790709498068.dkr.ecr.*.amazonaws.com/neuron-device-plugin",
    ),
    summary="a Python script that asks the API for its node, looks for emulated chips and registers them",
    entrypoint=("k8s-neuron-device-plugin",),
    programs={"k8s-neuron-device-plugin": PythonFile(PROGRAM)},
    only=("sh",),
)
