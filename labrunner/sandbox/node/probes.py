"""One probe of a container: a command in it, a request or a connection to it.

How often to probe and what a verdict leads to is for `prober`.
"""

import asyncio
import contextlib
import errno
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labrunner.sandbox.node.answers import EnterError
from labrunner.sandbox.node.doorman import Command, Doorman
from labrunner.sandbox.node.ports import candidates
from labrunner.sandbox.node.process import Process, StreamName

AGENT = "kube-probe/1.32"
LONGEST = 10 * 1024
"""Bytes of a command's output that are kept, as in the real kubelet."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a probe found."""

    passed: bool
    output: str = ""
    """What to tell people when it failed."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The container that is probed."""

    doorman: Doorman
    handle: int
    """The pidfd of its process."""
    environment: Mapping[str, str]
    directory: str
    address: str
    """The pod's."""
    ports: Mapping[str, int]
    """The container's named ports."""


async def probe(what: Mapping[str, Any], subject: Subject, *, timeout: float) -> Verdict:
    """Probe once.

    Args:
        what: A probe or a lifecycle hook, with `exec`, `httpGet` or `tcpSocket`.
        subject: Which container.
        timeout: Seconds that it may take.
    """
    if "exec" in what:
        return await _command(what["exec"].get("command") or [], subject, timeout)
    if "httpGet" in what:
        return await _request(what["httpGet"], subject, timeout)
    if "tcpSocket" in what:
        return await _connection(what["tcpSocket"], subject, timeout)
    return Verdict(False, "the sandbox has no gRPC probes; use exec, httpGet or tcpSocket")


async def _command(argv: list[str], subject: Subject, timeout: float) -> Verdict:
    try:
        process = await subject.doorman.run(
            subject.handle, Command(argv, subject.environment, subject.directory)
        )
    except EnterError as error:
        return Verdict(False, f'exec: "{argv[0] if argv else ""}": {os.strerror(error.number).lower()}')
    try:
        async with asyncio.timeout(timeout):
            output = b"".join(await asyncio.gather(_all(process, "stdout"), _all(process, "stderr")))
            code = await process.wait()
    except TimeoutError:
        return Verdict(False, f'command timed out: "{" ".join(argv)}" timed out after {timeout:g}s')
    finally:
        process.kill()
    return Verdict(code == 0, output.decode(errors="replace"))


async def _all(process: Process, stream: StreamName) -> bytes:
    """The beginning of what is written to `stream`, once it has ended."""
    kept = b""
    while data := await process.read(stream):
        kept = (kept + data)[:LONGEST]
    return kept


async def _request(what: Mapping[str, Any], subject: Subject, timeout: float) -> Verdict:
    host, port = what.get("host") or subject.address, _port(what["port"], subject)
    scheme = (what.get("scheme") or "HTTP").lower()
    path = what.get("path") or "/"
    url = f"{scheme}://{host}:{port}{path if path.startswith('/') else '/' + path}"
    try:
        async with asyncio.timeout(timeout):
            status = await _status(what, subject, url)
    except TimeoutError:
        why = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
        return Verdict(False, f'Get "{url}": {why}')
    except (OSError, ValueError) as error:
        return Verdict(False, f'Get "{url}": {_spoken(error, host, port)}')
    if 200 <= status < 400:
        return Verdict(True)
    return Verdict(False, f"HTTP probe failed with statuscode: {status}")


async def _status(what: Mapping[str, Any], subject: Subject, url: str) -> int:
    """The status code of a GET of `url`; redirections are not followed: they count as success."""
    scheme, _, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    headers = {"Host": place, "User-Agent": AGENT, "Accept": "*/*", "Connection": "close"}
    headers |= {each["name"]: each["value"] for each in what.get("httpHeaders") or ()}
    host, _, port = place.rpartition(":")
    secure = _trusting() if scheme == "https" else None
    reader, writer = await connect(host, int(port), secure)
    try:
        lines = [f"GET {slash}{path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        answer = (await reader.readline()).split()
        if len(answer) < 2 or not answer[0].startswith(b"HTTP/"):
            raise ValueError("malformed HTTP response" if answer else "EOF")
        return int(answer[1])
    finally:
        writer.close()


async def _connection(what: Mapping[str, Any], subject: Subject, timeout: float) -> Verdict:
    host, port = what.get("host") or subject.address, _port(what["port"], subject)
    try:
        async with asyncio.timeout(timeout):
            _, writer = await connect(host, port)
    except TimeoutError:
        return Verdict(False, f"dial tcp {host}:{port}: i/o timeout")
    except OSError as error:
        return Verdict(False, _spoken(error, host, port))
    writer.close()
    return Verdict(True)


async def connect(
    host: str, port: int, secure: ssl.SSLContext | None = None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to a pod's port, or to where a server that may not open it listens instead.

    Raises:
        OSError: Nothing listens there.
    """
    *first, last = candidates(port)
    for each in first:
        with contextlib.suppress(ConnectionRefusedError):
            return await asyncio.open_connection(host, each, ssl=secure)
    return await asyncio.open_connection(host, last, ssl=secure)


def _port(port: int | str, subject: Subject) -> int:
    """A port's number, from itself or from its name."""
    return subject.ports[port] if port in subject.ports else int(port)  # type: ignore[index]


def _spoken(error: Exception, host: str, port: int) -> str:
    """A failure in Go's words."""
    if isinstance(error, OSError) and error.errno:
        name = {errno.ECONNREFUSED: "connection refused", errno.EHOSTUNREACH: "no route to host"}
        return f"dial tcp {host}:{port}: connect: {name.get(error.errno, os.strerror(error.errno).lower())}"
    return str(error)


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # as the real kubelet: a pod's certificate is its own business
    return context
