r"""What bash is told: the one line that is ever typed, how it prompts, how it gives its state away.

Facts about bash 5.1 and 5.2, found by experiment, that this rests on:

* `PROMPT_COMMAND` may be an array; `PROMPT_COMMAND=x` then only replaces element 0, so ours stand further up.
  It runs before every prompt, also after an error that throws away the rest of a sourced file (`${X:?}`, an
  interrupt), and bash puts `$?` back afterwards: the next command sees the lab's own.
* `\#` in a prompt numbers the commands run, without a variable of ours; an interrupt at the prompt makes bash
  prompt again with the same number (`$LINENO` would go up). `${x@P}` gives it outside of a prompt.
* With descriptor 2 closed around it (`2>&-`) `set -x` has nowhere to write a trace of it; that costs nothing,
  unlike opening /dev/null. `set -v` shows it before it runs; the reader cuts that out, as it knows the text.
* The mark goes to /dev/tty and not to standard output, which `exec >log` may have moved for good.
* An interactive shell that sources a file says `bash: nosuch: command not found`, as when typed, without file
  and line. Only syntax errors name the file.
* Nothing typed here may change `$?` before the lab's text runs. `$_` cannot be kept: it is our path.
"""

import re

from labrunner.shell.memory import PATH

OPTIONS = ("--noediting", "--noprofile", "--norc", "+o", "history")
"""Without readline: it would complete tabs, cut long lines, and take milliseconds. Without history, as it
would hold our line only, and is the user's."""

LINE = f"\\builtin . {PATH}\n".encode()
"""All that is ever typed. The backslash keeps an alias out, `builtin` a function named `.`."""

ECHO = LINE.replace(b"\n", b"\r\n")
"""How the terminal shows it."""


_NUMBER = r"{ : \#; } 2>&-"
"""An element of PROMPT_COMMAND that does nothing, and shows the command's number when taken for a prompt."""


def prompt_commands(nonce: str) -> tuple[str, str, str]:
    """The elements of PROMPT_COMMAND, from 5, that mark a prompt.

    A lab's own PS1 (activating a virtual environment sets one) is put back to ours each time. Ours prints
    nothing, unless PROMPT_COMMAND has been unset: then it is the mark.
    """
    unset = rf"${{PROMPT_COMMAND[5]-\036{nonce}:\#:$?:$-\036}}"
    marking = (
        rf'{{ \builtin printf "\036{nonce}:%s:%d:%s\036" "${{PROMPT_COMMAND[6]@P}}" "$?" "$-" >/dev/tty;'
        rf" PS1='\[\]{unset}'; }} 2>&-"
    )
    return "", _NUMBER, marking


def mark_start(nonce: str) -> bytes:
    """What every mark begins with."""
    return f"\x1e{nonce}:".encode()


def mark(nonce: str) -> re.Pattern[bytes]:
    """What a prompt's mark looks like: groups for the command's number, `$?` and `$-`."""
    number = re.escape(_NUMBER).replace(re.escape(r"\#"), r"(?P<number>\d+)")
    either = rf"(?:{number}|(?P<plain>\d+))"
    return re.compile(rf"\x1e{nonce}:{either}:(?P<status>\d{{1,3}}):(?P<options>[A-Za-z]*)\x1e".encode())


def noise(nonce: str) -> bytes:
    """What `set -v` shows ahead of each mark."""
    return "".join(f"{element}\r\n" for element in prompt_commands(nonce) if element).encode()


def setup(nonce: str) -> str:
    """What makes a fresh bash ours, and again one whose lab has unset what makes it so.

    The EXIT trap keeps the state of a shell that a command ends.
    """
    elements = " ".join(
        f"PROMPT_COMMAND[{at}]={_quoted(element)}" for at, element in enumerate(prompt_commands(nonce), 5)
    )
    return (
        f"{elements}\n"
        r"PS1='\[\]'" + "\n"
        "unset HISTFILE MAILCHECK\n"
        f"{exit_trap()}\n"
    )


def recovery(nonce: str) -> str:
    """The set-up again, for a bash that prompts without its mark; `$?` stays, and so the mark tells it."""
    return f'\\builtin eval {_quoted(setup(nonce))}"\\builtin return $?"'


def exit_trap(lab: str = "''") -> str:
    """Set the EXIT trap: ours, then the lab's own, a shell word as `trap -p` prints it."""
    return f"\\builtin trap -- {_quoted(SNAPSHOT)}$'\\n'{lab} EXIT"


SNAPSHOT = (
    r"[[ $$ == ${BASHPID-$$} ]] && { \builtin trap '' XFSZ;"
    r" \builtin shopt -p; \builtin printf '\036'; \builtin declare -f; \builtin declare -F;"
    r" \builtin printf '\036'; \builtin declare -p; \builtin printf '\036'; \builtin umask -p;"
    r""" [[ ${FUNCNAME+x} || $# == 0 ]] || { \builtin printf 'set --'; \builtin printf ' %q' "$@"; };"""
    r""" \builtin printf '\ncd -- %q\n' "${PWD-/}"; \builtin trap -p; \builtin alias -p; \builtin set +o;"""
    r" \builtin printf '\036'; \builtin jobs -l; \builtin printf '\036';"
    rf" }} >|{PATH} 2>&-; \builtin trap - XFSZ"
)
"""Write everything that a new shell needs to go on into the shared memory, in sections (see `State`). When a
function exits, the trap sees that function's arguments and locals: the first are told by FUNCNAME, the second
cannot be told from globals and win. A child of bash that is hung up between its fork and its exec runs the
trap as well: hence the comparison of pids. Under a lab's `ulimit -f` writing would kill bash, if not for the
trap on XFSZ; a lab's own one is lost.
"""

SNAPSHOT_BEGINS = SNAPSHOT[:30]
"""Tells our EXIT trap from the lab's; holds no quote, so `trap -p` shows it unchanged."""

JOBS_QUERY = rf"\builtin jobs -l >|{PATH}"
"""Write the background jobs into the shared memory."""

FORGET_DEAD_JOBS = r"\builtin jobs >/dev/null"
"""Let bash take jobs that have ended as announced."""

EXIT_TRAP_QUERY = rf"\builtin trap -p EXIT >|{PATH}"
"""Write the EXIT trap into the shared memory, to see whether the lab has set its own."""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
