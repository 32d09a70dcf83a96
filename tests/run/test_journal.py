"""What a run leaves on disk: one JSON object a line, as it happens."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from run_stage import Stage

from labrunner.events import Event, Notice, Output, RunStarted
from labrunner.run.journal import Journal
from labrunner.run.long_output import LIMIT


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path, "run-1", lab="page.md", target="shell")
    yield journal
    journal.close()


def read(journal: Journal) -> list[dict[str, Any]]:
    return [json.loads(line) for line in journal.path.read_text().splitlines()]


PAGE = """
```bash
$ echo one
two
$ cat <<X
text é
X
```
"""


def test_every_event_is_a_line_and_comes_back_as_it_was(stage: Stage, journal: Journal) -> None:
    stage.write("page.md", PAGE)
    events = list(journal.recording(stage.events()))
    first, *lines = read(journal)
    assert first["journal"] == 1
    assert first["lab"] == "page.md"
    assert [line["event"] for line in lines][:3] == ["run-started", "step-started", "command-started"]
    assert lines[-1]["event"] == "run-finished"
    assert len(lines) == len(events)
    assert "".join(line["text"] for line in lines if line["event"] == "output") == "one\ntext é\n"
    drift = next(line["drift"] for line in lines if line["event"] == "command-finished")
    assert drift["lines"][0] == {"sign": "-", "text": "two", "line": 4}


def test_it_is_written_before_anybody_sees_it(stage: Stage, journal: Journal) -> None:
    stage.write("page.md", PAGE)
    for seen, _ in enumerate(journal.recording(stage.events()), start=1):
        assert len(read(journal)) == seen + 1


def test_long_output_is_whole_in_a_file_beside_it_and_said_so(
    stage: Stage, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.write("page.md", "```bash\n$ seq 1 100000\n$ echo short\n```\n")
    monkeypatch.chdir(stage.folder)
    events = list(journal.recording(stage.events()))
    file = journal.folder / "output" / "0001-1.txt"
    assert file.read_text() == "".join(f"{number}\n" for number in range(1, 100_001))
    notices = [event.text for event in events if isinstance(event, Notice)]
    assert notices == ["the whole output, 588,895 characters, is in .labrunner/runs/run-1/output/0001-1.txt"]
    _, *lines = read(journal)
    assert [line["file"] for line in lines if line["event"] == "output-continues"] == ["output/0001-1.txt"]
    in_journal = "".join(line["text"] for line in lines if line["event"] == "output")
    assert len(in_journal) <= LIMIT + len("short\n")


def test_git_ignores_it_and_the_latest_is_linked(tmp_path: Path) -> None:
    for run in ("run-1", "run-2"):
        Journal(tmp_path, run, lab="x", target="shell").close()
    assert (tmp_path / ".labrunner" / ".gitignore").read_text() == "*\n"
    assert (tmp_path / ".labrunner" / "latest").readlink() == Path("runs/run-2")
    assert (tmp_path / ".labrunner" / "latest" / "journal.jsonl").exists()


def test_when_the_disk_takes_no_more_the_run_goes_on(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "run-1", lab="x", target="shell")
    journal._file = -1  # as good as a full disk: every write fails
    events: list[Event] = [RunStarted("run-1", "x", "here", 1), Output(1, 1, "a"), Output(1, 1, "b")]
    passed = list(journal.recording(iter(events)))
    assert [event for event in passed if not isinstance(event, Notice)] == events
    said = next(event.text for event in passed if isinstance(event, Notice))
    assert said.startswith("the journal ends here")
