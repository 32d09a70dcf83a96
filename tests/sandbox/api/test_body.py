"""Request bodies are read in every form that clients send, and refused in words that tell what is wrong."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.sandbox.api.body import read_object, read_patch
from labrunner.sandbox.errors import ApiError


def refusal_of(content: bytes, content_type: str) -> ApiError:
    with pytest.raises(ApiError) as refusal:
        read_object(content, content_type)
    return refusal.value


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc.", max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)
objects = st.dictionaries(st.text("abc.", max_size=3), values, max_size=4)


@given(objects)
def test_json_is_read_as_it_was_written(obj: dict[str, object]) -> None:
    for content_type in ("application/json", "", "application/json; charset=utf-8", "application/yaml"):
        body = read_object(json.dumps(obj).encode(), content_type)
        assert (body.object, body.duplicates) == (obj, ())


def test_fields_that_are_there_twice_are_named() -> None:
    content = b'{"spec":{"a":1,"a":2,"list":[{"b":1,"b":1}]},"spec2":{},"spec2":{}}'
    body = read_object(content, "application/json")
    assert body.object["spec"]["a"] == 2
    assert body.duplicates == ("spec.a", "spec.list[0].b", "spec2")


def test_yaml_becomes_what_json_can_say() -> None:
    content = b"date: 2020-01-01\nport: 80\non: yes\n2: two\ntext: |\n  two\n  lines\n"
    assert read_object(content, "application/yaml").object == {
        "date": "2020-01-01",
        "port": 80,
        "true": True,
        "2": "two",
        "text": "two\nlines\n",
    }


@pytest.mark.parametrize(
    "content", [b"a: .inf", b"a: !!binary aGk=", b"a: !!set {b}", b"a: [", b"a: &a [*a", b"\xff"]
)
def test_yaml_that_json_cannot_say_is_refused(content: bytes) -> None:
    assert refusal_of(content, "application/yaml").code == 400


@pytest.mark.parametrize(
    "content", [b"", b"{", b"nonsense", b"\xff\xfe", b'{"a":NaN}', b'{"a":1e999}', b"[" * 100_000]
)
def test_json_that_cannot_be_read_is_refused(content: bytes) -> None:
    assert refusal_of(content, "application/json").code == 400


@pytest.mark.parametrize("content", [b"[]", b"3", b'"text"', b"null", b"true"])
def test_what_is_no_object_is_refused(content: bytes) -> None:
    assert "into an object" in refusal_of(content, "application/json").message


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for content_type in ("application/json", "application/yaml", "application/vnd.kubernetes.protobuf"):
        try:
            read_object(content, content_type)
        except ApiError as error:
            refusal = error
        else:
            continue
        assert refusal.code == 400


def test_an_unknown_form_is_refused_with_those_that_are_known() -> None:
    refusal = refusal_of(b"{}", "text/plain")
    assert (refusal.code, refusal.reason) == (415, "UnsupportedMediaType")
    assert "application/json, application/yaml, application/vnd.kubernetes.protobuf" in refusal.message


def patched(content: bytes, content_type: str, *, custom: bool = False) -> object:
    return read_patch(content, content_type, manager="me", force=False, custom=custom)[0].body


@pytest.mark.parametrize("kind", ["merge", "strategic-merge"])
def test_a_merge_patch_is_an_object(kind: str) -> None:
    assert patched(b'{"a":null}', f"application/{kind}-patch+json") == {"a": None}
    with pytest.raises(ApiError, match="not an object"):
        patched(b"[]", f"application/{kind}-patch+json")


def test_a_json_patch_is_a_list() -> None:
    assert patched(b'[{"op":"remove","path":"/a"}]', "application/json-patch+json") == [
        {"op": "remove", "path": "/a"}
    ]
    with pytest.raises(ApiError, match="not an array"):
        patched(b"{}", "application/json-patch+json")


def test_an_apply_patch_may_be_yaml() -> None:
    assert patched(b"kind: Pod\n", "application/apply-patch+yaml") == {"kind": "Pod"}


def test_custom_resources_take_no_strategic_patch() -> None:
    with pytest.raises(ApiError) as refusal:
        patched(b"{}", "application/strategic-merge-patch+json", custom=True)
    assert refusal.value.code == 415
    assert "strategic" not in refusal.value.message


def test_an_unknown_type_of_patch_is_refused() -> None:
    with pytest.raises(ApiError) as refusal:
        patched(b"{}", "application/json")
    assert refusal.value.code == 415
