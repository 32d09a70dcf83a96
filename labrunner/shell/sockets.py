"""To whom a process holds TCP connections, from /proc: what a timeout over the network was about."""

import ipaddress
import os
import re
import struct

from labrunner.shell import processes

_TALKING = (b"01", b"02")
"""ESTABLISHED and SYN_SENT, as /proc/net/tcp has them."""

_NAMED = 3
"""Addresses that a sentence can bear."""


def peers(pid: int) -> tuple[str, ...]:
    """`address:port` of the other ends of its connections, those being made included; at most three."""
    wanted = _socket_inodes(pid)
    found: dict[str, None] = {}
    for family in ("tcp", "tcp6"):
        for fields in _table(pid, family) if wanted else ():
            if fields[3] in _TALKING and fields[9] in wanted:
                found[_address(fields[2])] = None
    return tuple(found)[:_NAMED]


def _socket_inodes(pid: int) -> set[bytes]:
    inodes = set()
    for number in processes.descriptors(pid):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{number}")  # noqa: PTH115
        except OSError:
            continue
        if match := re.fullmatch(r"socket:\[(\d+)\]", target):
            inodes.add(match[1].encode())
    return inodes


def _table(pid: int, family: str) -> list[list[bytes]]:
    try:
        # Its own network namespace's, which need not be ours.
        return [line.split() for line in processes.content(f"/proc/{pid}/net/{family}").splitlines()[1:]]
    except OSError:
        return []


def _address(field: bytes) -> str:
    """`0100007F:1F90` to `127.0.0.1:8080`: words of four bytes in the machine's own order."""
    raw, port = field.split(b":")
    words = struct.unpack(f">{len(raw) // 8}I", bytes.fromhex(raw.decode()))
    address = ipaddress.ip_address(struct.pack(f"={len(words)}I", *words))
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else address
    shown = mapped or address
    return f"[{shown}]:{int(port, 16)}" if shown.version == 6 else f"{shown}:{int(port, 16)}"
