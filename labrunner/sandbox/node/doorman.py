"""The sandbox's side of `enter`: commands started beside the processes of running containers."""

import asyncio
import json
import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from labrunner.sandbox import remains
from labrunner.sandbox.node import enter
from labrunner.sandbox.node.answers import Answers, EnterError
from labrunner.sandbox.node.child import Child, exit_code
from labrunner.sandbox.node.descriptors import ReadEnd, WriteEnd
from labrunner.sandbox.node.interpreter import ours
from labrunner.sandbox.node.process import StreamName
from labrunner.sandbox.node.terminal import Terminal


@dataclass(frozen=True, slots=True)
class Command:
    """What to start in a container."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    directory: str
    stdin: bool = False
    """Whether it gets an input; otherwise that is empty."""
    tty: bool = False
    columns: int = 80
    rows: int = 24


class Entered:
    """A command that runs in a container; a `Process`."""

    def __init__(
        self,
        answers: Answers,
        stdin: WriteEnd | None,
        outputs: Mapping[StreamName, ReadEnd],
        terminal: Terminal | None,
    ) -> None:
        self._answers = answers
        self._stdin = stdin
        self._outputs = outputs
        self._terminal = terminal
        self._ended = asyncio.create_task(self._end())

    async def read(self, stream: StreamName) -> bytes:
        """See `Process`."""
        end = self._outputs.get(stream)
        data = await end.read() if end is not None else b""
        if end is not None and not data:
            end.close()
        return data

    async def write(self, data: bytes) -> None:
        """See `Process`."""
        if self._stdin is not None:
            await self._stdin.write(data)

    async def close_stdin(self) -> None:
        """See `Process`."""
        if self._stdin is not None and self._terminal is None:
            self._stdin.close()

    def resize(self, columns: int, rows: int) -> None:
        """See `Process`."""
        if self._terminal is not None:
            self._terminal.resize(columns, rows)

    async def wait(self) -> int:
        """See `Process`."""
        return await asyncio.shield(self._ended)

    def kill(self) -> None:
        """See `Process`."""
        self._answers.close()
        for end in (self._stdin, *self._outputs.values()):
            if end is not None:
                end.close()

    async def _end(self) -> int:
        status = await self._answers.ended()
        self._answers.close()
        if self._stdin is not None:
            self._stdin.close()
        return exit_code(status)


class Doorman:
    """Starts commands in containers through one `enter` process."""

    def __init__(self, folder: Path) -> None:
        """Nothing runs before `start`.

        Args:
            folder: Below it is all that containers write to; those that outlive the sandbox are known by it.
        """
        self._folder = folder
        self._helper: Child | None = None
        self._requests: socket.socket | None = None

    def start(self) -> None:
        """Start the helper; it ends soon after this process, once no container is left."""
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # Isolated and without site-packages it starts in a third of the time and forks faster.
            python = [str(ours().plain), "-I", "-S", enter.__file__]
            afterwards = [remains.__file__, str(self._folder)]
            self._helper = Child.start(
                [*python, str(theirs.fileno()), *afterwards], stderr=2, keep=(theirs.fileno(),)
            )

    async def stop(self) -> None:
        """End the helper and every command that it started."""
        if self._requests is not None:
            self._requests.close()
        if self._helper is not None:
            self._helper.kill()
            await self._helper.wait()

    async def run(self, container: int, command: Command) -> Entered:
        """Start `command` beside the process that the pidfd `container` stands for.

        Raises:
            EnterError: It could not be started.
        """
        answers = Answers()
        stdin, outputs, inner = (None, {}, []) if command.tty else _pipes(command)
        try:
            try:
                self._send(command, answers, container, inner)
            except OSError as error:
                raise EnterError("enter", error.errno or 0) from error
            terminal_end = (await answers.started()).terminal
        except BaseException:
            answers.close()
            for end in (stdin, *outputs.values()):
                if end is not None:
                    end.close()
            raise
        if terminal_end is None:
            return Entered(answers, stdin, outputs, None)
        terminal = Terminal(terminal_end)
        return Entered(answers, terminal.input, {"stdout": terminal.output}, terminal)

    def _send(self, command: Command, answers: Answers, container: int, inner: Sequence[int]) -> None:
        if self._requests is None:
            raise EnterError("enter", 3)
        with ExitStack() as gone_after:
            gone_after.enter_context(answers.theirs)
            for each in inner:
                gone_after.callback(os.close, each)
            request = os.memfd_create("request")
            gone_after.callback(os.close, request)
            os.write(request, json.dumps(asdict(command)).encode())
            socket.send_fds(self._requests, [b"run"], [request, answers.theirs.fileno(), container, *inner])


def _pipes(command: Command) -> tuple[WriteEnd | None, dict[StreamName, ReadEnd], list[int]]:
    """Our ends of a command's streams, and its own in the order 0, 1, 2."""
    our_out, its_out = os.pipe()
    our_err, its_err = os.pipe()
    outputs: dict[StreamName, ReadEnd] = {"stdout": ReadEnd(our_out), "stderr": ReadEnd(our_err)}
    if not command.stdin:
        return None, outputs, [os.open(os.devnull, os.O_RDONLY), its_out, its_err]
    its_in, our_in = os.pipe()
    return WriteEnd(our_in), outputs, [its_in, its_out, its_err]
