"""One run of one container: the process in its namespaces, its output, its input, its end.

When to start it, whether to start it again, and what that looks like in the pod's status is for `worker`.
"""

import asyncio
import contextlib
import json
import os
import pty
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from labrunner.sandbox.node.attached import Attached, Audience
from labrunner.sandbox.node.bubblewrap import Confinement, arguments
from labrunner.sandbox.node.child import Child
from labrunner.sandbox.node.descriptors import ReadEnd, WriteEnd
from labrunner.sandbox.node.logs import Log
from labrunner.sandbox.node.process import StreamName
from labrunner.sandbox.node.terminal import Terminal

SETUP = 10.0
"""Seconds within which bubblewrap must have set up a container; it takes milliseconds."""
GLANCE = 0.001
"""Seconds between looks at whether it has: nothing tells when a process becomes another program."""
STARTER = "bwrap"
"""What the process is called until then."""


class StartError(Exception):
    """The container could not be started; the text is what the starter said."""


@dataclass(frozen=True, slots=True)
class Starter:
    """What starts containers."""

    bwrap: Path
    """Bubblewrap."""
    environment: Mapping[str, str]
    """Its variables; the container's own program does not get them."""


@dataclass(frozen=True, slots=True)
class Order:
    """A container to start."""

    argv: tuple[str, ...]
    confinement: Confinement
    stdin: bool = False
    stdin_once: bool = False
    """Whether the input ends with that of the first who attaches."""
    tty: bool = False
    notice: str = ""
    """A line for its log before its own; empty: none."""


class Container:
    """A running container, or what is left of one."""

    def __init__(self, order: Order, log: Log) -> None:
        self.order = order
        self.log = log
        self._audience = Audience()
        self._outer: Child | None = None
        self._handle = -1
        self._pid = 0
        self._stdin: WriteEnd | None = None
        self._terminal: Terminal | None = None
        self._ended: asyncio.Task[int] | None = None

    async def start(self, starter: Starter) -> None:
        """Start it, and return once its own program runs.

        Raises:
            StartError: It could not be started.
        """
        outputs = await self._launch(starter)
        outer = self._outer
        assert outer is not None
        if not await self._settled() and outer.ended:
            await self._check_start(outputs)
        if self.order.notice:
            self.log.write("stderr", f"{self.order.notice}\n".encode())
        self._ended = asyncio.create_task(self._live(outputs))

    @property
    def running(self) -> bool:
        """Whether its process runs."""
        return self._outer is not None and not self._outer.ended

    @property
    def handle(self) -> int:
        """The pidfd of its process."""
        return self._handle

    async def wait(self) -> int:
        """Return its exit code once it has ended and its output is in the log."""
        assert self._ended is not None, "start() comes first"
        return await asyncio.shield(self._ended)

    def signal(self, number: int) -> None:
        """Send a signal to its first process, which is free to ignore it."""
        if self.running and self._handle >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """End it at once, with every process in it."""
        if self._outer is not None:
            self.signal(signal.SIGKILL)
            if self._handle < 0:
                self._outer.kill()

    def attach(self) -> Attached:
        """Join it: what it writes from now on, and its input."""
        return Attached(self._audience, self._stdin, self._terminal, self.wait, once=self.order.stdin_once)

    async def _launch(self, starter: Starter) -> dict[StreamName, ReadEnd]:
        """Start bubblewrap; return the ends of the container's output."""
        told, tells = os.pipe()
        words = b"\0".join(word.encode() for word in arguments(self.order.confinement)) + b"\0"
        options = os.memfd_create("options")  # not on the command line: everyone may read those
        os.write(options, words)
        os.lseek(options, 0, os.SEEK_SET)
        argv = [str(starter.bwrap), "--args", str(options), "--info-fd", str(tells), "--", *self.order.argv]
        begin = self._on_terminal if self.order.tty else self._on_pipes
        start = partial(Child.start, argv, keep=(options, tells), environment=starter.environment)
        try:
            outputs = begin(start)
        except BaseException:
            os.close(told)
            raise
        finally:
            os.close(options)
            os.close(tells)
        await self._learn_pid(ReadEnd(told))
        return outputs

    async def _learn_pid(self, info: ReadEnd) -> None:
        # To its end: bubblewrap writes in several pieces and dies of a pipe that is closed too early.
        text = b""
        while chunk := await info.read():
            text += chunk
        info.close()
        with contextlib.suppress(ProcessLookupError, ValueError):
            self._pid = int(json.loads(text)["child-pid"])
            self._handle = os.pidfd_open(self._pid)

    def _on_pipes(self, start: Callable[..., Child]) -> dict[StreamName, ReadEnd]:
        our_out, its_out = os.pipe()
        our_err, its_err = os.pipe()
        its_in, our_in = os.pipe() if self.order.stdin else (subprocess.DEVNULL, -1)
        try:
            self._outer = start(stdin=its_in, stdout=its_out, stderr=its_err)
        finally:
            for each in (its_in, its_out, its_err):
                if each >= 0:
                    os.close(each)
        if our_in >= 0:
            self._stdin = WriteEnd(our_in)
        return {"stdout": ReadEnd(our_out), "stderr": ReadEnd(our_err)}

    def _on_terminal(self, start: Callable[..., Child]) -> dict[StreamName, ReadEnd]:
        outer, inner = pty.openpty()
        try:
            self._outer = start(stdin=inner, stdout=inner, stderr=inner)
        finally:
            os.close(inner)
        self._terminal = Terminal(outer)
        self._stdin = self._terminal.input
        return {"stdout": self._terminal.output}

    async def _settled(self) -> bool:
        """Wait until the process has become the container's program; false if it ended before."""
        assert self._outer is not None
        if self._handle < 0:
            await self._outer.wait()
            return False
        for _ in range(int(SETUP / GLANCE)):
            try:
                if Path(f"/proc/{self._pid}/comm").read_text().strip() != STARTER:
                    return True
            except OSError:
                await self._outer.wait()
                return False
            await asyncio.sleep(GLANCE)
        return False

    async def _check_start(self, outputs: dict[StreamName, ReadEnd]) -> None:
        """Tell a container that ended at once from one that never began."""
        assert self._outer is not None
        errors = outputs.get("stderr") or outputs["stdout"]
        said = await errors.read()
        if await self._outer.wait() == 1 and said.startswith(f"{STARTER}: ".encode()):
            for end in outputs.values():
                end.close()
            self._close()
            raise StartError(said.decode(errors="replace").removeprefix(f"{STARTER}: ").strip())
        self.log.write("stderr" if "stderr" in outputs else "stdout", said)

    async def _live(self, outputs: dict[StreamName, ReadEnd]) -> int:
        assert self._outer is not None
        try:
            await asyncio.gather(*(self._pump(stream, end) for stream, end in outputs.items()))
            return await self._outer.wait()
        finally:
            self._close()

    async def _pump(self, stream: StreamName, end: ReadEnd) -> None:
        while data := await end.read():
            self.log.write(stream, data)
            await self._audience.tell(stream, data)
        self.log.end(stream)
        await self._audience.tell(stream, b"")
        end.close()

    def _close(self) -> None:
        self.log.close()
        self._audience.close()
        if self._stdin is not None:
            self._stdin.close()
        if self._terminal is not None:
            self._terminal.close()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
