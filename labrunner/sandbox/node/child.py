"""A child process whose end the event loop waits for, without a thread for each."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence


class Child:
    """A started process.

    It must be started on the main thread: the kernel's promise to kill it when its parent dies holds for
    the thread that started it.
    """

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.pid = process.pid
        self._process = process
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[int] = self._loop.create_future()
        self._handle = os.pidfd_open(process.pid)
        self._loop.add_reader(self._handle, self._reap)

    @classmethod
    def start(
        cls,
        argv: Sequence[str],
        *,
        stdin: int = subprocess.DEVNULL,
        stdout: int = subprocess.DEVNULL,
        stderr: int = subprocess.DEVNULL,
        keep: Sequence[int] = (),
        environment: Mapping[str, str] | None = None,
    ) -> "Child":
        """Start `argv` with the given descriptors as its streams, and those in `keep` left open.

        Raises:
            OSError: The program is not there or cannot be executed.
        """
        process = subprocess.Popen(
            argv,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            pass_fds=keep,
            env=environment,
        )
        return cls(process)

    async def wait(self) -> int:
        """Return its exit code, 128 + n after signal n."""
        return await asyncio.shield(self._ended)

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._ended.done()

    def kill(self) -> None:
        """End it at once."""
        if not self.ended:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL)

    def _reap(self) -> None:
        self._loop.remove_reader(self._handle)
        os.close(self._handle)
        self._ended.set_result(exit_code(self._process.wait()))


def exit_code(status: int) -> int:
    """A wait status as Python gives it, as shells count: 128 + n after signal n."""
    return 128 - status if status < 0 else status
