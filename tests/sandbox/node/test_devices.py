"""Devices that a plugin offers, and the containers that get them."""

import json
from pathlib import Path
from typing import Any

import pytest

from labrunner.sandbox.node.devices import PLUGINS, AllocationError, Devices

NEURON = "aws.amazon.com/neuron"


def offer(root: Path, *devices: str, **environment: str) -> None:
    folder = root / PLUGINS
    folder.mkdir(parents=True, exist_ok=True)
    said = {"resource": NEURON, "devices": list(devices), "allocate": {"env": environment}}
    (folder / "neuron.json").write_text(json.dumps(said))


def pod(uid: str) -> dict[str, Any]:
    return {"metadata": {"name": "p", "uid": uid}, "spec": {"nodeName": "node"}}


def wants(count: int) -> dict[str, Any]:
    return {"name": "main", "resources": {"limits": {NEURON: str(count), "cpu": "1"}}}


def test_a_container_is_told_how_many_devices_it_got(tmp_path: Path) -> None:
    devices = Devices()
    offer(tmp_path, "0", "1", "2", "3", CHIPS="{count}", KIND="Inferentia")
    devices.look("node", tmp_path, plugins=True)

    assert devices.allocate(pod("a"), wants(1)) == {"CHIPS": "1", "KIND": "Inferentia"}
    assert devices.allocate(pod("b"), wants(3)) == {"CHIPS": "3", "KIND": "Inferentia"}


def test_a_device_has_one_owner_until_it_is_given_back(tmp_path: Path) -> None:
    devices = Devices()
    offer(tmp_path, "0")
    devices.look("node", tmp_path, plugins=True)
    devices.allocate(pod("a"), wants(1))

    with pytest.raises(AllocationError, match="Requested: 1, Available: 0"):
        devices.allocate(pod("b"), wants(1))
    devices.give_back(pod("a"))

    assert devices.allocate(pod("b"), wants(1)) == {}
