"""Emulated EC2 instances: their ids, addresses and names, made up in a repeatable way. Pure."""

import hashlib
import itertools
from collections.abc import Container
from dataclasses import dataclass

NETWORK = "10.42"
"""The emulated VPC; labs' own examples use other ranges, so that nobody takes one for the other."""

SUBNET_SIZE = 32
"""Third octets of a zone's subnet: 10.42.96.0/19, 10.42.128.0/19, 10.42.160.0/19, as eksctl cuts them."""
FIRST = 96


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance that is only said to run."""

    id: str
    address: str
    zone: str
    region: str

    @property
    def host_name(self) -> str:
        """The private DNS name, which EKS makes the node's name."""
        domain = "ec2.internal" if self.region == "us-east-1" else f"{self.region}.compute.internal"
        return f"ip-{self.address.replace('.', '-')}.{domain}"

    @property
    def provider_id(self) -> str:
        """As in `spec.providerID`."""
        return f"aws:///{self.zone}/{self.id}"


def launched(seed: str, zone: str, region: str, taken: Container[str]) -> Instance:
    """Make up an instance in a zone.

    Args:
        seed: The same seed gives the same instance.
        zone: Its availability zone.
        region: Its region.
        taken: Host names that are in use.
    """
    for attempt in itertools.count():
        digest = hashlib.sha256(f"{seed}/{zone}/{attempt}".encode()).digest()
        third = FIRST + SUBNET_SIZE * (ord(zone[-1]) - ord("a")) % 160 + digest[0] % SUBNET_SIZE
        address = f"{NETWORK}.{third}.{4 + digest[1] % 250}"
        made = Instance(f"i-0{digest.hex()[8:24]}", address, zone, region)
        if made.host_name not in taken:
            return made
    raise AssertionError("counting does not end")
