"""The answers of `enter` to one request, on the event loop."""

import asyncio
import json
import os
import socket
from dataclasses import dataclass

GONE = b'{"failed": "enter", "errno": 3}'
"""What an end without an answer means: no such process."""


class EnterError(Exception):
    """A command could not be started in a container.

    Attributes:
        stage: `enter` (the container is gone), `chdir`, `lookup` (not in the search path), `stat`, `exec`
            or `start`.
        number: The error number of the system call.
    """

    def __init__(self, stage: str, number: int) -> None:
        super().__init__(f"{stage}: {os.strerror(number)}")
        self.stage = stage
        self.number = number


@dataclass(frozen=True, slots=True)
class Started:
    """The command runs."""

    terminal: int | None
    """Descriptor of its terminal's outer end, the receiver's to close; `None` without one."""


class Answers:
    """Our end of the socket on which the helper answers. Closing it ends the command."""

    def __init__(self) -> None:
        self._socket, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] | None = None

    async def started(self) -> Started:
        """Wait until the command runs.

        Raises:
            EnterError: It could not be started.
        """
        terminal = None
        while True:
            packet, descriptors = await self._next()
            answer = json.loads(packet or GONE)
            if "failed" in answer:
                for each in descriptors if terminal is None else [terminal]:
                    os.close(each)
                raise EnterError(answer["failed"], answer["errno"])
            if "started" in answer:
                return Started(terminal)
            (terminal,) = descriptors

    async def ended(self) -> int:
        """Wait for the command's end; a negative status is the signal that ended it."""
        packet, _ = await self._next()
        return int(json.loads(packet)["ended"]) if packet else -9

    def close(self) -> None:
        """Nobody waits for an answer any more."""
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)

    async def _next(self) -> tuple[bytes, list[int]]:
        """The next packet and its descriptors; `b""` at the end."""
        while self._socket.fileno() >= 0:
            try:
                packet, descriptors, _, _ = socket.recv_fds(self._socket, 4096, 1)
            except BlockingIOError:
                await self._readable()
            except ConnectionError:
                break
            else:
                return packet, descriptors
        return b"", []

    async def _readable(self) -> None:
        ready = self._ready = self._loop.create_future()
        self._loop.add_reader(self._socket, lambda: None if ready.done() else ready.set_result(None))
        try:
            await ready
        finally:
            if self._socket.fileno() >= 0:
                self._loop.remove_reader(self._socket)
