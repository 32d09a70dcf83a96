"""EC2 instance types as nodes see them: what they hold, what of it pods may have, and their labels.

The table is data, made by `tools/build_instance_types.py`. Which of the types to launch is for Karpenter's
simulation; how a node object is made of one is for `node_objects`.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

NEURON_PREFIX = "aws.amazon.com/"
"""Neuron resources count chips (`neuron`, `neurondevice`) or cores (`neuroncore`)."""

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class InstanceType:
    """One EC2 instance type."""

    name: str
    """`inf1.xlarge`."""
    cpus: int
    """vCPUs."""
    memory: int
    """Mebibytes, as EC2 states them: the operating system sees less."""
    pods: int
    """How many pods get an address on it."""
    price: float
    """Dollars an hour, on demand, us-west-2."""
    hypervisor: str = ""
    """`nitro`; empty for bare metal."""
    neuron: str = ""
    """Name of the Neuron chip; empty when there is none."""
    devices: int = 0
    """Neuron chips."""
    cores: int = 0
    """Neuron cores on all chips together."""
    gpus: int = 0

    @property
    def family(self) -> str:
        """`inf1`."""
        return self.name.partition(".")[0]

    @property
    def size(self) -> str:
        """`xlarge`."""
        return self.name.partition(".")[2]

    @property
    def category(self) -> str:
        """Letters before the generation, as Karpenter's label has them: `inf`, `m`, `trn`."""
        return _parts(self.family)[0]

    @property
    def generation(self) -> str:
        """The first digits of the family."""
        return _parts(self.family)[1]

    @property
    def memory_bytes(self) -> int:
        """What a node reports as its memory: less than EC2 states (by 7.5 %, in Karpenter's reckoning)."""
        return int(self.memory * 0.925) * MEBIBYTE

    @property
    def accelerators(self) -> dict[str, int]:
        """Extended resources that appear once a device plugin runs on it."""
        return {
            f"{NEURON_PREFIX}neuron": self.devices,
            f"{NEURON_PREFIX}neurondevice": self.devices,
            f"{NEURON_PREFIX}neuroncore": self.cores,
            "nvidia.com/gpu": self.gpus,
        }

    @property
    def reserved_millicpus(self) -> int:
        """What EKS keeps for the system: 6 % of the first core, 1 % of the second, and so on."""
        shares = [60, 10, 5, 5]
        return int(sum(shares[: self.cpus]) + 2.5 * max(0, self.cpus - len(shares)))

    @property
    def reserved_memory_bytes(self) -> int:
        """What EKS keeps for the system by the number of pods, and the eviction threshold."""
        return (255 + 11 * self.pods + 100) * MEBIBYTE

    def labels(self) -> dict[str, str]:
        """The labels that follow from the type alone, as Karpenter knows them."""
        known = {
            "node.kubernetes.io/instance-type": self.name,
            "kubernetes.io/arch": "amd64",
            "kubernetes.io/os": "linux",
            "karpenter.k8s.aws/instance-category": self.category,
            "karpenter.k8s.aws/instance-family": self.family,
            "karpenter.k8s.aws/instance-generation": self.generation,
            "karpenter.k8s.aws/instance-size": self.size,
            "karpenter.k8s.aws/instance-cpu": str(self.cpus),
            "karpenter.k8s.aws/instance-memory": str(self.memory),
            "karpenter.k8s.aws/instance-pods": str(self.pods),
            "karpenter.k8s.aws/instance-hypervisor": self.hypervisor,
            "karpenter.k8s.aws/instance-accelerator-name": self.neuron.lower(),
            "karpenter.k8s.aws/instance-accelerator-manufacturer": "aws" if self.neuron else "",
            "karpenter.k8s.aws/instance-accelerator-count": str(self.devices or ""),
            "karpenter.k8s.aws/instance-gpu-count": str(self.gpus or ""),
        }
        return {key: value for key, value in known.items() if value}


@cache
def instance_types() -> dict[str, InstanceType]:
    """Every type that the sandbox can launch, the cheapest first; names break ties."""
    table = resources.files("labrunner.sandbox") / "data" / "instance_types.json"
    rows = json.loads(table.read_text())
    known = [InstanceType(name, **row) for name, row in rows.items()]
    return {each.name: each for each in sorted(known, key=lambda each: (each.price, each.name))}


def _parts(family: str) -> tuple[str, str]:
    found = re.match(r"([a-z]+)(\d+)", family)
    return (found[1], found[2]) if found else (family, "")
