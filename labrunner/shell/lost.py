"""Tell a shell that prompts without our mark from a command that simply takes its time.

A lab can take away both places that print the mark in one command (`unset PROMPT_COMMAND PS1`), or put
another shell in place of ours (`exec bash`). Without this either would look like a command that never ends.
"""

import os
from typing import Literal

from labrunner.shell import processes, waiting

_PROMPT_READ = 1024
"""Bytes that an interactive bash without readline asks for at its prompt. Its builtin `read` asks for 4,096,
or for one at a time."""

_SHELLS = ("bash", "sh", "dash", "zsh", "ksh", "fish")

Loss = Literal["", "mark", "shell"]


def loss(bash: int, *, started_as: str) -> Loss:
    """What the lab took away: nothing, the prompt's mark, or the shell itself.

    Args:
        bash: Pid of our bash, which is known to be in the foreground.
        started_as: Its command line when it was started.
    """
    # A bash that has been woken, but has not had its turn on a busy machine, is no longer "in" a call.
    call, arguments = waiting.system_call(bash, bash)
    now = processes.command_line(bash)
    if now == started_as:
        return "mark" if call == "read" and arguments[0] == 0 and arguments[2] == _PROMPT_READ else ""
    program, *arguments_given = now.split(" ")
    # One that was given a script, or a command, waits for input in earnest.
    idle = all(word.startswith("-") and word != "-c" for word in arguments_given)
    is_shell = os.path.basename(program).removeprefix("-") in _SHELLS  # noqa: PTH119
    return "shell" if is_shell and idle and waiting.waits_for(bash) == waiting.TERMINAL else ""
