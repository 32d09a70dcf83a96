"""The manual's pages on rules are made from the rules."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_pages_on_rules_are_up_to_date() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "build_rule_pages.py"))["pages"]()
    there = {page.name: page.read_text() for page in (ROOT / "docs" / "rules").glob("*.md")}
    assert there == made, "run: python tools/build_rule_pages.py"
