"""Ports below 1024, which processes in a user namespace may not open on the machine's network.

The catalogue's servers then listen 8000 higher, and whoever reaches a pod through the node (probes,
port-forward) looks there as well.
"""

from pathlib import Path

HIGHER = 8000
SETTING = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
USUAL = 1024


def first_open() -> int:
    """The lowest port that anyone may open."""
    try:
        return int(SETTING.read_text())
    except (OSError, ValueError):
        return USUAL


def candidates(port: int) -> tuple[int, ...]:
    """Where something that was told to listen on `port` may listen, in the order in which to try."""
    return (port, port + HIGHER) if port < first_open() else (port,)
