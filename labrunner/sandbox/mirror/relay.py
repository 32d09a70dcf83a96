"""Passing on what is meant for this machine: pods live here, and not every client knows `NO_PROXY`."""

import asyncio
import contextlib
import ipaddress


def is_local(host: str) -> bool:
    """Whether a host is this machine by its very name: nothing outside can be reached through it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def join(
    first: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    second: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    """Carry bytes both ways until both sides have ended."""
    await asyncio.gather(_carry(first[0], second[1]), _carry(second[0], first[1]))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
