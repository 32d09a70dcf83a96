"""A program of its own: starts processes beside those of a running container, in all its namespaces.

The sandbox keeps one of these running (`doorman`). A process joins another user namespace only while it is
single-threaded and its memory is its own, so the sandbox cannot do it; and starting a Python for each `exec`
would take longer than the command. Here a request costs a fork.

It runs with the standard library alone and imports nothing of labrunner. On the socket given as its first
argument comes one packet a request, with descriptors: the request as JSON, a socket for the answers, a handle
of a process in the container and, without a terminal, standard input, output and error. The answers are
JSON packets: `{"terminal": true}` with the terminal's descriptor, `{"started": PID}` or
`{"failed": STAGE, "errno": N}`, then `{"ended": STATUS}`. Whoever closes the answers' socket ends the
process.

When the sandbox is gone, the other arguments are the program to become: it ends what was left behind.
"""

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import select
import signal
import socket
import stat
import struct
import sys
import termios
from pathlib import Path
from typing import Any, NoReturn

NAMESPACES = 0x10000000 | 0x00020000 | 0x04000000 | 0x08000000 | 0x20000000  # user, mount, uts, ipc, pid
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 24, 38
LAST_CAPABILITY = 63
CAPABILITY_VERSION = 0x20080522
UNLOCK_TERMINAL, TERMINAL_NUMBER = 0x40045431, 0x80045430  # TIOCSPTLCK, TIOCGPTN

libc = ctypes.CDLL(None, use_errno=True)


class StartError(Exception):
    """The process cannot be started; `args` are the stage and the error number."""


def main() -> None:
    """Serve requests until the sandbox is gone."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the sandbox's own answer to Ctrl-C is what counts
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        packet, descriptors, _, _ = socket.recv_fds(requests, 16, 8)
        if not packet:
            os.execv(sys.executable, [sys.executable, "-I", "-S", *sys.argv[2:]])
        if os.fork() == 0:
            requests.close()
            _serve(descriptors)
        for each in descriptors:
            os.close(each)


def _serve(descriptors: list[int]) -> NoReturn:
    """Carry out one request, in a process of its own."""
    _die_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    request_file, answers_file, container, *streams = descriptors
    answers = socket.socket(fileno=answers_file)
    try:
        request = json.loads(os.pread(request_file, os.fstat(request_file).st_size, 0))
        _tell(answers, _run(request, answers, container, streams))
    except StartError as error:
        _tell(answers, {"failed": error.args[0], "errno": error.args[1]})
    except OSError as error:
        _tell(answers, {"failed": "enter", "errno": error.errno})
    os._exit(0)


def _run(
    request: dict[str, Any], answers: socket.socket, container: int, streams: list[int]
) -> dict[str, Any]:
    if libc.setns(container, NAMESPACES) != 0:
        raise StartError("enter", ctypes.get_errno())
    _die_with_parent()  # other credentials may have cleared it
    terminal = _open_terminal(answers, request) if request["tty"] else None
    told, tells = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        _become(request, terminal, streams, tells)
    os.close(tells)
    for each in streams:
        os.close(each)
    if problem := os.read(told, 1024):
        os.waitpid(child, 0)
        raise StartError(*json.loads(problem))
    _tell(answers, {"started": child})
    return {"ended": _wait(child, answers)}


def _wait(child: int, answers: socket.socket) -> int:
    """Wait for the end of `child`; end it when nobody waits for the answer any more."""
    handle = os.pidfd_open(child)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.register(answers, select.POLLHUP)
    if not any(descriptor == handle for descriptor, _ in poll.poll()):
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _open_terminal(answers: socket.socket, request: dict[str, Any]) -> str:
    """Open a terminal of the container's, hand its outer end over and return its inner name."""
    outer = os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    fcntl.ioctl(outer, UNLOCK_TERMINAL, struct.pack("i", 0))
    (number,) = struct.unpack("i", fcntl.ioctl(outer, TERMINAL_NUMBER, bytes(4)))
    fcntl.ioctl(outer, termios.TIOCSWINSZ, struct.pack("HHHH", request["rows"], request["columns"], 0, 0))
    socket.send_fds(answers, [b'{"terminal": true}'], [outer])
    os.close(outer)
    return f"/dev/pts/{number}"


def _become(request: dict[str, Any], terminal: str | None, streams: list[int], tells: int) -> NoReturn:
    """Turn into the program that was asked for; say on `tells` why that did not work."""
    try:
        _die_with_parent()
        os.setsid()
        if terminal is not None:
            inner = os.open(terminal, os.O_RDWR)
            fcntl.ioctl(inner, termios.TIOCSCTTY, 0)
            streams = [inner, inner, inner]
        for number, descriptor in enumerate(streams):
            os.dup2(descriptor, number)
        _stage("chdir", os.chdir, request["directory"])
        _drop_capabilities()
        # What the sandbox ignores would stay ignored: Ctrl-C in the terminal would be dead.
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        argv, environment = request["argv"], request["environment"]
        program = _find(argv[0], environment.get("PATH", ""))
        _stage("exec", os.execve, program, argv, environment)
    except StartError as error:
        os.write(tells, json.dumps(error.args).encode())
    except OSError as error:
        os.write(tells, json.dumps(["start", error.errno]).encode())
    os._exit(127)


def _find(program: str, path: str) -> str:
    """The file that `program` means, looked up as container runtimes do."""
    if "/" in program:
        _stage("stat", os.stat, program)
        return program
    for folder in path.split(":"):
        candidate = f"{folder or '.'}/{program}"
        try:
            mode = Path(candidate).stat().st_mode
        except OSError:
            continue
        if not stat.S_ISDIR(mode) and os.access(candidate, os.X_OK):
            return candidate
    raise StartError("lookup", errno.ENOENT)


def _stage(name: str, action: Any, *arguments: Any) -> None:
    try:
        action(*arguments)
    except OSError as error:
        raise StartError(name, error.errno) from error


def _drop_capabilities() -> None:
    """Be as powerless as the container's own process: joining its user namespace gave every right in it."""
    for capability in range(LAST_CAPABILITY + 1):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    libc.capset(ctypes.c_char_p(header), ctypes.c_char_p(bytes(24)))
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _die_with_parent() -> None:
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _tell(answers: socket.socket, answer: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):  # nobody waits any more
        answers.send(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
