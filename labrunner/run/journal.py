"""What happened in a run, on disk while it happens: one JSON object a line, for people and programs.

Format 1. The first line describes the run (`journal` is the format's version). Each line after it is an
event of `labrunner.events`: its `event` name in kebab-case, `at` in seconds since the run began, and its
fields by their names. Readers must ignore keys and events that they do not know. A run that was killed has
no `run-finished`. Long output is not repeated here: after an `output-continues` line, the whole of it is in
the file that this line names, relative to the journal.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, fields
from functools import cache
from pathlib import Path
from typing import Any

from labrunner import __version__
from labrunner.events import CommandFinished, Event, HookFinished, Notice, Output
from labrunner.expect.model import Drift
from labrunner.run.long_output import LongOutput

FORMAT = 1
FOLDER = ".labrunner"
"""In the workspace; git ignores it."""
FILE = "journal.jsonl"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class Journal:
    """Writes down events as they pass."""

    def __init__(
        self, workspace: Path, run: str, *, lab: str, target: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Make the run's folder and write the first line.

        Raises:
            OSError: The workspace cannot be written to.
        """
        self.folder = _make_folder(workspace, run)
        self._file = os.open(self.folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._clock = clock
        self._began = clock()
        self._output = LongOutput(self.folder)
        self._write(
            {
                "journal": FORMAT,
                "labrunner": __version__,
                "run": run,
                "lab": lab,
                "workspace": str(workspace),
                "target": target,
                "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            }
        )

    @property
    def path(self) -> Path:
        """The journal's file."""
        return self.folder / FILE

    def recording(self, events: Iterable[Event]) -> Iterator[Event]:
        """Pass events on, each written down before anybody sees it.

        When the disk does not take any more, a notice says so and the run goes on without a journal.
        """
        events = iter(events)
        for event in events:
            try:
                notice = self._record(event)
            except OSError as error:
                yield event
                yield Notice(0, f"the journal ends here: {error.strerror}")
                break
            yield event
            if notice is not None:
                yield notice
        yield from events

    def close(self) -> None:
        """Let go of the files."""
        self._output.close()
        os.close(self._file)

    def _record(self, event: Event) -> Notice | None:
        if isinstance(event, Output):
            self._record_output(event)
            return None
        self._write(self._as_record(event))
        if not isinstance(event, (CommandFinished, HookFinished)):
            return None
        said = self._output.finish()
        if not said:
            return None
        notice = Notice(event.step, said)
        self._write(self._as_record(notice))
        return notice

    def _record_output(self, event: Output) -> None:
        began = not self._output.is_long
        self._output.add(event)
        if not self._output.is_long:
            self._write(self._as_record(event))
        elif began:
            file = str(self._output.path.relative_to(self.folder))
            record = {"at": self._at(), "event": "output-continues"}
            self._write({**record, "step": event.step, "command": event.command, "file": file})

    def _as_record(self, event: Event) -> dict[str, Any]:
        kind: type = type(event)
        record: dict[str, Any] = {"at": self._at(), "event": _name(kind)}
        for name in _fields(kind):
            value = getattr(event, name)
            record[name] = asdict(value) if isinstance(value, Drift) else value
        return record

    def _at(self) -> float:
        return round(self._clock() - self._began, 6)

    def _write(self, record: dict[str, Any]) -> None:
        os.write(self._file, _encode(record).encode(errors="replace") + b"\n")


@cache
def _name(kind: type) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _make_folder(workspace: Path, run: str) -> Path:
    top = workspace / FOLDER
    folder = top / "runs" / run
    folder.mkdir(parents=True)
    ignore = top / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    _link(top / "latest", Path("runs") / run)
    return folder


def _link(link: Path, target: Path) -> None:
    """Make `link` point at `target`, without a moment in which there is none."""
    new = link.with_name(f"{link.name}.{target.name}")
    new.symlink_to(target)
    new.replace(link)
