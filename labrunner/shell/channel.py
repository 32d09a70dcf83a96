"""The pseudo-terminal between labrunner and a shell, through pexpect. Knows bytes and time, not bash.

pexpect starts the process and owns the terminal. Reading goes straight to the descriptor: its own search
through an ever longer buffer is what the prompt reader replaces.
"""

import contextlib
import errno
import fcntl
import os
import select
import signal
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pexpect
from ptyprocess import PtyProcess, PtyProcessError  # type: ignore[import-untyped]

from labrunner.shell import keeper, memory, processes
from labrunner.shell.model import ShellError
from labrunner.shell.stop import Stop

_TIOCSIG = 0x40045436
"""ioctl on the master side: signal the foreground group with the terminal's own right, as a typed ^C does,
even when sudo runs there, and also when a program has made the terminal raw."""

_CHUNK = 65536
_CLOSE_LIMIT = 2.0
"""Seconds that the keeper may take to end everything; its own climb takes at most 1.7."""


class _Spawn(pexpect.spawn):  # type: ignore[type-arg]  # only its stubs are generic
    """pexpect's spawn, letting one descriptor through to the child."""

    ptyproc: PtyProcess
    pid: int

    def __init__(self, argv: Sequence[str], inherited: int, **options: Any) -> None:
        self._inherited = inherited
        super().__init__(argv[0], list(argv[1:]), timeout=None, **options)
        self.delaybeforesend = self.delayafterread = None
        # Everything is dead by the time it is closed; there is nothing to be patient with.
        self.ptyproc.delayafterclose = self.ptyproc.delayafterterminate = 0

    def _spawnpty(self, args: list[str], **options: Any) -> PtyProcess:
        return PtyProcess.spawn(args, pass_fds=(self._inherited,), **options)


class Channel:
    """A process on a terminal of its own."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        environment: Mapping[str, str],
        directory: Path,
        columns: int,
        rows: int,
        shared: int,
    ) -> None:
        """Start `argv`; `shared` is the descriptor that it inherits as `memory.NUMBER`.

        Raises:
            ShellError: The program or the directory is not there, or cannot be used.
        """

        def become() -> None:
            # Here and not through pexpect: its own change of directory, when it fails, leaves a second
            # copy of this whole program running.
            os.chdir(directory)
            keeper.stand_between()
            os.dup2(shared, memory.NUMBER)

        try:
            self._spawn = _Spawn(
                argv,
                shared,
                env=dict(environment),
                preexec_fn=become,
                dimensions=(rows, columns),
            )
        except (OSError, pexpect.ExceptionPexpect, PtyProcessError) as error:
            raise ShellError(f"cannot start {argv[0]}: {error}", path=directory) from error
        self._master: int = self._spawn.child_fd
        os.set_blocking(self._master, False)
        self._sane = termios.tcgetattr(self._master)
        self.pid: int = self._spawn.pid
        """The keeper: everything that was started is below it."""
        self._ended = os.pidfd_open(self.pid)
        self._poll = select.poll()
        self._poll.register(self._master, select.POLLIN)
        self._poll.register(self._ended, select.POLLIN)
        self._stop: Stop | None = None
        self._rest = b""
        self._closed = False

    def listen(self, stop: Stop) -> None:
        """From now on `read` returns early when `stop` is requested."""
        self._stop = stop
        self._poll.register(stop.fileno(), select.POLLIN)

    def type(self, line: bytes) -> None:
        """Send one line, shorter than the 4,096 bytes a terminal takes, on a terminal in its first state."""
        with contextlib.suppress(OSError, termios.error):  # its end shows when reading
            # A program that was killed may have left it raw, and a lab may have changed it with stty.
            if termios.tcgetattr(self._master) != self._sane:
                termios.tcsetattr(self._master, termios.TCSANOW, self._sane)
            os.write(self._master, line)

    def read(self, seconds: float) -> bytes:
        """Wait at most so long for bytes; return all that are there, up to 64 KiB.

        Empty when the time is up, a stop was requested, or the process has ended (see `ended`).
        """
        ready = self._poll.poll(max(0.0, seconds) * 1000)
        if self._stop is not None and any(number == self._stop.fileno() for number, _ in ready):
            self._stop.clear()
        return self._drain() if ready else b""

    def _drain(self) -> bytes:
        chunks, size = [], 0
        while size < _CHUNK:
            try:
                chunk = os.read(self._master, _CHUNK)
            except BlockingIOError:
                break
            except OSError as error:
                # EIO: nobody has the other side open any more.
                if error.errno != errno.EIO:
                    raise
                break
            if not chunk:
                break
            chunks.append(chunk)
            size += len(chunk)
        return b"".join(chunks)

    @property
    def ended(self) -> bool:
        """Whether the process has ended; what it wrote last may still have to be read."""
        return self._closed or not self._spawn.isalive()

    @property
    def exit_status(self) -> int:
        """Its exit status, once it has `ended`; 128+n when signal n ended it."""
        code, number = self._spawn.exitstatus, self._spawn.signalstatus
        return code if code is not None else 128 + (number or signal.SIGKILL)

    @property
    def foreground(self) -> int:
        """The process group that the terminal belongs to; 0 when there is none."""
        try:
            return os.tcgetpgrp(self._master)
        except OSError:
            return 0

    def interrupt(self) -> None:
        """What ^C does."""
        with contextlib.suppress(OSError):
            fcntl.ioctl(self._master, _TIOCSIG, signal.SIGINT)

    def close(self) -> None:
        """End the process and everything below it, and give the terminal back; two seconds at the worst."""
        if self._closed:
            return
        self._closed = True
        processes.send(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + _CLOSE_LIMIT
        while self._spawn.isalive() and (left := deadline - time.monotonic()) > 0:
            self._rest = (self._rest + self.read(left))[-_CHUNK:]  # a blocked writer could not end
        if self._spawn.isalive():
            self._end_by_force()
        self._rest = (self._rest + self._drain())[-_CHUNK:]
        os.close(self._ended)
        self._spawn.close()

    def rest(self) -> bytes:
        """What was still written while closing, at most the last 64 KiB; once."""
        rest, self._rest = self._rest, b""
        return rest

    def _end_by_force(self) -> None:
        for process in (*processes.descendants(self.pid), processes.look(self.pid)):
            if process is not None:
                processes.send(process.pid, signal.SIGKILL)
        self._spawn.wait()
