"""A pod service whose containers are processes of this machine: the nearest real thing without a node.

Every pod that the registry has can be reached; its processes start in `folder`. What a node adds (namespaces,
images, restarts) is tested with the node.
"""

import asyncio
import contextlib
import fcntl
import os
import struct
import termios
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from labrunner.sandbox.errors import ApiError, bad_request, internal
from labrunner.sandbox.node.process import StreamName
from labrunner.sandbox.registry import Registry


class HostProcess:
    """A process with pipes, or with a terminal."""

    def __init__(self, process: asyncio.subprocess.Process, terminal: int | None) -> None:
        self.process = process
        self.terminal = terminal
        self.reader: asyncio.StreamReader | None = None
        self.reading: asyncio.ReadTransport | None = None

    @classmethod
    async def start(cls, argv: Sequence[str], folder: Path, *, stdin: bool, tty: bool) -> "HostProcess":
        if tty:
            return await cls._start_with_terminal(argv, folder)
        pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *argv, cwd=folder, stdin=pipe if stdin else null, stdout=pipe, stderr=pipe, start_new_session=True
        )
        return cls(process, None)

    @classmethod
    async def _start_with_terminal(cls, argv: Sequence[str], folder: Path) -> "HostProcess":
        ours, theirs = os.openpty()
        process = await asyncio.create_subprocess_exec(
            *argv,
            cwd=folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        started = cls(process, ours)
        started.reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        started.reading, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(started.reader or asyncio.StreamReader()),
            os.fdopen(os.dup(ours), "rb", 0),
        )
        return started

    async def read(self, stream: StreamName) -> bytes:
        reader = self.reader or getattr(self.process, stream)
        try:
            content: bytes = await reader.read(65536)
        except OSError:
            return b""  # what a terminal says once its last process has gone
        return content

    async def write(self, data: bytes) -> None:
        if self.terminal is not None:
            os.write(self.terminal, data)
        elif self.process.stdin is not None:
            with contextlib.suppress(ConnectionError):
                self.process.stdin.write(data)
                await self.process.stdin.drain()

    async def close_stdin(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()

    def resize(self, columns: int, rows: int) -> None:
        if self.terminal is not None:
            fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    async def wait(self) -> int:
        code = await self.process.wait()
        return code if code >= 0 else 128 - code

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, 9)
        # Pipes that nobody reads any more would otherwise never see their end.
        for number in (0, 1, 2):
            pipe = self.process._transport.get_pipe_transport(number)
            if pipe is not None and not pipe.is_closing():
                pipe.abort() if number == 0 else pipe.close()
        if self.reading is not None:
            self.reading.close()
        if self.terminal is not None:
            os.close(self.terminal)
            self.terminal = None


class HostPods:
    """Pods of a registry, as processes of this machine."""

    def __init__(self, registry: Registry, folder: Path) -> None:
        self.registry = registry
        self.folder = folder
        self.log: list[bytes] = []
        self.log_ended = False
        self.grown = asyncio.Condition()
        self.attachable: Sequence[str] = ("cat",)
        self.processes: list[HostProcess] = []
        self.listening: set[object] = set()

    def _check(self, namespace: str, pod: str, container: str | None) -> None:
        found = self.registry.get(self.registry.kinds.by_kind("v1", "Pod"), pod, namespace)
        names = [each["name"] for each in found["spec"]["containers"]]
        if container is not None and container not in names:
            raise bad_request(f"container {container} is not valid for pod {pod}")

    async def exec(
        self,
        namespace: str,
        pod: str,
        container: str | None,
        argv: Sequence[str],
        *,
        stdin: bool,
        tty: bool,
    ) -> HostProcess:
        self._check(namespace, pod, container)
        try:
            process = await HostProcess.start(argv, self.folder, stdin=stdin, tty=tty)
        except OSError as error:
            raise internal(f'exec: "{argv[0]}": executable file not found in $PATH') from error
        self.processes.append(process)
        return process

    async def attach(
        self, namespace: str, pod: str, container: str | None, *, stdin: bool, tty: bool
    ) -> HostProcess:
        return await self.exec(namespace, pod, container, self.attachable, stdin=stdin, tty=tty)

    async def logs(
        self,
        namespace: str,
        pod: str,
        container: str | None,
        *,
        follow: bool = False,
        tail: int | None = None,
        since: float | None = None,
        timestamps: bool = False,
        previous: bool = False,
        limit_bytes: int | None = None,
    ) -> AsyncIterator[bytes]:
        self._check(namespace, pod, container)
        if previous:
            raise ApiError(400, "BadRequest", f'previous terminated container "c" in pod "{pod}" not found')
        at = 0 if tail is None else max(len(self.log) - tail, 0)
        token = object()
        self.listening.add(token)
        try:
            while True:
                while at < len(self.log):
                    at += 1
                    yield self.log[at - 1]
                if not follow or self.log_ended:
                    return
                async with self.grown:
                    while at == len(self.log) and not self.log_ended:
                        await self.grown.wait()
        finally:
            self.listening.discard(token)

    async def say(self, *lines: bytes, end: bool = False) -> None:
        """Write to the log that every container here has."""
        async with self.grown:
            self.log += lines
            self.log_ended = end
            self.grown.notify_all()

    async def connect(
        self, namespace: str, pod: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._check(namespace, pod, None)
        return await asyncio.open_connection("127.0.0.1", port)
