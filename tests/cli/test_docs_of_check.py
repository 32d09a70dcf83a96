"""What the manual's page on check shows for CI works as it is written."""

import re
import shlex
from pathlib import Path

import pytest
import yaml
from pre_commit.clientlib import load_manifest

from labrunner.cli import main

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "check.md").read_text()


def snippets() -> list[object]:
    return [
        yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    ]


def test_the_commands_of_the_workflow_can_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content/page.md").write_text("```bash\n$ sudo ls\n```\n")
    monkeypatch.chdir(tmp_path)
    workflow = snippets()[0]
    assert isinstance(workflow, dict)
    steps = workflow["jobs"]["check"]["steps"]
    commands = [shlex.split(step["run"]) for step in steps if "labrunner check" in step.get("run", "")]
    assert [main(words[1:]) for words in commands] == [1, 0]
    upload = next(step["with"] for step in steps if "upload-sarif" in step.get("uses", ""))
    assert (tmp_path / upload["sarif_file"]).is_file()


def test_the_hook_that_it_names_exists() -> None:
    (hook,) = load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    config = snippets()[1]
    assert isinstance(config, dict)
    assert config["repos"][0]["hooks"] == [{"id": hook["id"]}]
    assert hook["entry"] == "labrunner check"
