"""Write `labrunner/sandbox/data/instance_types.json`: what the emulated Karpenter knows of EC2.

Shapes come from moto's copy of EC2's `DescribeInstanceTypes`; moto has no prices, so those stand here. Run it
again after adding a family:

    .venv/bin/python tools/build_instance_types.py

Only x86-64 families, because pods run on the host's own processor, and only those that labs ask for.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import moto

SOURCE = Path(moto.__file__).parent / "ec2" / "resources" / "instance_types.json.gz"
TARGET = Path(__file__).parent.parent / "labrunner" / "sandbox" / "data" / "instance_types.json"

# Dollars an hour, Linux, on demand, us-west-2, from AWS's public price list. In these families a size
# costs in proportion to its vCPUs, so the price of one vCPU says it all.
PRICE_OF_A_VCPU = {"c5": 0.0425, "c6i": 0.0425, "m5": 0.048, "m6i": 0.048, "r5": 0.063, "r6i": 0.063}
PRICES = {
    "g4dn.xlarge": 0.526,
    "g4dn.2xlarge": 0.752,
    "g4dn.4xlarge": 1.204,
    "g4dn.8xlarge": 2.176,
    "g4dn.12xlarge": 3.912,
    "g4dn.16xlarge": 4.352,
    "g4dn.metal": 7.824,
    "inf1.xlarge": 0.228,
    "inf1.2xlarge": 0.362,
    "inf1.6xlarge": 1.18,
    "inf1.24xlarge": 4.721,
    "inf2.xlarge": 0.7582,
    "inf2.8xlarge": 1.96786,
    "inf2.24xlarge": 6.49063,
    "inf2.48xlarge": 12.98127,
    "t3.nano": 0.0052,
    "t3.micro": 0.0104,
    "t3.small": 0.0208,
    "t3.medium": 0.0416,
    "t3.large": 0.0832,
    "t3.xlarge": 0.1664,
    "t3.2xlarge": 0.3328,
    "trn1.2xlarge": 1.34375,
    "trn1.32xlarge": 21.5,
    "trn1n.32xlarge": 24.78,
}


def max_pods(network: dict[str, Any]) -> int:
    """How many pods the VPC network plugin can give addresses to: EKS's own formula."""
    card = network["NetworkCards"][network["DefaultNetworkCardIndex"]]
    interfaces = card["MaximumNetworkInterfaces"]
    return int(interfaces * (network["Ipv4AddressesPerInterface"] - 1) + 2)


def row(name: str, shape: dict[str, Any]) -> dict[str, Any]:
    """One type, with what is zero or false left out."""
    family = name.partition(".")[0]
    cpus = shape["VCpuInfo"]["DefaultVCpus"]
    neuron = shape.get("NeuronInfo", {}).get("NeuronDevices", [])
    gpus = shape.get("GpuInfo", {}).get("Gpus", [])
    known = {
        "cpus": cpus,
        "memory": shape["MemoryInfo"]["SizeInMiB"],
        "pods": max_pods(shape["NetworkInfo"]),
        "price": PRICES.get(name) or round(PRICE_OF_A_VCPU[family] * cpus, 5),
        "hypervisor": shape.get("Hypervisor", ""),
        "neuron": neuron[0]["Name"] if neuron else "",
        "devices": sum(each["Count"] for each in neuron),
        "cores": sum(each["Count"] * each["CoreInfo"]["Count"] for each in neuron),
        "gpus": sum(each["Count"] for each in gpus),
    }
    return {key: value for key, value in known.items() if value}


def main() -> None:
    """Read moto's table, write ours, one type a line."""
    shapes = json.loads(gzip.decompress(SOURCE.read_bytes()))
    families = set(PRICE_OF_A_VCPU) | {name.partition(".")[0] for name in PRICES}
    rows = [
        f"{json.dumps(name)}: {json.dumps(row(name, shapes[name]))}"
        for name in sorted(shapes)
        if name.partition(".")[0] in families
    ]
    TARGET.write_text("{\n" + ",\n".join(rows) + "\n}\n")
    print(f"{TARGET.name}: {len(rows)} types, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
