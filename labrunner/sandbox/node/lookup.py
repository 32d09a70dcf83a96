"""Whether a container has a program, asked before it starts so that the answer is the real runtime's."""

import os

from labrunner.sandbox.node.inside import Inside


class NoProgramError(Exception):
    """The container has no such program; the text is runc's."""


def check(program: str, path: str, inside: Inside) -> None:
    """Make sure that `program` can be executed in a container.

    Args:
        program: First word of a command line.
        path: The container's search path.
        inside: What lies where in it.

    Raises:
        NoProgramError: It cannot.
    """
    if "/" not in program:
        if not any(_executable(f"{folder}/{program}", inside) for folder in path.split(":")):
            raise NoProgramError(f'exec: "{program}": executable file not found in $PATH')
        return
    if not inside.outside(program).exists():
        raise NoProgramError(f'exec: "{program}": stat {program}: no such file or directory')
    if not _executable(program, inside):
        raise NoProgramError(f'exec: "{program}": permission denied')


def _executable(path: str, inside: Inside) -> bool:
    outside = inside.outside(path)
    return outside.is_file() and os.access(outside, os.X_OK)
