"""The labs that come with labrunner, whole, and the lab they were written after, as it was written."""

import json
import os
from pathlib import Path

import pytest
from rehearsing import ROOT, Ran, run

pytestmark = pytest.mark.sandbox

BESIDE = next(ROOT.parent.glob("*/labs/inferentia.md"), Path("inferentia.md"))
SEED = Path(os.environ.get("LABRUNNER_SEED_LAB", BESIDE))
"""The lab that content/inferentia.md was written after; not part of the project."""


def journal_of(ran: Ran) -> list[dict[str, object]]:
    (line,) = (line for line in ran.lines if line.startswith("journal: "))
    path = Path(line.removeprefix("journal: "))
    return [json.loads(line) for line in (ROOT / path).read_text().splitlines()]


def test_getting_started_passes_as_it_is_promised_wherever_it_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(ROOT / "content" / "getting-started.md", "--strict-output")
    assert ran.code == 0, ran.text
    assert ran.lines[-1].startswith("passed: 9 passed in ")


@pytest.mark.torch
@pytest.mark.slow
def test_the_inferentia_lab_compiles_uploads_schedules_and_recognises_a_cat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("torch", reason="needs the lab extra: pip install 'labrunner[lab]'")
    monkeypatch.chdir(ROOT)
    ran = run("content/inferentia.md", "--strict-output", "-v")
    assert ran.code == 0, ran.text
    assert ran.lines[-1].startswith("passed: 10 passed, 1 skipped in ")
    assert "'Egyptian_cat']" in ran.text
    assert "rehearsal: this stands in for the AWS Neuron SDK; there is no Inferentia here" in ran.text
    assert "stands in for resnet50" in ran.text
    told = json.dumps(journal_of(ran))
    assert "Egyptian_cat" in told


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.may_skip_in_ci
def test_the_lab_as_it_was_written_passes_from_anywhere_and_drifts_where_a_stand_in_cannot_match(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not SEED.exists():
        pytest.skip(f"{SEED.name} is not beside the project; name it with LABRUNNER_SEED_LAB")
    monkeypatch.chdir(ROOT)
    ran = run(SEED, "--workspace", ".")
    assert ran.code == 0, ran.text
    assert ran.lines[-1].startswith("passed, with drift: 8 passed, 1 drifted, 1 skipped in ")
    assert "- ['tiger', 'lynx', 'tiger_cat', 'Egyptian_cat', 'tabby']" in ran.text
    assert "Model: efficientnet_lite0 (stands in for resnet50)" in ran.text
