"""Selectors against the plainest reading of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.selector import (
    LabelSelector,
    Requirement,
    match_labels,
    parse_fields,
    parse_labels,
    read_labels,
)

KEYS = some.sampled_from(["app", "tier", "example.com/role"])
VALUES = some.sampled_from(["", "a", "b-1", "7", "12"])
LABELS = some.dictionaries(KEYS, VALUES)
REQUIREMENTS = some.one_of(
    some.builds(
        Requirement, KEYS, some.sampled_from(["in", "notin"]), some.lists(VALUES, min_size=1).map(tuple)
    ),
    some.builds(Requirement, KEYS, some.sampled_from(["exists", "absent"])),
    some.builds(Requirement, KEYS, some.sampled_from(["gt", "lt"]), some.sampled_from([("5",), ("10",)])),
)


def plainly(requirement: Requirement, labels: dict[str, str]) -> bool:
    """What a requirement means, said another way."""
    value, wanted = labels.get(requirement.key), requirement.values
    meanings: dict[str, Any] = {
        "in": lambda: value is not None and value in wanted,
        "notin": lambda: value is None or value not in wanted,
        "exists": lambda: value is not None,
        "absent": lambda: value is None,
        "gt": lambda: bool(value) and value.isdigit() and int(value) > int(wanted[0]),
        "lt": lambda: bool(value) and value.isdigit() and int(value) < int(wanted[0]),
    }
    return bool(meanings[requirement.operator]())


@given(some.lists(REQUIREMENTS, max_size=4), LABELS)
def test_every_condition_has_to_be_met(requirements: list[Requirement], labels: dict[str, str]) -> None:
    chosen = LabelSelector(tuple(requirements)).matches(labels)
    assert chosen == all(plainly(each, labels) for each in requirements)


@given(some.lists(REQUIREMENTS, max_size=4), LABELS)
def test_what_is_written_is_read_as_the_same(requirements: list[Requirement], labels: dict[str, str]) -> None:
    selector = LabelSelector(tuple(requirements))
    assert parse_labels(str(selector)).matches(labels) == selector.matches(labels)


@pytest.mark.parametrize(
    ("text", "labels", "chosen"),
    [
        ("", {}, True),
        ("app=web", {"app": "web"}, True),
        ("app==web , tier!=back", {"app": "web"}, True),
        ("app in (web, api),!old", {"app": "api"}, True),
        ("app in (web, api),!old", {"app": "api", "old": ""}, False),
        ("app notin (web)", {}, True),
        ("app", {"app": ""}, True),
        ("size>3", {"size": "4"}, True),
        ("size<3", {"size": "x"}, False),
        ("app=", {"app": ""}, True),
    ],
)
def test_selectors_from_the_command_line(text: str, labels: dict[str, str], chosen: bool) -> None:
    assert parse_labels(text).matches(labels) is chosen


@pytest.mark.parametrize(
    "text", ["app=(", "a b", "=x", "app in web", "a=b=c", "size>x", "app=a b", "_x_y/=1"]
)
def test_what_is_no_selector_is_refused(text: str) -> None:
    with pytest.raises(ApiError, match="unable to parse requirement") as refused:
        parse_labels(text)
    assert refused.value.code == 400


def test_no_selector_chooses_nothing_and_an_empty_one_everything() -> None:
    assert not read_labels(None).matches({"a": "b"})
    assert read_labels({}).matches({"a": "b"})
    assert not match_labels({}).matches({"a": "b"})


def test_manifests_selectors_combine_labels_and_expressions() -> None:
    selector = read_labels(
        {
            "matchLabels": {"app": "web"},
            "matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["x"]}],
        }
    )
    assert selector.matches({"app": "web"})
    assert not selector.matches({"app": "web", "tier": "x"})
    assert str(selector) == "app=web,tier notin (x)"


def test_an_operator_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ApiError, match='"Like" is not a valid label selector operator'):
        read_labels({"matchExpressions": [{"key": "a", "operator": "Like"}]})


def test_fields_compare_text() -> None:
    fields = parse_fields(r"spec.nodeName=,status.phase!=Running,metadata.name=a\,b")
    values = {"spec.nodeName": "", "status.phase": "Pending", "metadata.name": "a,b"}
    assert fields.matches(values.__getitem__)
    assert not fields.matches((values | {"status.phase": "Running"}).__getitem__)
    assert fields.paths == ("spec.nodeName", "status.phase", "metadata.name")


def test_a_field_selector_without_comparison_is_refused() -> None:
    with pytest.raises(ApiError, match="invalid selector"):
        parse_fields("metadata.name")
