"""Server-side apply: fields belong to whoever applied them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.objects import Object, at
from labrunner.sandbox.patch.field_sets import paths_of, read, written
from labrunner.sandbox.patch.managers import Manager, after_update, entries, managers_of
from labrunner.sandbox.patch.server_side import apply
from labrunner.sandbox.schemas.library import shape_named

NOW = datetime(2025, 1, 1, tzinfo=UTC)
DEPLOYMENT = shape_named("io.k8s.api.apps.v1.Deployment")
CONFIG = shape_named("io.k8s.api.core.v1.ConfigMap")


def config(**data: str) -> Object:
    """An applied config map."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": data}


def by(name: str) -> Manager:
    """Somebody who applies."""
    return Manager(name, "Apply", "v1", frozenset())


def applied(
    old: Object | None, wanted: Object, who: str = "me", *, force: bool = False, shape: Any = CONFIG
) -> Object:
    """Apply as somebody."""
    return apply(old, wanted, shape, by(who), NOW, force=force)


def test_what_is_left_out_next_time_goes() -> None:
    first = applied(None, config(a="1", b="2"))
    assert applied(first, config(a="1"))["data"] == {"a": "1"}


def test_what_somebody_else_wants_as_well_stays() -> None:
    both = applied(applied(None, config(a="1", b="2")), config(b="2"), "other")
    assert applied(both, config(a="1"))["data"] == {"a": "1", "b": "2"}


def test_what_nobody_applied_stays() -> None:
    assert applied(config(x="theirs"), config(a="1"))["data"] == {"x": "theirs", "a": "1"}


def test_another_value_for_somebody_elses_field_is_a_conflict() -> None:
    first = applied(None, config(a="1"), "them")
    with pytest.raises(ApiError) as refused:
        applied(first, config(a="2"))
    assert str(refused.value) == 'Apply failed with 1 conflict: conflict with "them" using v1: .data.a'
    assert refused.value.code == 409
    assert refused.value.details["causes"] == [
        {"reason": "FieldManagerConflict", "message": 'conflict with "them" using v1', "field": ".data.a"}
    ]


def test_force_takes_the_field_over() -> None:
    taken = applied(applied(None, config(a="1"), "them"), config(a="2"), force=True)
    assert taken["data"] == {"a": "2"}
    assert [each.name for each in managers_of(taken)] == ["me"]


def workload(*containers: Object, **spec: Any) -> Object:
    """An applied deployment."""
    return {
        "metadata": {"name": "d"},
        "spec": {"template": {"spec": {"containers": list(containers)}}, **spec},
    }


def test_lists_merge_by_their_keys_and_items_go_with_their_owner() -> None:
    mine = applied(
        None, workload({"name": "a", "image": "x", "env": [{"name": "A", "value": "1"}]}), shape=DEPLOYMENT
    )
    both = applied(mine, workload({"name": "sidecar", "image": "y"}), "mesh", shape=DEPLOYMENT)
    assert [each["name"] for each in at(both, "spec.template.spec.containers")] == ["a", "sidecar"]
    later = applied(both, workload({"name": "a", "image": "x"}), shape=DEPLOYMENT)
    assert at(later, "spec.template.spec.containers") == [
        {"name": "a", "image": "x"},
        {"name": "sidecar", "image": "y"},
    ]
    gone = applied(later, workload(), "mesh", shape=DEPLOYMENT)
    assert [each["name"] for each in at(gone, "spec.template.spec.containers")] == ["a"]


def test_a_conflict_names_the_item() -> None:
    mine = applied(None, workload({"name": "a", "image": "x"}), shape=DEPLOYMENT)
    with pytest.raises(ApiError, match=r'\.spec\.template\.spec\.containers\[name="a"\]\.image'):
        applied(mine, workload({"name": "a", "image": "z"}), "other", shape=DEPLOYMENT)


def test_a_selector_is_applied_as_a_whole() -> None:
    wanted = {"spec": {"selector": {"matchLabels": {"a": "b"}}}}
    made = applied(None, wanted, shape=DEPLOYMENT)
    assert made["metadata"]["managedFields"][0]["fieldsV1"] == {"f:spec": {"f:selector": {}}}


def test_an_update_takes_the_fields_that_it_changes() -> None:
    before = applied(None, config(a="1", b="2"))
    changed = {**before, "data": {"a": "1", "b": "3"}}
    editor = Manager("editor", "Update", "v1", frozenset())
    managers = after_update(managers_of(before), changed, before, CONFIG, editor, NOW)
    found = {each.name: sorted(each.paths) for each in managers}
    assert found == {"me": [("f:data", "f:a")], "editor": [("f:data", "f:b")]}


def test_a_configuration_cannot_claim_managers() -> None:
    with pytest.raises(ApiError, match=r"metadata\.managedFields must be nil"):
        applied(None, {"metadata": {"managedFields": []}})


DATA = some.dictionaries(some.sampled_from("abcd"), some.sampled_from("12"), max_size=4)


@given(some.lists(some.tuples(some.sampled_from(["me", "you"]), DATA), min_size=1, max_size=6))
def test_the_object_holds_what_its_managers_want_and_nothing_else(
    applies: list[tuple[str, dict[str, str]]],
) -> None:
    obj: Object | None = None
    wanted: dict[str, dict[str, str]] = {}
    for who, data in applies:
        obj = applied(obj, config(**data), who, force=True)
        others = {key: value for name, each in wanted.items() if name != who for key, value in each.items()}
        taken = {key for key in data if others.get(key, data[key]) != data[key]}
        wanted = {name: {k: v for k, v in each.items() if k not in taken} for name, each in wanted.items()}
        wanted[who] = data
        assert obj.get("data", {}) == {key: value for each in wanted.values() for key, value in each.items()}


@given(
    some.lists(
        some.fixed_dictionaries({"name": some.text(max_size=3), "image": some.text(max_size=2)}), max_size=3
    )
)
def test_field_sets_are_read_as_they_were_written(containers: list[Object]) -> None:
    paths = set(paths_of(workload(*containers, replicas=1), DEPLOYMENT))
    assert set(read(written(paths))) == paths


def test_entries_without_fields_are_not_kept() -> None:
    assert entries([by("nobody")]) == []
