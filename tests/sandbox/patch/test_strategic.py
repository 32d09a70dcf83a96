"""Strategic merge patches, as kubectl sends them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.objects import copied
from labrunner.sandbox.patch.strategic import apply
from labrunner.sandbox.schemas.library import shape_named

DEPLOYMENT = shape_named("io.k8s.api.apps.v1.Deployment")
POD = shape_named("io.k8s.api.core.v1.Pod")
SPEC = shape_named("io.k8s.api.core.v1.PodSpec")


def spec(*containers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A pod's spec."""
    return {"containers": list(containers)} | more


def named(*names: str) -> list[dict[str, str]]:
    """Containers with these names, or an order of them."""
    return [{"name": name} for name in names]


def names(result: dict[str, Any]) -> list[str]:
    """The containers' names in order."""
    return [each["name"] for each in result["containers"]]


def test_containers_merge_by_name() -> None:
    old = spec({"name": "a", "image": "x"}, {"name": "b", "image": "y"})
    patched = apply(old, spec({"name": "b", "image": "z"}), SPEC)
    assert patched == spec({"name": "a", "image": "x"}, {"name": "b", "image": "z"})


def test_a_null_takes_out_a_field_of_an_item() -> None:
    old = spec({"name": "a", "image": "x", "command": ["y"]})
    assert apply(old, spec({"name": "a", "command": None}), SPEC) == spec({"name": "a", "image": "x"})


def test_an_item_is_deleted_by_its_name() -> None:
    old = spec({"name": "a"}, {"name": "b"})
    assert names(apply(old, spec({"name": "a", "$patch": "delete"}), SPEC)) == ["b"]


def test_the_whole_list_is_replaced_when_asked_for() -> None:
    old = spec({"name": "a"}, {"name": "b"})
    assert names(apply(old, spec({"$patch": "replace"}, {"name": "c"}), SPEC)) == ["c"]


def test_the_order_is_that_of_the_patch_with_the_servers_own_where_they_were() -> None:
    old = spec(*named("a", "injected", "b"))
    patch = {"containers": named("c"), "$setElementOrder/containers": named("b", "c", "a")}
    assert names(apply(old, patch, SPEC)) == ["injected", "b", "c", "a"]


def test_what_kubectl_leaves_out_of_the_order_and_deletes_is_gone() -> None:
    old = spec(*named("a", "b"))
    patch = {
        "$setElementOrder/containers": named("a"),
        "containers": [{"name": "a", "image": "x"}, {"name": "b", "$patch": "delete"}],
    }
    assert apply(old, patch, SPEC) == spec({"name": "a", "image": "x"})


def test_an_order_that_forgets_an_item_of_the_patch_is_refused() -> None:
    patch = {"containers": named("c"), "$setElementOrder/containers": named("a")}
    with pytest.raises(ApiError, match="doesn't include an item"):
        apply(spec(*named("a")), patch, SPEC)


def test_lists_inside_items_merge_as_well() -> None:
    old = spec({"name": "a", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]})
    patch = spec({"name": "a", "env": [{"name": "B", "value": "3"}]})
    merged = apply(old, patch, SPEC)["containers"][0]["env"]
    assert merged == [{"name": "A", "value": "1"}, {"name": "B", "value": "3"}]


def test_ports_merge_by_number() -> None:
    old = spec({"name": "a", "ports": [{"containerPort": 80, "name": "http"}]})
    patch = spec({"name": "a", "ports": [{"containerPort": 80, "name": "web"}]})
    assert apply(old, patch, SPEC)["containers"][0]["ports"] == [{"containerPort": 80, "name": "web"}]


def test_lists_without_a_merge_key_are_replaced() -> None:
    old = spec({"name": "a", "command": ["x", "y"]}, tolerations=[{"key": "k"}])
    patch = spec({"name": "a", "command": ["z"]}, tolerations=[])
    assert apply(old, patch, SPEC) == spec({"name": "a", "command": ["z"]}, tolerations=[])


def test_another_kind_of_volume_replaces_the_one_before() -> None:
    old = {"volumes": [{"name": "v", "emptyDir": {}}]}
    wanted = {"name": "v", "configMap": {"name": "c"}}
    patch = {"volumes": [{**wanted, "$retainKeys": ["name", "configMap"], "emptyDir": None}]}
    assert apply(old, patch, SPEC)["volumes"] == [wanted]


def test_setting_what_is_not_to_be_kept_is_refused() -> None:
    patch = {"volumes": [{"name": "v", "$retainKeys": ["name"], "configMap": {"name": "c"}}]}
    with pytest.raises(ApiError, match=r"do not include configMap"):
        apply({"volumes": [{"name": "v", "emptyDir": {}}]}, patch, SPEC)


def test_another_strategy_replaces_the_one_before() -> None:
    old = {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}
    patch = {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}
    assert apply(old, patch, DEPLOYMENT) == {"spec": {"strategy": {"type": "Recreate"}}}


def test_finalizers_are_added_and_taken_out_one_by_one() -> None:
    old = {"metadata": {"finalizers": ["a", "b"]}}
    added = apply(
        old, {"metadata": {"finalizers": ["c"], "$setElementOrder/finalizers": ["a", "b", "c"]}}, POD
    )
    assert added["metadata"]["finalizers"] == ["a", "b", "c"]
    gone = apply(added, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]}}, POD)
    assert gone["metadata"]["finalizers"] == ["b", "c"]


def test_labels_merge_and_selectors_of_nodes_too() -> None:
    old = {"metadata": {"labels": {"a": "1"}}, "spec": {"nodeSelector": {"x": "1"}}}
    patch = {"metadata": {"labels": {"b": "2"}}, "spec": {"nodeSelector": {"x": None, "y": "2"}}}
    assert apply(old, patch, POD) == {
        "metadata": {"labels": {"a": "1", "b": "2"}},
        "spec": {"nodeSelector": {"y": "2"}},
    }


def test_new_parts_come_without_directives_and_nulls() -> None:
    patch = {
        "spec": {"template": {"spec": {"containers": [{"name": "a", "image": None, "$patch": "merge"}]}}}
    }
    assert apply({}, patch, DEPLOYMENT)["spec"]["template"]["spec"] == {"containers": [{"name": "a"}]}


def test_an_item_without_its_key_is_refused() -> None:
    with pytest.raises(ApiError, match="does not contain declared merge key: name"):
        apply(spec(*named("a")), spec({"image": "x"}), SPEC)


def test_a_directive_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ApiError, match="Unknown patch type found: shuffle"):
        apply({}, {"$patch": "shuffle"}, POD)


CONTAINERS = some.lists(
    some.fixed_dictionaries(
        {"name": some.sampled_from("abcde")}, optional={"image": some.sampled_from("xyz")}
    ),
    unique_by=lambda each: each["name"],
    max_size=5,
)


@given(CONTAINERS, CONTAINERS)
def test_a_full_patch_with_an_order_leads_to_just_that_list(old: list[Any], new: list[Any]) -> None:
    """As kubectl makes them: what is new or different, deletions of what is gone, and the order."""
    gone = [each for each in old if each["name"] not in {one["name"] for one in new}]
    images = {each["name"]: each.get("image") for each in old}
    changes = [each | ({} if "image" in each else {"image": None}) for each in new]
    changes = [
        each for each in changes if each["name"] not in images or each["image"] != images[each["name"]]
    ]
    deletions = [{"name": each["name"], "$patch": "delete"} for each in gone]
    patch = {
        "containers": [*changes, *deletions],
        "$setElementOrder/containers": [{"name": each["name"]} for each in new],
    }
    before = copied(old)
    assert apply({"containers": old}, patch, SPEC) == {"containers": new}
    assert old == before


@given(CONTAINERS, CONTAINERS)
def test_a_patch_applied_twice_changes_nothing_more(old: list[Any], change: list[Any]) -> None:
    once = apply({"containers": old}, {"containers": change}, SPEC)
    assert apply(once, {"containers": change}, SPEC) == once
