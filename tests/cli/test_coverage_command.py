"""`labrunner coverage` asks the sandbox what it has."""

import json
from pathlib import Path

import pytest

from labrunner.cli import main

pytest.importorskip("aiohttp", reason="needs the sandbox extra")
ROOT = Path(__file__).parent.parent.parent


@pytest.mark.sandbox
def test_the_labs_that_come_with_labrunner_are_rehearsed_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", str(ROOT / "content"), "--format", "json"]) == 0
    (lab,) = json.loads(capsys.readouterr().out)["labs"]
    reasons = [reason for block in lab["blocks"] for reason in block["reasons"]]
    # torch is an extra of its own: a machine may rightly lack what the Neuron images need.
    assert {reason for reason in reasons if "image" not in reason} == {"test=false"}


@pytest.mark.sandbox
def test_what_the_sandbox_lacks_is_named_with_its_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = "```bash\n$ no-such-program\n```\n\n```bash\n$ kubectl apply -f - <<EOF\n"
    page += "apiVersion: example.com/v1\nkind: Thing\nEOF\n```\n\n```bash\n$ no-such-program now\n```\n"
    (tmp_path / "page.md").write_text(page)
    assert main(["coverage", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "     2  there is no program no-such-program here\n" in shown
    assert "     1  the sandbox does not serve Thing of example.com/v1\n" in shown
    assert shown.endswith("0 of 3 blocks would be rehearsed, 0 %\n")
