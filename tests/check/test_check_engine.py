"""Selection, comments that ask for silence, and rules that crash."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from example_lab import lab_of

from labrunner.check.engine import findings, in_order
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule
from labrunner.check.rules import RULES
from labrunner.check.rules.unknown_attribute import RULE as ATTRIBUTE
from labrunner.check.rules.wait_outlasts_block import RULE as WAIT
from labrunner.check.selection import Selection

WRONG = "```bash timeout=300 rows=3\n$ kubectl wait --timeout=5m pod/web\n```\n"
KNOWN = (ATTRIBUTE, WAIT)


def codes(page: str, selection: Selection | None = None) -> list[str]:
    return [one.code for one in in_order(findings(lab_of(Example(page)), KNOWN, selection))]


def crash(page: Page, lab: Lab) -> Iterator[Found]:
    yield page.found(page.document.blocks[0].span, "this one is still said; do nothing")
    raise RuntimeError("out of ideas")


def test_findings_come_in_the_order_of_the_page() -> None:
    assert codes(WRONG) == ["LAB101", "LAB301"]


def test_a_crashing_rule_is_one_finding_about_the_rule_and_the_others_run() -> None:
    bad: PageRule = replace(WAIT, code="LAB999", check=crash)
    found = list(findings(lab_of(Example(WRONG)), (bad, ATTRIBUTE)))
    assert [one.code for one in found] == ["LAB999", "LAB001", "LAB101"]
    assert "LAB999 (wait-outlasts-block) stopped: RuntimeError in test_check_engine.py:" in found[1].message
    assert "out of ideas" not in found[1].message


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(select=("LAB3",)), ["LAB301"]),
        (Selection(select=("unknown-attribute",)), ["LAB101"]),
        (Selection(select=("LAB",), ignore=("LAB301",)), ["LAB101"]),
        (Selection(per_path={"content/*": ("LAB1",)}), ["LAB301"]),
        (Selection(per_path={"other/*": ("LAB1",)}), ["LAB101", "LAB301"]),
    ],
)
def test_rules_are_selected_by_code_by_family_by_name_and_by_path(
    selection: Selection, expected: list[str]
) -> None:
    assert codes(WRONG, selection) == expected


@pytest.mark.parametrize(
    "comment",
    [
        "<!-- labrunner: ignore LAB301 the limit is the point here -->\n",
        "<!-- labrunner: ignore LAB301: the limit is the point here -->\n\n",
        "{/* labrunner: ignore LAB301 the limit is the point here */}\n",
        "<!-- labrunner: ignore-page LAB301 all of it -->\n\n# Title\n\nWords.\n\n",
    ],
)
def test_a_comment_silences_the_fence_that_follows(comment: str) -> None:
    assert codes(comment + WRONG) == ["LAB101"]


def test_a_comment_may_name_several_codes() -> None:
    assert codes("<!-- labrunner: ignore LAB301, LAB101 both are meant -->\n" + WRONG) == []


def test_a_comment_does_not_reach_beyond_what_follows_it() -> None:
    assert codes("<!-- labrunner: ignore LAB301 why -->\nWords.\n\n" + WRONG) == [
        "LAB002",
        "LAB101",
        "LAB301",
    ]


def test_a_comment_inside_a_fence_is_text() -> None:
    assert codes("```md\n<!-- labrunner: ignore LAB301 why -->\n```\n") == []
    assert codes("Write `<!-- labrunner: ignore LAB301 why -->`.\n") == []


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        (
            "<!-- labrunner: ignore LAB301 x -->",
            "there is no LAB301 here to ignore; take it out of the comment",
        ),
        (
            "<!-- labrunner: ignore LAB998 x -->",
            "no rule has the code LAB998; take it out of the comment, or",
        ),
        (
            "<!-- labrunner: ignore -->",
            "this comment names no rule to ignore; write a code behind it, such as",
        ),
    ],
)
def test_a_comment_without_effect_is_a_finding(comment: str, message: str) -> None:
    found = list(findings(lab_of(Example(f"Words.\n\n{comment}\n")), KNOWN))
    assert [one.code for one in found] == ["LAB002"]
    assert found[0].message.startswith(message)
    assert found[0].span.line == 3


def test_a_comment_for_a_rule_that_did_not_run_is_left_alone() -> None:
    page = "<!-- labrunner: ignore LAB301 why -->\nWords.\n"
    assert codes(page, Selection(ignore=("LAB301",))) == []


def test_a_comment_without_a_reason_is_a_finding() -> None:
    assert codes("<!-- labrunner: ignore LAB301,LAB101 -->\n" + WRONG) == ["LAB003", "LAB003"]
    assert codes("<!-- labrunner: ignore LAB301 -->\n" + WRONG, Selection(ignore=("LAB0",))) == ["LAB101"]


def test_a_comment_in_another_file_counts_for_its_line_and_the_next() -> None:
    def one(page: Page, lab: Lab) -> Iterator[Found]:
        span = page.document.headings[0].span if page.document.headings else page.document.blocks[0].span
        yield Found("modules/a.yaml", replace(span, line=2), "a fact; mend it")

    rule = replace(WAIT, check=one)
    files = {"modules/a.yaml": "# labrunner: ignore LAB301 known\nkind: Pod\n"}
    assert list(findings(lab_of(Example(WRONG, files=files)), (rule,))) == []


def test_every_rule_runs_over_a_page_without_blocks() -> None:
    assert list(findings(lab_of(Example("Words.")), RULES)) == []
