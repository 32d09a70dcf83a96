"""What a process waits for, in words, as far as /proc tells.

For the sentence that explains a timeout: "cat (pid 12), which waited for input from the terminal". Numbers of
system calls differ by machine; what is not in the tables below is left unsaid rather than guessed.
"""

import os
import stat

from labrunner.shell import processes

_CALLS: dict[str, dict[int, str]] = {
    "x86_64": {
        0: "read", 45: "read", 47: "read", 1: "write", 44: "write", 46: "write", 42: "connect",
        43: "accept", 288: "accept",
        7: "poll", 271: "poll", 23: "poll", 270: "poll", 232: "poll", 281: "poll",
        61: "wait", 247: "wait", 35: "sleep", 230: "sleep", 73: "lock", 34: "signal", 130: "signal",
    },
    "aarch64": {
        63: "read", 207: "read", 212: "read", 64: "write", 206: "write", 211: "write", 203: "connect",
        202: "accept", 242: "accept", 73: "poll", 72: "poll", 22: "poll",
        260: "wait", 95: "wait", 101: "sleep", 115: "sleep", 32: "lock", 133: "signal",
    },
}  # fmt: skip
"""From the kernel's tables, calls of one kind under one name."""

_TERMINAL_MAJORS = (5, *range(136, 144))
"""/dev/tty, and the pseudo-terminals."""

TERMINAL = "input from the terminal"
CHILD = "a process that it started"

_PLAIN = {
    "accept": "someone to connect",
    "wait": CHILD,
    "sleep": "time to pass",
    "lock": "a file lock",
    "signal": "a signal",
}


def waits_for(pid: int) -> str | None:
    """What the process waits for, to follow "waited for"; `None` when it works, or it is not known.

    Of several threads the most telling one counts: programs in Go wait for their network in any of them.
    """
    reasons = [reason for thread in processes.threads(pid) if (reason := _thread_waits(pid, thread))]
    dull = tuple(_PLAIN.values())
    return min(reasons, key=lambda why: (why != TERMINAL, why in dull), default=None)


def system_call(pid: int, thread: int) -> tuple[str, tuple[int, ...]]:
    """Which kind of system call it is in, and its arguments; an empty name when it runs or is not known."""
    try:
        words = processes.content(f"/proc/{pid}/task/{thread}/syscall").split()
    except OSError:
        return "", ()
    if not words or not words[0].isdigit():
        return "", ()  # "running", or not in a system call
    arguments = tuple(int(word, 16) for word in words[1:])
    return _CALLS.get(os.uname().machine, {}).get(int(words[0]), ""), arguments


def _thread_waits(pid: int, thread: int) -> str | None:
    call, arguments = system_call(pid, thread)
    if call in ("read", "write"):
        return _descriptor(pid, arguments[0], writing=call == "write")
    if call == "connect":
        return f"a network connection{_to(pid)}"
    return _any_descriptor(pid) if call == "poll" else _PLAIN.get(call)


def _descriptor(pid: int, number: int, *, writing: bool) -> str | None:
    kind = _kind(pid, number)
    if kind == "terminal":
        return "room to write to the terminal" if writing else TERMINAL
    if kind == "socket":
        return f"the network{_to(pid)}"
    return "the other end of a pipe" if kind == "pipe" else None


def _any_descriptor(pid: int) -> str | None:
    """A program in poll does not say on what; what it has open does, if it is of one kind."""
    kinds = {_kind(pid, number) for number in processes.descriptors(pid)}
    if "socket" in kinds:
        return f"the network{_to(pid)}"
    return TERMINAL if _kind(pid, 0) == "terminal" and "pipe" not in kinds else None


def _to(pid: int) -> str:
    from labrunner.shell.sockets import peers  # a start should not pay for what only a timeout needs

    found = peers(pid)
    return f" ({', '.join(found)})" if found else ""


def _kind(pid: int, number: int) -> str:
    try:
        status = os.stat(f"/proc/{pid}/fd/{number}")  # noqa: PTH116
    except OSError:
        return ""
    if stat.S_ISCHR(status.st_mode):
        return "terminal" if os.major(status.st_rdev) in _TERMINAL_MAJORS else ""
    if stat.S_ISSOCK(status.st_mode):
        return "socket"
    return "pipe" if stat.S_ISFIFO(status.st_mode) else ""


def describe(group: int, *, shell: int, command: str) -> str | None:
    """Who is in the foreground and what it waits for; `None` when nobody is.

    Args:
        group: The foreground process group.
        shell: Pid of the shell, which is in the foreground itself while it runs a builtin or a loop.
        command: What the shell was given, to name that.
    """
    members = [process.pid for process in processes.table().values() if process.group == group]
    if not members:
        return None
    # The one at work is the youngest that waits for none of its own: in `sudo sh -c 'sleep 9'` the sleep.
    reasons = {pid: waits_for(pid) for pid in sorted(members, reverse=True)}
    pid = next((pid for pid, reason in reasons.items() if reason == TERMINAL), None)
    pid = pid or next((pid for pid, reason in reasons.items() if reason != CHILD), members[0])
    name = f"the shell itself, running `{_first_line(command)}`" if pid == shell else _named(pid)
    return f"{name}, which waited for {reasons[pid]}" if reasons[pid] else name


def _first_line(command: str) -> str:
    lines = command.strip().splitlines() or [""]
    return lines[0] + (" …" if len(lines) > 1 else "")


def _named(pid: int) -> str:
    line = " ".join(processes.command_line(pid).split())
    return f"{line if len(line) <= 200 else f'{line[:199]}…'} (pid {pid})"
