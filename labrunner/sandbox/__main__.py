"""`python -m labrunner.sandbox`: one sandbox, from one JSON object on standard input to its end.

It answers with one line of JSON: either what it is and how to use it, or `error` and `remedy`. It stops when
standard input ends (unless it was asked to stay), on SIGTERM, SIGINT or SIGHUP.
"""

import asyncio
import json
import logging
import signal
import sys
from pathlib import Path
from typing import Any

from labrunner.sandbox import folder, host
from labrunner.sandbox.cluster import Cluster
from labrunner.sandbox.spec import Spec

STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main() -> int:
    """Run a sandbox; the exit code is 0 when it ran."""
    spec = Spec.from_json(json.loads(sys.stdin.readline()))
    refusal = host.refusal()
    if refusal is not None:
        _say({"error": refusal.fact, "remedy": refusal.remedy})
        return 1
    swept = folder.sweep()
    mine = folder.Folder.create()
    logging.basicConfig(filename=mine.path / "sandbox.log", level=logging.INFO)
    try:
        asyncio.run(_serve(spec, mine, swept))
    finally:
        mine.remove()
    return 0


async def _serve(spec: Spec, mine: folder.Folder, swept: list[str]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOPS:
        loop.add_signal_handler(number, stopped.set)
    cluster, said = await Cluster.start(spec, mine)
    said["notices"] = swept
    _keep(mine.path / "ready.json", said)
    _say(said)
    if not spec.stay:
        loop.add_reader(sys.stdin.fileno(), _end_of_input, stopped)
    await stopped.wait()
    await cluster.stop()


def _end_of_input(stopped: asyncio.Event) -> None:
    # Nobody writes anything but the first line: whatever happens here is the end.
    stopped.set()


def _keep(path: Path, said: dict[str, Any]) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(said))


def _say(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
