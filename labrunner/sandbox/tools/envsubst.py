#!/usr/bin/env python3
"""envsubst for machines without gettext: replaces `$NAME` and `${NAME}` as GNU's does, and nothing else.

A file that runs by itself, with the standard library only: it is put on the PATH of places where labrunner
cannot be imported. Bytes in, bytes out; whatever is no reference (`${NAME:-x}`, `$1`, `$$`) stays as it is.
"""

import os
import re
import sys
from collections.abc import Mapping, Sequence

REFERENCE = re.compile(rb"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")

USAGE = """\
Usage: envsubst [OPTION] [SHELL-FORMAT]

Copies standard input to standard output and replaces references to environment
variables, $NAME and ${NAME}, by their values. With SHELL-FORMAT, only those
variables are replaced that it refers to.

  -v, --variables   print the variables that SHELL-FORMAT refers to, one a line
  -h, --help        show this and exit
  -V, --version     show the version and exit
"""


def names(text: bytes) -> list[bytes]:
    """Return the variables that a text refers to, in order, as often as it does."""
    return [braced or bare for braced, bare in REFERENCE.findall(text)]


def substitute(text: bytes, variables: Mapping[bytes, bytes], only: frozenset[bytes] | None = None) -> bytes:
    """Replace references by values; a variable that is not set is replaced by nothing.

    Args:
        text: Any bytes.
        variables: Values by name.
        only: The variables to replace; `None` is all of them.
    """

    def value(match: re.Match[bytes]) -> bytes:
        name = match[1] or match[2]
        return match[0] if only is not None and name not in only else variables.get(name, b"")

    return REFERENCE.sub(value, text)


def main(arguments: Sequence[str]) -> int:
    """Run as a program and return its exit code."""
    words, options = _parse(arguments)
    if "help" in options:
        return _write(USAGE.encode())
    if "version" in options:
        return _write(b"envsubst (labrunner)\n")
    if None in options:
        return _fail("Try 'envsubst --help' for more information.")
    if len(words) > 1:
        return _fail("envsubst: too many arguments")
    if "variables" in options:
        if not words:
            return _fail("envsubst: missing arguments")
        return _write(b"".join(name + b"\n" for name in names(os.fsencode(words[0]))))
    only = frozenset(names(os.fsencode(words[0]))) if words else None
    return _write(substitute(sys.stdin.buffer.read(), os.environb, only))


LONG = ("variables", "help", "version")
SHORT = {"v": "variables", "h": "help", "V": "version"}


def _parse(arguments: Sequence[str]) -> tuple[list[str], list[str | None]]:
    """Tell words from options, as getopt does; an option that is not known is `None`."""
    words: list[str] = []
    options: list[str | None] = []
    for place, argument in enumerate(arguments):
        if argument == "--":
            return words + list(arguments[place + 1 :]), options
        if argument.startswith("--"):
            meant = [name for name in LONG if name.startswith(argument[2:])]
            options.append(meant[0] if len(meant) == 1 or argument[2:] in LONG else None)
        elif argument.startswith("-") and argument != "-":
            options.extend(SHORT.get(letter) for letter in argument[1:])
        else:
            words.append(argument)
    return words, options


def _write(data: bytes) -> int:
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        # Whoever read has gone; the interpreter must not try again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _fail(f"envsubst: write error: {error.strerror}")
    return 0


def _fail(message: str) -> int:
    sys.stderr.write(f"{message}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
