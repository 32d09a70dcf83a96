"""Addresses of pods: each its own in 127.0.0.0/8, which Linux serves without any set-up.

So all pods can listen on the same port, if they listen on their own address. One that listens on all
addresses takes the port from the others: they share the machine's network.
"""

import random
from ipaddress import IPv4Address

FIRST_BLOCK, LAST_BLOCK = 16, 250
"""Second numbers that are used: 127.0 is the machine's own, and low ones are popular."""


class Addresses:
    """Hands out addresses; two sandboxes on one machine hardly ever hand out the same."""

    def __init__(self, start: str = "") -> None:
        block, part = random.randint(FIRST_BLOCK, LAST_BLOCK), random.randint(0, 255)
        self._next = int(IPv4Address(start or f"127.{block}.{part}.1"))
        self._free: list[str] = []

    def take(self) -> str:
        """An address that nobody else has."""
        if len(self._free) > 64:  # a used one rests for a while, so that nobody is taken for another
            return self._free.pop(0)
        self._next += 1 if self._next % 256 != 254 else 4
        return str(IPv4Address(self._next))

    def give_back(self, address: str) -> None:
        """Nobody uses `address` any more."""
        self._free.append(address)
