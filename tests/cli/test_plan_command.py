"""`labrunner plan` as a command: what it prints and how it ends."""

import json
from pathlib import Path

import pytest

from labrunner.cli import main


@pytest.fixture(autouse=True)
def _pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text("# One\n```bash\n$ ls\n```\n")
    (tmp_path / "tabs.md").write_text(
        "".join(f"<Tab{tag}>\n" for tag in ("s", 'Item value="x"'))
        + "```bash\n$ x\n```\n</TabItem>\n<TabItem value='y'>\n```bash\n$ y\n```\n</TabItem>\n</Tabs>\n"
    )
    monkeypatch.chdir(tmp_path)


def test_it_prints_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "a.md"]) == 0
    assert "   1  One  a.md:2  at most 2m\n      $ ls\n" in capsys.readouterr().out


def test_it_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "a.md", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "a.md"


def test_another_tab_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "tabs.md", "--tab", "y", "--format", "json"]) == 0
    (suite,) = json.loads(capsys.readouterr().out)["suites"]
    assert [step["skip"] for step in suite["steps"]] == ["tab 'x': 'y' is chosen", None]


def test_a_page_that_cannot_be_planned_ends_with_a_sentence_and_two(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["plan", "b.md"]) == 2
    assert capsys.readouterr().err == "labrunner: b.md: no such file or folder; did you mean a.md?\n"
