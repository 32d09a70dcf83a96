"""`labrunner sandbox`: a rehearsal cluster that stays until it is told to go."""

import json
import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from labrunner.cli.parser import Arguments, Parser
from labrunner.errors import LabrunnerError, UsageError
from labrunner.lab.load import load
from labrunner.sandbox import folder
from labrunner.target.sandbox import STOP_SECONDS, Ready, specification, start, wait_until_ready

EXAMPLES = """\
verbs:
  up [PAGE]   start one; with PAGE, it has what that page's lab declares
  down        stop it and remove all of it
  status      say whether one is up, and where
  env         print its environment: eval "$(labrunner sandbox env)"
  shell       open a shell in it, as a lab would see it
"""

OTHER_ACCOUNTS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN")
NO_AWS_FILES = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
"""The files of the user's own accounts, which may name endpoints and credentials of services."""


def configure(parser: Parser) -> None:
    """Add the verb and the page."""
    parser.add_argument("verb", choices=sorted(VERBS), metavar="VERB", help="up, down, status, env or shell")
    parser.add_argument("page", nargs="?", help="for up: a lab page whose declared environment it gets")
    parser.add_argument(
        "--workspace", type=Path, metavar="DIR", help="for up: what the lab sees as /workspace"
    )
    parser.epilog = EXAMPLES


def execute(arguments: Arguments) -> int:
    """Do what the verb says."""
    if arguments.page and arguments.verb != "up":
        raise UsageError(f"{arguments.verb} takes no page", remedy="only `labrunner sandbox up PAGE` does")
    return VERBS[arguments.verb](arguments)


def up(arguments: Arguments) -> int:
    """Start one in the background."""
    if standing() is not None:
        raise UsageError("a sandbox is up already", remedy="use it, or stop it with `labrunner sandbox down`")
    spec = {**_specification(arguments), "stay": True}
    with tempfile.TemporaryFile() as said:
        process = start(spec, said)
        try:
            ready = wait_until_ready(process, said)
        except BaseException:
            process.kill()
            raise
    for notice in ready.notices:
        print(notice)
    print(f"{ready.summary}\nat {ready.address}, process {ready.pid}")
    print('to use it from this shell: eval "$(labrunner sandbox env)"; to stop it: labrunner sandbox down')
    return 0


def down(arguments: Arguments) -> int:
    """Stop it; an error when none is up."""
    ready = _require()
    os.kill(ready.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while ready.folder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    if ready.folder.exists():
        os.kill(ready.pid, signal.SIGKILL)
        folder.sweep()
    print("stopped; nothing of it is left")
    print("a shell that took its environment still has it: open a new one")
    return 0


def status(arguments: Arguments) -> int:
    """Say whether one is up; exit code 1 when none is."""
    for told in folder.sweep():
        print(told)
    ready = standing()
    if ready is None:
        print("no sandbox is up")
        return 1
    print(f"{ready.summary}\nat {ready.address}, process {ready.pid}, files in {ready.folder}")
    return 0


def env(arguments: Arguments) -> int:
    """Print its environment as lines that a shell understands."""
    ready = _require()
    # What the caller's shell says of other accounts and endpoints would win over ours, or break it.
    kept = ready.environment.keys()
    foreign = [name for name in os.environ if name.startswith("AWS_") and name not in kept]
    for name in [*OTHER_ACCOUNTS, *foreign]:
        print(f"unset {name}")
    for name, value in {**NO_AWS_FILES, **ready.environment}.items():
        print(f"export {name}={shlex.quote(value)}")
    print(f'export PATH={shlex.quote(str(ready.tools))}:"$PATH"')
    return 0


def shell(arguments: Arguments) -> int:
    """Open a confined shell; its exit code is ours."""
    ready = _require()
    environment = {**ready.environment, "TERM": os.environ.get("TERM", "dumb")}
    return subprocess.run([*ready.shell, "--noprofile", "--norc"], env=environment, check=False).returncode


VERBS: dict[str, Callable[[Arguments], int]] = {
    "up": up,
    "down": down,
    "status": status,
    "env": env,
    "shell": shell,
}


def standing() -> Ready | None:
    """The sandbox that is up, if one is."""
    for path in sorted(folder.base().glob("sandbox-*/ready.json")):
        values = json.loads(path.read_text())
        if values["stay"] and not folder.is_abandoned(path.parent):
            return Ready.from_json(values)
    return None


def _require() -> Ready:
    ready = standing()
    if ready is None:
        raise LabrunnerError("no sandbox is up", remedy="start one with `labrunner sandbox up`")
    return ready


def _specification(arguments: Arguments) -> dict[str, object]:
    if not arguments.page:
        workspace = arguments.workspace or Path.cwd()
        return {"workspace": str(workspace.resolve())}
    return specification(load(arguments.page, workspace=arguments.workspace).plan())
