"""Small things on objects: never in place, never surprised by what is missing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from labrunner.sandbox import objects

JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)
NOW = datetime(2025, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


@given(JSON)
def test_copies_are_equal_and_share_nothing_that_could_change(value: object) -> None:
    copy = objects.copied(value)
    assert copy == value
    if isinstance(value, dict | list) and value:
        copy.clear()
        assert value


@given(some.dictionaries(some.text("ab", min_size=1, max_size=2), JSON), some.integers())
def test_a_changed_copy_leaves_the_original(obj: dict[str, object], value: int) -> None:
    before = objects.copied(obj)
    changed = objects.changed(obj, ["new", "a.b", "c"], value)
    assert changed["new"]["a.b"]["c"] == value
    assert obj == before


def test_changing_to_nothing_takes_the_field_out() -> None:
    assert objects.changed({"a": {"b": 1, "c": 2}}, "a.b", None) == {"a": {"c": 2}}


def test_paths_lead_through_lists_and_end_quietly() -> None:
    obj = {"spec": {"containers": [{"name": "a"}], "empty": None}}
    assert objects.at(obj, "spec.containers.0.name") == "a"
    assert objects.at(obj, "spec.containers.1.name", "none") == "none"
    assert objects.at(obj, "spec.empty", 7) == 7
    assert objects.at(obj, "spec.containers.name.x") is None


def test_a_conditions_time_is_that_of_its_last_change() -> None:
    ready = objects.with_condition({}, {"type": "Ready", "status": "False"}, NOW)
    later = NOW.replace(hour=9)
    same = objects.with_condition(ready, {"type": "Ready", "status": "False", "reason": "Why"}, later)
    assert objects.condition(same, "Ready") == {
        "type": "Ready", "status": "False", "reason": "Why", "lastTransitionTime": "2025-01-02T03:04:05Z",
    }  # fmt: skip
    turned = objects.with_condition(same, {"type": "Ready", "status": "True"}, later)
    assert objects.is_true(turned, "Ready")
    assert objects.condition(turned, "Ready")["lastTransitionTime"] == "2025-01-02T09:04:05Z"  # type: ignore[index]
    assert len(turned["status"]["conditions"]) == 1


def test_times_are_written_and_read() -> None:
    assert objects.timestamp(NOW) == "2025-01-02T03:04:05Z"
    assert objects.micro_timestamp(NOW) == "2025-01-02T03:04:05.678901Z"
    assert objects.moment(objects.micro_timestamp(NOW)) == NOW
    with pytest.raises(ValueError, match="no time zone"):
        objects.moment("2025-01-02T03:04:05")


def test_owners_are_told_apart() -> None:
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "web", "uid": "u"}}
    loose = objects.owner_reference(owner, controller=False)
    owned = {"metadata": {"ownerReferences": [loose, objects.owner_reference(owner)]}}
    assert objects.controller_of(owned) == {
        "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "u",
        "controller": True, "blockOwnerDeletion": True,
    }  # fmt: skip
    assert objects.controller_of({"metadata": {"ownerReferences": [loose]}}) is None
    assert objects.reference(owner) == {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "name": "web",
        "uid": "u",
    }
