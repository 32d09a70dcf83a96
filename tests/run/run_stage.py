"""Labs run for real: a page on disk, a bash, a witness that says what the test wants it to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from labrunner.events import CommandFinished, Event, Notice, Output, RunFinished, StepFinished
from labrunner.lab import load
from labrunner.run.engine import run
from labrunner.run.surroundings import Surroundings
from labrunner.run.witness import Pause, Witness
from labrunner.shell import Session, Shell, Stop


@dataclass
class Told:
    """A witness with prepared answers."""

    notes: list[tuple[str, ...]] = field(default_factory=list)
    diagnosis: tuple[str, ...] = ()
    waits: list[float] = field(default_factory=list)

    def unproven(self) -> tuple[str, ...]:
        return self.notes.pop(0) if self.notes else ()

    def settle(self, seconds: float, pause: Pause) -> None:
        self.waits.append(seconds)

    def diagnose(self) -> tuple[str, ...]:
        return self.diagnosis


@dataclass
class Stage:
    """Where a test's lab is, and how it is run."""

    folder: Path
    stop: Stop = field(default_factory=Stop)
    witness: Witness = field(default_factory=Told)
    surroundings: Surroundings = field(default_factory=lambda: Surroundings("id", "a test"))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def events(self, path: str = "page.md") -> Iterator[Event]:
        plan = load(self.folder / path, workspace=self.folder).plan()
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "TERM": "dumb", "LANG": "C.UTF-8"}
        with Session(Shell(("/bin/bash",), environment, self.folder), stop=self.stop) as session:
            yield from run(plan, session, self.witness, stop=self.stop, surroundings=self.surroundings)

    def rehearse(self, page: str) -> "Seen":
        self.write("page.md", page)
        return Seen(list(self.events()))


@dataclass
class Seen:
    """The events of a run, by kind."""

    events: list[Event]

    @property
    def verdicts(self) -> list[str]:
        return [event.verdict for event in self.steps]

    @property
    def steps(self) -> list[StepFinished]:
        return [event for event in self.events if isinstance(event, StepFinished)]

    @property
    def commands(self) -> list[CommandFinished]:
        return [event for event in self.events if isinstance(event, CommandFinished)]

    @property
    def notices(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Notice)]

    @property
    def output(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, Output))

    @property
    def end(self) -> RunFinished:
        end = self.events[-1]
        assert isinstance(end, RunFinished)
        return end
