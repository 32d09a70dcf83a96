"""The process between labrunner and a lab's shell that leaves nothing behind.

Daemons leave their parents, sessions and process groups; a signal to a group never finds them. The keeper is
the *subreaper* of all that the shell starts: whatever loses its parent becomes its child, so the whole lab
stays one tree below it. It ends that tree when the shell ends, when it is asked to (SIGTERM), and when
labrunner dies in any way, kill -9 included: the kernel then hangs up the keeper's terminal (SIGHUP).

It is a fork of labrunner that never returns: no time to start, no memory of its own to speak of.
"""

import contextlib
import ctypes
import gc
import os
import signal
import time

from labrunner.shell import processes

_PR_SET_NAME, _PR_SET_CHILD_SUBREAPER = 15, 36

_CLIMB = ((signal.SIGHUP, 0.2), (signal.SIGTERM, 0.5), (signal.SIGKILL, 1.0))
"""What the tree gets, and how many seconds each may take: close() has to be over in two."""

_HEARD = (signal.SIGCHLD, signal.SIGHUP, signal.SIGTERM)

_LOOK_AGAIN = 0.02
"""Seconds: a grandchild's death is told to its own parent, not to us."""

_prctl = ctypes.CDLL(None, use_errno=True).prctl


def stand_between() -> None:
    """Fork: return in the process that is to become the shell; the other keeps it and never returns."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    _prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    shell = os.fork()
    if shell == 0:
        _as_a_login_would()
        return
    status = 1
    try:
        status = _keep(shell)
    finally:
        os._exit(status)


def _as_a_login_would() -> None:
    # Python ignores SIGPIPE and whoever started us may ignore more. Programs inherit that: `yes | head`
    # would complain of a broken pipe, and bash cannot trap what it found ignored.
    for number in range(1, signal.NSIG):
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _keep(shell: int) -> int:
    gc.disable()  # what labrunner left in memory must not be finalised here
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
        signal.signal(number, signal.SIG_IGN)
    os.closerange(3, 1 << 20)
    os.chdir("/")
    _prctl(_PR_SET_NAME, b"labrunner-shell", 0, 0, 0)
    status = None
    while status is None:
        if signal.sigwait(_HEARD) != signal.SIGCHLD:
            break
        status = _reap(shell)
    _end_everything()
    return 128 + signal.SIGHUP if status is None else status


def _reap(shell: int) -> int | None:
    """Wait for whatever has ended; the shell's exit status as bash would put it, if it was among that."""
    ended = None
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            if found[0] == shell:
                code = os.waitstatus_to_exitcode(found[1])
                ended = code if code >= 0 else 128 - code
    return ended


def _end_everything() -> None:
    for number, seconds in _CLIMB:
        deadline = time.monotonic() + seconds
        _send_to_all(number)
        while not _all_gone():
            if time.monotonic() >= deadline:
                break
            signal.sigtimedwait((signal.SIGCHLD,), _LOOK_AGAIN)
            if number == signal.SIGKILL:
                _send_to_all(number)  # what forks faster than we look is killed in the end
        else:
            return


def _send_to_all(number: int) -> None:
    for process in processes.descendants(os.getpid()):
        processes.send(process.pid, number)
        processes.send(process.pid, signal.SIGCONT)


def _all_gone() -> bool:
    _reap(0)
    return not processes.children(os.getpid())
