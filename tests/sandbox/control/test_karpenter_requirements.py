"""Karpenter's algebra of requirements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.sandbox.control.karpenter.pools import duration, seconds
from labrunner.sandbox.control.karpenter.requirements import Requirement, Requirements

KEY = "karpenter.k8s.aws/instance-family"
VALUES = ["1", "2", "3", "40"]


@st.composite
def requirements(draw: st.DrawFn) -> Requirement:
    operator = draw(st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]))
    many = draw(st.lists(st.sampled_from(VALUES), min_size=1, max_size=3))
    return Requirement.read(KEY, operator, many[:1] if operator in ("Gt", "Lt") else many)


@given(requirements(), requirements(), st.sampled_from([*VALUES, "5", "x"]))
def test_what_both_allow_is_what_each_allows(one: Requirement, other: Requirement, value: str) -> None:
    assert one.meet(other).has(value) == (one.has(value) and other.has(value))


@given(requirements(), requirements())
def test_it_does_not_matter_who_is_asked_first(one: Requirement, other: Requirement) -> None:
    assert one.meet(other) == other.meet(one)


@pytest.mark.parametrize(
    ("operator", "values", "text"),
    [
        ("In", ["inf2", "inf1"], f"{KEY} In [inf1 inf2]"),
        ("NotIn", ["m5"], f"{KEY} NotIn [m5]"),
        ("Exists", [], f"{KEY} Exists"),
        ("DoesNotExist", [], f"{KEY} DoesNotExist"),
        ("Gt", ["2"], f"{KEY} Exists >2"),
        ("Lt", ["5"], f"{KEY} Exists <5"),
        ("In", list("abcdefg"), f"{KEY} In [a b c d e and 2 others]"),
    ],
)
def test_requirements_are_written_as_karpenter_writes_them(
    operator: str, values: list[str], text: str
) -> None:
    assert str(Requirement.read(KEY, operator, values)) == text


def test_requirements_on_one_label_are_met_together() -> None:
    both = Requirements([Requirement.read(KEY, "In", ["a", "b"]), Requirement.read(KEY, "NotIn", ["a"])])
    assert str(both) == f"{KEY} In [b]"


def test_a_clash_names_both_sides() -> None:
    here = Requirements.labels({KEY: "m5"})
    wanted = Requirements([Requirement.read(KEY, "In", ["inf1"])])
    assert here.conflicts(wanted) == [f"key {KEY}, {KEY} In [inf1] not in {KEY} In [m5]"]


def test_a_label_of_ones_own_must_be_promised_but_one_that_nodes_always_have_need_not() -> None:
    wanted = Requirements.labels({"team": "ml"})
    assert Requirements().conflicts(wanted) == ['label "team" does not have known values']
    assert Requirements().conflicts(wanted, ["team"]) == []


def test_the_absence_of_a_label_can_be_wanted() -> None:
    wanted = Requirements([Requirement.read("team", "DoesNotExist")])
    assert Requirements().conflicts(wanted) == []
    assert Requirements.labels({"team": "ml"}).conflicts(wanted) != []


@pytest.mark.parametrize(
    ("text", "expected"), [("30s", 30), ("1h30m", 5400), ("720h", 2592000), ("Never", None)]
)
def test_durations_are_read(text: str, expected: float | None) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "30", "soon", "5m later"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        seconds(text)


@pytest.mark.parametrize(("value", "text"), [(30, "30s"), (60, "1m0s"), (2592000, "720h0m0s")])
def test_durations_are_written_as_go_does(value: float, text: str) -> None:
    assert duration(value) == text
