"""JSON patches: the RFC's examples, and that a refused one leaves nothing behind."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.objects import copied
from labrunner.sandbox.patch.json_patch import apply, same

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=3),
    lambda inner: (
        some.lists(inner, max_size=3) | some.dictionaries(some.text("ab~/", max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)
POINTERS = some.lists(some.sampled_from(["a", "b", "~0", "~1", "0", "1", "-", "-1", ""]), max_size=3).map(
    lambda parts: "".join(f"/{part}" for part in parts)
)
OPERATIONS = some.fixed_dictionaries(
    {"op": some.sampled_from(["add", "remove", "replace", "test", "copy", "move"]), "path": POINTERS},
    optional={"value": VALUES, "from": POINTERS},
)


@given(VALUES, some.lists(OPERATIONS, max_size=3))
def test_whatever_is_sent_is_done_or_refused_and_never_in_place(value: Any, operations: list[Any]) -> None:
    before = copied(value)
    with contextlib.suppress(ApiError):
        apply(value, operations)
    assert value == before


@given(VALUES, VALUES)
def test_the_whole_document_can_be_replaced(value: Any, other: Any) -> None:
    assert apply(value, [{"op": "replace", "path": "", "value": other}]) == other


@pytest.mark.parametrize(
    ("value", "operations", "result"),
    [
        ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"baz": "qux", "foo": "bar"}),
        ({"foo": ["a", "c"]}, [{"op": "add", "path": "/foo/1", "value": "b"}], {"foo": ["a", "b", "c"]}),
        ({"foo": ["a"]}, [{"op": "add", "path": "/foo/-", "value": "b"}], {"foo": ["a", "b"]}),
        ({"baz": 1, "foo": 2}, [{"op": "remove", "path": "/baz"}], {"foo": 2}),
        ({"foo": [1, 2, 3]}, [{"op": "remove", "path": "/foo/1"}], {"foo": [1, 3]}),
        ({"foo": 1}, [{"op": "replace", "path": "/foo", "value": None}], {"foo": None}),
        (
            {"foo": {"bar": 1}, "qux": {}},
            [{"op": "move", "from": "/foo/bar", "path": "/qux/thud"}],
            {"foo": {}, "qux": {"thud": 1}},
        ),
        ({"foo": [1, 2, 3]}, [{"op": "move", "from": "/foo/0", "path": "/foo/2"}], {"foo": [2, 3, 1]}),
        ({"a": {"b": 1}}, [{"op": "copy", "from": "/a", "path": "/c"}], {"a": {"b": 1}, "c": {"b": 1}}),
        ({"a/b": {"m~n": 1}}, [{"op": "test", "path": "/a~1b/m~0n", "value": 1}], {"a/b": {"m~n": 1}}),
        ({"a": 1}, [{"op": "test", "path": "/b", "value": None}], {"a": 1}),
    ],
)
def test_operations_do_what_the_rfc_says(value: Any, operations: list[Any], result: Any) -> None:
    assert apply(value, operations) == result


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/missing"},
        {"op": "replace", "path": "/missing", "value": 1},
        {"op": "add", "path": "/missing/deeper", "value": 1},
        {"op": "add", "path": "/list/9", "value": 1},
        {"op": "test", "path": "/a", "value": 2},
        {"op": "move", "from": "/a", "path": "/a/b"},
    ],
)
def test_what_does_not_fit_the_document_cannot_be_processed(operation: dict[str, Any]) -> None:
    with pytest.raises(ApiError, match="the server rejected our request") as refused:
        apply({"a": 1, "list": []}, [operation])
    assert refused.value.code == 422


@pytest.mark.parametrize(
    "patch",
    [
        {},
        ["x"],
        [{"op": "frobnicate", "path": ""}],
        [{"op": "add", "path": "a"}],
        [{"op": "add", "path": "/a"}],
    ],
)
def test_what_is_no_patch_is_a_bad_request(patch: Any) -> None:
    with pytest.raises(ApiError) as refused:
        apply({}, patch)
    assert refused.value.code == 400


def test_true_is_not_one_and_one_is_one_point_zero() -> None:
    assert not same(True, 1)
    assert not same([0], [False])
    assert same({"a": [1]}, {"a": [1.0]})


def test_a_patch_too_long_is_refused() -> None:
    with pytest.raises(ApiError, match="maximum operations in a JSON patch is 10000, got 10001"):
        apply({}, [{"op": "test", "path": "/a", "value": None}] * 10_001)
