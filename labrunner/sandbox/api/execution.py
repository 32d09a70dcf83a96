"""A process in a pod at one end, a client at the other: exec and attach, whatever carries the bytes.

`exec_websocket` and `exec_spdy` are the clients' sides. However the client leaves, the process does not
outlive it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from multidict import MultiMapping

from labrunner.sandbox.api.address import Address, is_true
from labrunner.sandbox.api.channels import EndOfInput, Incoming, Input, Resize
from labrunner.sandbox.api.together import stop
from labrunner.sandbox.errors import ApiError, bad_request
from labrunner.sandbox.node.process import PodService, Process, StreamName
from labrunner.sandbox.objects import Object


@dataclass(frozen=True, slots=True)
class Request:
    """What a client wants to run, or join."""

    namespace: str
    pod: str
    container: str | None
    """`None` is the pod's default container."""
    command: tuple[str, ...]
    """Empty for attach: the container's own process."""
    stdin: bool
    stdout: bool
    stderr: bool
    tty: bool

    @property
    def is_attach(self) -> bool:
        """Whether it joins the container's own process."""
        return not self.command


class Client(Protocol):
    """The other end, as seen from the process."""

    def incoming(self) -> AsyncIterator[Incoming]:
        """Yield what the client sends; ends when the client is gone."""

    async def send(self, stream: StreamName, content: bytes) -> None:
        """Pass output on; dropped silently when the client did not ask for that stream."""

    async def finish(self, status: Object) -> None:
        """Tell how it ended. Nothing is sent after that."""


def read_request(address: Address, query: MultiMapping[str]) -> Request:
    """Read what is asked for.

    Raises:
        ApiError: 400, it makes no sense.
    """
    flags = {name: is_true(query.get(name)) for name in ("stdin", "stdout", "stderr", "tty")}
    command = tuple(query.getall("command", []))
    if address.subresource == "attach":
        command = ()
    elif not command:
        raise bad_request("you must specify at least 1 command")
    if not (flags["stdin"] or flags["stdout"] or flags["stderr"]):
        raise bad_request("you must specify at least 1 of stdin, stdout, stderr")
    if flags["tty"]:
        flags["stderr"] = False  # a terminal has one output
    return Request(address.namespace, address.name, query.get("container") or None, command, **flags)


async def start(pods: PodService, request: Request) -> Process:
    """Start or join the process.

    Raises:
        ApiError: The pod or the container is not there or does not run, or the command could not be started.
    """
    where = (request.namespace, request.pod, request.container)
    if request.is_attach:
        return await pods.attach(*where, stdin=request.stdin, tty=request.tty)
    return await pods.exec(*where, request.command, stdin=request.stdin, tty=request.tty)


async def relay(process: Process, client: Client, request: Request) -> None:
    """Carry bytes both ways until the process ends or the client is gone.

    Killing the process is left to whoever started it: only there it happens however early all this ends.
    """
    outputs = [asyncio.create_task(_carry_output(process, each, client)) for each in _outputs(request)]
    control = asyncio.create_task(_carry_input(process, client))
    try:
        await asyncio.gather(*outputs)
        code = await process.wait()
        await stop(control)
        await client.finish(ending(0 if request.is_attach else code, request))
    except ConnectionError:
        pass  # the client hung up while it was told something: `kubectl cp` does
    finally:
        await stop(control, *outputs)


def ending(code: int, request: Request) -> Object:
    """The `Status` that tells a client how the command ended."""
    if code == 0:
        return {"metadata": {}, "status": "Success"}
    said = f"error executing command [{' '.join(request.command)}], exit code {code}"
    return {
        "metadata": {},
        "status": "Failure",
        "message": f"command terminated with non-zero exit code: {said}",
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }


def is_about_the_command(refusal: ApiError) -> bool:
    """Whether a refusal comes from trying to start the command.

    The real server tells those only once the streams are open; a client that got them as the answer to
    its request would try again with the older protocol first.
    """
    return refusal.code >= 500


def _outputs(request: Request) -> tuple[StreamName, ...]:
    # Read whether or not the client listens, so that the process is never blocked by it.
    return ("stdout",) if request.tty else ("stdout", "stderr")


async def _carry_output(process: Process, stream: StreamName, client: Client) -> None:
    while content := await process.read(stream):
        await client.send(stream, content)


async def _carry_input(process: Process, client: Client) -> None:
    async for event in client.incoming():
        match event:
            case Input(data):
                await process.write(data)
            case EndOfInput():
                await process.close_stdin()
            case Resize(columns, rows):
                process.resize(columns, rows)
    process.kill()


def wants(request: Request) -> Mapping[str, bool]:
    """Which streams the client asked for, by name."""
    return {"stdin": request.stdin, "stdout": request.stdout, "stderr": request.stderr, "resize": request.tty}
