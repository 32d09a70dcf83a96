"""Every rule against its own examples, and what all rules have in common."""

import re

import pytest
from example_lab import PAGE, lab_of

from labrunner.check.engine import findings, in_order
from labrunner.check.finding import Finding
from labrunner.check.rule import Example, Rule
from labrunner.check.rules import RULES

REJECTED = [(rule, example) for rule in RULES for example in rule.rejects]
ACCEPTED = [(rule, example) for rule in RULES for example in rule.accepts]


def name_of(value: object) -> str | None:
    return str(value.code) if hasattr(value, "code") else None


def shown(finding: Finding) -> str:
    """Return a finding's place and text as rules write them down."""
    span = finding.span
    end = span.end_column - 1 if span.end_line == span.line else None
    where = (
        f"{span.line}:{span.column}" if finding.name == PAGE else f"{finding.name}:{span.line}:{span.column}"
    )
    return f"{where} {finding.excerpt[span.column - 1 : end]}".rstrip()


@pytest.mark.parametrize(("rule", "example"), REJECTED, ids=name_of)
def test_a_rule_finds_what_its_example_marks(rule: Rule, example: Example) -> None:
    found = in_order(findings(lab_of(example), [rule]))
    assert all(one.code == rule.code for one in found), [one.message for one in found]
    assert tuple(shown(one) for one in found) == example.finds, [one.message for one in found]


@pytest.mark.parametrize(("rule", "example"), ACCEPTED, ids=name_of)
def test_a_rule_is_silent_where_nothing_is_wrong(rule: Rule, example: Example) -> None:
    assert not example.finds
    assert [one.message for one in findings(lab_of(example), [rule])] == []


@pytest.mark.parametrize(("rule", "example"), REJECTED, ids=name_of)
def test_a_message_is_one_sentence_with_what_to_do(rule: Rule, example: Example) -> None:
    for finding in findings(lab_of(example), [rule]):
        assert "\n" not in finding.message
        assert re.match(r"[a-z0-9$'`]", finding.message), finding.message
        assert re.search(r"[;?]", finding.message), f"says not what to do: {finding.message}"
        assert not finding.message.endswith("."), finding.message


def test_codes_are_in_order_and_names_are_distinct() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"LAB\d{3}", code) for code in codes)
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_a_rule_explains_itself(rule: Rule) -> None:
    assert rule.accepts
    assert rule.rejects
    assert "**Instead**" in rule.explanation
    assert rule.summary[0].islower()
    assert not rule.summary.endswith(".")
