"""JSON merge patches: the RFC's examples, and what has to hold for any."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.patch.merge_patch import apply, difference, merged

# A merge patch cannot say null, so documents have none inside objects.
SCALARS = some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=3)
VALUES = some.recursive(
    SCALARS,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = some.dictionaries(some.text(max_size=2), VALUES, max_size=4)


@given(DOCUMENTS, DOCUMENTS)
def test_the_difference_makes_the_new_of_the_old(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert apply(old, difference(old, new)) == new


@given(DOCUMENTS)
def test_nothing_differs_from_itself(value: dict[str, Any]) -> None:
    assert difference(value, value) == {}
    assert apply(value, {}) == value


@given(DOCUMENTS, DOCUMENTS)
def test_a_patch_applied_twice_changes_nothing_more(old: dict[str, Any], new: dict[str, Any]) -> None:
    patch = difference(old, new)
    assert apply(apply(old, patch), patch) == new


@pytest.mark.parametrize(
    ("value", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_the_rfc(value: Any, patch: Any, result: Any) -> None:
    assert merged(value, patch) == result


def test_a_patch_that_is_no_object_is_refused() -> None:
    with pytest.raises(ApiError, match="has to be a JSON object"):
        apply({}, [1])
