"""Protobuf bodies are read as the JSON that stands for the same object."""

import base64
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from labrunner.sandbox.protobuf import MAGIC, decode, message_named, table
from labrunner.sandbox.schemas.library import definition_of, shape_named
from labrunner.sandbox.schemas.shape import ANY, Shape
from labrunner.sandbox.wire import read_signed, read_varint


def varint(number: int) -> bytes:
    """A number on the wire."""
    number &= 2**64 - 1
    out = bytearray()
    while True:
        out.append(number & 0x7F | (0x80 if number > 0x7F else 0))
        number >>= 7
        if not number:
            return bytes(out)


def piece(number: int, value: int | bytes) -> bytes:
    """A field on the wire."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def encoded(value: Any, kind: int, inner: str, shape: Shape) -> int | bytes:
    """A field's value, as Go writes it."""
    if kind == 11:
        name = inner.rpartition(".")[2]
        if name == "Quantity":
            return piece(1, value.encode())
        if name == "IntOrString":
            return (
                piece(1, 1) + piece(3, value.encode())
                if isinstance(value, str)
                else piece(1, 0) + piece(2, value)
            )
        return message(value, inner, shape)
    if kind == 9:
        return value.encode()  # type: ignore[no-any-return]
    return base64.b64decode(value) if kind == 12 else int(value)


def message(obj: dict[str, Any], name: str, shape: Shape) -> bytes:
    """An object on the wire, inlined structs and all."""
    out = b""
    for number, (field, kind, repeated, inner) in table()[name]["f"].items():
        below = shape.fields.get(field, ANY) if shape.type == "struct" else ANY
        if kind == 11 and shape.type == "struct" and field not in shape.fields:
            out += piece(int(number), message(obj, inner, shape))
        elif field not in obj:
            continue
        elif kind == 11 and table()[inner]["map"]:
            _, value_kind, _, value_inner = table()[inner]["f"]["2"]
            for key, value in obj[field].items():
                entry = piece(1, key.encode()) + piece(
                    2, encoded(value, value_kind, value_inner, below.items)
                )
                out += piece(int(number), entry)
        elif repeated:
            for value in obj[field]:
                out += piece(
                    int(number), encoded(value, kind, inner, below.items if below.type == "list" else ANY)
                )
        else:
            out += piece(int(number), encoded(obj[field], kind, inner, below))
    return out


def body(obj: dict[str, Any]) -> bytes:
    """A request body with this object."""
    name = definition_of(obj["apiVersion"], obj["kind"])
    meta = piece(1, obj["apiVersion"].encode()) + piece(2, obj["kind"].encode())
    inner = message(obj, message_named(name), shape_named(name))
    return MAGIC + piece(1, meta) + piece(2, inner) + piece(3, b"") + piece(4, b"")


NAMES = some.text("abcdefghij-", min_size=1, max_size=12)
WORDS = some.text(min_size=1, max_size=20)


@some.composite
def pods(draw: some.DrawFn) -> dict[str, Any]:
    """Pods with something of everything: maps, lists, inlined structs, quantities, ports by name."""
    target = draw(some.integers(1, 65535) | NAMES)
    probe = {
        "httpGet": {"path": draw(WORDS), "port": target},
        "periodSeconds": draw(some.integers(1, 2**31 - 1)),
    }
    container = {
        "name": draw(NAMES),
        "image": draw(WORDS),
        "env": [
            {"name": draw(NAMES), "valueFrom": {"secretKeyRef": {"name": draw(NAMES), "key": draw(NAMES)}}}
        ],
        "resources": {"limits": {draw(NAMES): draw(some.sampled_from(["1", "500m", "1Gi"]))}},
        "livenessProbe": probe,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": draw(NAMES),
            "labels": draw(some.dictionaries(NAMES, some.text(max_size=9), min_size=1)),
        },
        "spec": {
            "containers": [container],
            "volumes": [
                {"name": draw(NAMES), "configMap": {"name": draw(NAMES), "optional": draw(some.booleans())}}
            ],
            "terminationGracePeriodSeconds": draw(some.integers(0, 2**40)),
        },
    }


@given(pods())
def test_what_was_encoded_is_decoded(pod: dict[str, Any]) -> None:
    decoded = decode(body(pod))
    assert decoded.pop("status", {}) == {}
    assert decoded == pod


@given(some.integers(-(2**63), 2**63 - 1))
def test_numbers_come_back(number: int) -> None:
    read, position = read_varint(varint(number), 0)
    assert read_signed(read) == number
    assert position == len(varint(number))


@given(some.binary(max_size=300))
def test_nonsense_is_refused_as_such(data: bytes) -> None:
    for content in (data, MAGIC + data, body({"apiVersion": "v1", "kind": "Pod"}) + data):
        try:
            decode(content)
        except ValueError:
            continue


def test_a_body_cut_anywhere_never_raises_anything_else() -> None:
    whole = body(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": "v" * 40}}
    )
    for length in range(len(whole)):
        try:
            decode(whole[:length])
        except ValueError:
            continue


def test_secrets_keep_their_bytes_and_zeros_behind_pointers_stay() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"k": "AAH/"}}
    assert decode(body(secret))["data"] == {"k": "AAH/"}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "spec": {"replicas": 0, "minReadySeconds": 0},
    }
    assert decode(body(deployment))["spec"] == {"replicas": 0}


def test_options_of_a_delete_are_read() -> None:
    meta = piece(1, b"v1") + piece(2, b"DeleteOptions")
    options = piece(1, 0) + piece(4, b"Foreground") + piece(5, b"All")
    decoded = decode(MAGIC + piece(1, meta) + piece(2, options))
    assert decoded["gracePeriodSeconds"] == 0
    assert decoded["propagationPolicy"] == "Foreground"
    assert decoded["dryRun"] == ["All"]


def test_other_kinds_are_refused() -> None:
    meta = piece(1, b"example.com/v1") + piece(2, b"Thing")
    with pytest.raises(ValueError, match="no message"):
        decode(MAGIC + piece(1, meta))
    with pytest.raises(ValueError, match="does not begin"):
        decode(struct.pack("<I", 7))
