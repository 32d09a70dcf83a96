"""A shell in a private folder, and a short way to run a command in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from naps import naps

from labrunner.shell import Completed, Session, Shell

Run = Callable[..., tuple[str, Completed]]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "TERM": "xterm",
        "LANG": "C.UTF-8",
    }
    return Shell(("/bin/bash",), environment, tmp_path)


@pytest.fixture
def session(shell: Shell) -> Iterator[Session]:
    with Session(shell) as session:
        yield session


@pytest.fixture
def run(session: Session) -> Run:
    """Run one command to its end: its output with plain line ends, and how it completed.

    Its sleeps are made our own, see `naps`.
    """

    def run(command: str, *, timeout: float = 10.0) -> tuple[str, Completed]:
        execution = session.run(naps(command), timeout=timeout)
        output = b"".join(execution).decode(errors="backslashreplace")
        return output.replace("\r\n", "\n"), execution.completed

    return run
