"""The built-in rehearsal cluster as a place to run labs.

The sandbox is a process of its own: it is asked for with one JSON object, answers with one, and ends when
its standard input does, so that it never outlives the run. What it is made of is left to `labrunner.sandbox`.
"""

import contextlib
import http.client
import json
import os
import select
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from labrunner.errors import LabrunnerError
from labrunner.plan.model import Plan
from labrunner.run.witness import Pause
from labrunner.target.base import RUN_VARIABLE, Place

READY_SECONDS = 60.0
"""How long a sandbox may take until it is ready: usually less than two seconds, but machines can be busy."""
STOP_SECONDS = 15.0
"""How long it may take to stop; then it is killed, and the next start sweeps what it left."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What a sandbox says when it is ready."""

    folder: Path
    """All that it has on disk."""
    pid: int
    address: str
    """`https://HOST:PORT` of the API."""
    token: str
    """The lab user's bearer token."""
    authority: Path
    """PEM file with the certificate of the sandbox's authority."""
    environment: Mapping[str, str]
    """What a shell needs to talk to the sandbox, and the lab's variables."""
    shell: tuple[str, ...]
    """Arguments that start bash, confined."""
    tools: Path
    """Folder with the programs that the lab's shell finds first."""
    summary: str
    notices: tuple[str, ...]

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Ready":
        """From the JSON object that the sandbox printed."""
        return cls(
            folder=Path(values["folder"]),
            pid=int(values["pid"]),
            address=values["address"],
            token=values["token"],
            authority=Path(values["authority"]),
            environment=dict(values["environment"]),
            shell=tuple(values["shell"]),
            tools=Path(values["tools"]),
            summary=values["summary"],
            notices=tuple(values["notices"]),
        )


class SandboxTarget:
    """A fresh sandbox for every run."""

    name = "sandbox"

    @contextmanager
    def prepare(self, plan: Plan, run: str) -> Iterator[Place]:
        """Start a sandbox that has what the lab declares; stop it and remove all of it at the end.

        Raises:
            LabrunnerError: This machine cannot run it; the sentence names the alternatives.
        """
        with launched(specification(plan), run=run) as ready, contextlib.closing(Client(ready)) as client:
            yield Place(
                summary=ready.summary,
                shell=ready.shell,
                environment={**ready.environment, "TERM": "xterm-256color", RUN_VARIABLE: run},
                directory=ready.folder,
                witness=SandboxWitness(client),
                folders=((plan.workspace, plan.path_prefixes[0][0]), *((f, str(f)) for f in _outside(plan))),
                missing_programs=True,
                notices=ready.notices,
            )


def specification(plan: Plan) -> dict[str, Any]:
    """What the plan's lab needs of a sandbox, as the JSON object that the sandbox reads."""
    declared = plan.declaration
    spec: dict[str, Any] = {
        "workspace": str(plan.workspace.resolve()),
        "mounts": [prefix for prefix, _ in plan.path_prefixes],
        "readable": [str(folder) for folder in _outside(plan)],
        "variables": dict(declared.variables),
        "buckets": [{"variable": each.variable, "prefix": each.prefix} for each in declared.buckets],
        "roles": [
            {"variable": each.variable, "service_account": each.service_account, "buckets": each.buckets}
            for each in declared.roles
        ],
        "mirrors": [str(declared.mirror.resolve())] if declared.mirror else [],
    }
    if declared.launch_seconds is not None:
        spec["launch_seconds"] = declared.launch_seconds
    return spec


@contextmanager
def launched(spec: Mapping[str, Any], *, run: str = "") -> Iterator[Ready]:
    """A sandbox for as long as the context lasts."""
    with tempfile.TemporaryFile() as said:
        process = start(spec, said, run=run)
        try:
            yield wait_until_ready(process, said)
        finally:
            stop(process)


def start(spec: Mapping[str, Any], said: IO[bytes], *, run: str = "") -> subprocess.Popen[bytes]:
    """Start the sandbox's process; `said` gets what it says on standard error."""
    process = subprocess.Popen(
        [sys.executable, "-m", "labrunner.sandbox"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        # Ctrl-C in the terminal is for the lab's command; the sandbox is still needed for clean-up.
        start_new_session=True,
        env={**os.environ, RUN_VARIABLE: run},
    )
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(spec).encode() + b"\n")
        process.stdin.flush()
    return process


def stop(process: subprocess.Popen[bytes]) -> None:
    """Order the sandbox to stop, and see that it does."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    process.stdout.close()


def wait_until_ready(process: subprocess.Popen[bytes], said: IO[bytes]) -> Ready:
    """What the sandbox says once it is ready.

    Raises:
        LabrunnerError: It cannot run here, failed, or took longer than `READY_SECONDS`.
    """
    assert process.stdout is not None
    deadline = time.monotonic() + READY_SECONDS
    line = b""
    while not line.endswith(b"\n"):
        remaining = deadline - time.monotonic()
        if remaining <= 0 or not select.select([process.stdout], [], [], remaining)[0]:
            raise LabrunnerError(
                f"the sandbox was not ready after {READY_SECONDS:.0f} s",
                remedy="try again on a quieter machine, or run `labrunner doctor`",
            )
        piece = os.read(process.stdout.fileno(), 65536)
        if not piece:
            raise _refusal(process, said)
        line += piece
    values = json.loads(line)
    if "error" in values:
        raise LabrunnerError(values["error"], remedy=values.get("remedy", ""))
    return Ready.from_json(values)


def _refusal(process: subprocess.Popen[bytes], said: IO[bytes]) -> LabrunnerError:
    process.wait()
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    last = lines[-1] if lines else f"exit status {process.returncode}"
    return LabrunnerError(f"the sandbox could not start: {last}", remedy="run `labrunner doctor`")


def _outside(plan: Plan) -> tuple[Path, ...]:
    """Folders of hook scripts that lie outside the workspace, and so outside what the shell sees."""
    workspace = plan.workspace.resolve()
    hooks = [step.hook for step in plan.steps] + [suite.hook for suite in plan.suites]
    folders = {hook.script.resolve().parent for hook in hooks if hook is not None}
    return tuple(sorted(folder for folder in folders if not folder.is_relative_to(workspace)))


class Client:
    """Asks the sandbox itself, at the addresses that a real cluster does not have."""

    def __init__(self, ready: Ready) -> None:
        self._ready = ready
        self._connection: http.client.HTTPSConnection | None = None

    def get(self, path: str) -> Any:
        """The JSON value at `path`, or `None` when the sandbox does not answer: it may be gone."""
        for _ in range(2):
            try:
                connection = self._connected()
                connection.request("GET", path, headers={"Authorization": f"Bearer {self._ready.token}"})
                response = connection.getresponse()
                body = response.read()
                return json.loads(body) if response.status == 200 else None
            except (OSError, http.client.HTTPException, ValueError):
                self.close()  # an idle connection may have been closed on us: once more with a new one
        return None

    def close(self) -> None:
        """Close the connection; the next question opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> http.client.HTTPSConnection:
        if self._connection is None:
            place = urlsplit(self._ready.address)
            trust = ssl.create_default_context(cafile=str(self._ready.authority))
            self._connection = http.client.HTTPSConnection(
                str(place.hostname), place.port, context=trust, timeout=5.0
            )
        return self._connection


class SandboxWitness:
    """Asks the sandbox what a step relied on, whether it has settled, and what does not work."""

    POLL = 0.1
    """Seconds between two looks while something is pending."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def unproven(self) -> tuple[str, ...]:
        """What the sandbox noted since the last time it was asked."""
        return tuple(self._client.get("/labrunner/notes?take=1") or ())

    def settle(self, seconds: float, pause: Pause) -> None:
        """Wait until nothing is pending on the sandbox, at most `seconds`."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if not self._client.get("/labrunner/pending") or pause(min(self.POLL, left)):
                return

    def diagnose(self) -> tuple[str, ...]:
        """What does not work there, in plain lines."""
        return tuple(self._client.get("/labrunner/diagnosis") or ())
