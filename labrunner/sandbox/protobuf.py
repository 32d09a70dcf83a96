"""Reading Kubernetes' protobuf bodies, which typed clients such as `kubectl create` send.

Only decoding: every client that sends protobuf reads JSON as well. A body is `k8s\\0` and an envelope with
the kind and the object's bytes; field numbers are in a table (see `data/README.md`), and the JSON schemas
tell which fields Go has inlined.
"""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from labrunner.sandbox.objects import Object, micro_timestamp, timestamp
from labrunner.sandbox.schemas.library import META, definition_of, shape_named
from labrunner.sandbox.schemas.shape import ANY, Shape
from labrunner.sandbox.wire import WireError, fields, read_signed, read_varint

MAGIC = b"k8s\x00"
TABLE = Path(__file__).parent / "data" / "protobuf-1.32.json.gz"
DEEPEST = 100  # messages inside messages; only nonsense goes deeper

# The numbers of FieldDescriptorProto.Type.
_INT64, _INT32, _BOOL, _STRING, _MESSAGE, _BYTES = 3, 5, 8, 9, 11, 12

# Go writes a zero that is no pointer, and JSON leaves it out; one behind a pointer was really said. These
# fields are pointers in Go wherever they occur.
POINTERS = frozenset({
    "activeDeadlineSeconds", "allocateLoadBalancerNodePorts", "allowPrivilegeEscalation",
    "allowVolumeExpansion", "attachRequired", "automountServiceAccountToken", "backoffLimit",
    "blockOwnerDeletion", "completions", "controller", "defaultMode", "enableServiceLinks",
    "expirationSeconds", "failedJobsHistoryLimit", "fsGroup", "gracePeriodSeconds", "hostUsers",
    "immutable", "leaseDurationSeconds", "leaseTransitions", "manualSelector", "minReplicas", "mode",
    "optional", "orphanDependents", "parallelism", "partition", "percent", "podInfoOnMount", "priority",
    "privileged", "progressDeadlineSeconds", "propagationPolicy", "readOnlyRootFilesystem", "ready",
    "replicas", "requiresRepublish", "revisionHistoryLimit", "runAsGroup", "runAsNonRoot", "runAsUser",
    "serving", "setHostnameAsFQDN", "shareProcessNamespace", "startingDeadlineSeconds", "storageCapacity",
    "storageClassName", "successfulJobsHistoryLimit", "suspend", "terminating",
    "terminationGracePeriodSeconds", "tolerationSeconds", "ttlSecondsAfterFinished", "volumeName",
})  # fmt: skip


def decode(body: bytes) -> Object:
    """Return the object that a protobuf body holds.

    Raises:
        ValueError: The body is no such thing, is cut short, or is of a kind that is not known.
    """
    if not body.startswith(MAGIC):
        raise ValueError("the body does not begin as Kubernetes' protobuf does")
    try:
        envelope = dict(fields(body[len(MAGIC) :]))
        told = dict(fields(_bytes(envelope.get(1, b""))))
        version, kind = _bytes(told.get(1, b"")).decode(), _bytes(told.get(2, b"")).decode()
        name = definition_of(version, kind) or META.replace("ObjectMeta", kind)
        message = message_named(name)
        obj = _message(_bytes(envelope.get(2, b"")), message, shape_named(name), 0)
    except (WireError, KeyError, TypeError, UnicodeDecodeError, OverflowError) as error:
        raise ValueError(f"cannot read protobuf: {error}") from error
    return {"apiVersion": version, "kind": kind, **obj}


@cache
def table() -> Mapping[str, Any]:
    """Return the field table by message; read on first use."""
    found: Mapping[str, Any] = json.loads(gzip.decompress(TABLE.read_bytes()))
    return found


def message_named(definition: str) -> str:
    """Return the message that a schema's definition describes.

    Raises:
        KeyError: There is none.
    """
    name = definition.replace("io.k8s", "k8s.io", 1).replace("-", "_")
    if name not in table():
        raise KeyError(f"no message {name}")
    return name


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise WireError("a number where bytes should be")
    return value


def _message(data: bytes, message: str, shape: Shape, depth: int) -> Object:
    """Return a message as the JSON object that it stands for."""
    if depth > DEEPEST:
        raise WireError("messages are nested too deep")
    known = table()[message]["f"]
    result: Object = {}
    for number, raw in fields(data):
        if str(number) not in known:
            continue
        name, kind, repeated, inner = known[str(number)]
        name = _json_name(name, shape)
        below = shape.fields.get(name, ANY) if shape.type == "struct" else ANY
        if kind == _MESSAGE and shape.type == "struct" and name not in shape.fields:
            result.update(_message(_bytes(raw), inner, shape, depth + 1))
        elif kind == _MESSAGE and table()[inner]["map"]:
            key, value = _entry(_bytes(raw), inner, below, depth)
            result.setdefault(name, {})[key] = value
        elif repeated:
            result.setdefault(name, []).extend(_items(raw, kind, inner, below, depth))
        else:
            value = _value(raw, kind, inner, below, depth)
            if value is not None and (value not in ("", 0) or name in POINTERS):
                result[name] = value
    return result


def _json_name(name: str, shape: Shape) -> str:
    """Return a field's name in JSON; a few are written with other capitals in the descriptors."""
    if shape.type != "struct" or name in shape.fields:
        return name
    lower = name.lower()
    return next((each for each in shape.fields if each.lower() == lower), name)


def _entry(data: bytes, message: str, shape: Shape, depth: int) -> tuple[str, Any]:
    parts = dict(fields(data))
    _, kind, _, inner = table()[message]["f"]["2"]
    empty: int | bytes = 0 if kind in (_INT64, _INT32, _BOOL) else b""
    below = shape.items if shape.type == "map" else ANY
    value = _value(parts.get(2, empty), kind, inner, below, depth)
    return _bytes(parts.get(1, b"")).decode(), value


def _items(raw: int | bytes, kind: int, inner: str, shape: Shape, depth: int) -> Iterator[Any]:
    below = shape.items if shape.type == "list" else ANY
    if isinstance(raw, bytes) and kind in (_INT64, _INT32, _BOOL):
        # Packed: many numbers in one field.
        position = 0
        while position < len(raw):
            number, position = read_varint(raw, position)
            yield _value(number, kind, inner, below, depth)
        return
    yield _value(raw, kind, inner, below, depth)


def _value(raw: int | bytes, kind: int, inner: str, shape: Shape, depth: int) -> Any:
    if kind == _MESSAGE:
        data = _bytes(raw)
        special = _SPECIAL.get(inner.rpartition(".")[2])
        return special(data) if special else _message(data, inner, shape, depth + 1)
    if kind == _STRING:
        return _bytes(raw).decode()
    if kind == _BYTES:
        return base64.b64encode(_bytes(raw)).decode()
    if isinstance(raw, bytes):
        raise WireError("bytes where a number should be")
    return bool(raw) if kind == _BOOL else read_signed(raw)


def _moment(data: bytes) -> datetime | None:
    parts = dict(fields(data))
    if not parts:
        return None
    seconds, nanos = (read_signed(_number(parts.get(each, 0))) for each in (1, 2))
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=max(nanos, 0) // 1000 % 10**6)
    except (ValueError, OSError) as error:
        raise WireError(f"{seconds} is no time") from error


def _number(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise WireError("bytes where a number should be")
    return value


def _time(data: bytes) -> str | None:
    found = _moment(data)
    return timestamp(found) if found else None


def _micro_time(data: bytes) -> str | None:
    found = _moment(data)
    return micro_timestamp(found) if found else None


def _quantity(data: bytes) -> str:
    return _bytes(dict(fields(data)).get(1, b"0")).decode()


def _int_or_string(data: bytes) -> int | str:
    parts = dict(fields(data))
    if parts.get(1, 0) == 1:
        return _bytes(parts.get(3, b"")).decode()
    return read_signed(_number(parts.get(2, 0)))


def _raw(data: bytes) -> Any:
    text = _bytes(dict(fields(data)).get(1, b""))
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError) as error:
        raise WireError("JSON inside the message cannot be read") from error


def _duration(data: bytes) -> str:
    nanos = read_signed(_number(dict(fields(data)).get(1, 0)))
    seconds = nanos / 10**9
    return f"{seconds:g}s"


def _values(data: bytes) -> list[str]:
    return [_bytes(value).decode() for number, value in fields(data) if number == 1]


_SPECIAL = {
    "Time": _time,
    "MicroTime": _micro_time,
    "Quantity": _quantity,
    "IntOrString": _int_or_string,
    "RawExtension": _raw,
    "FieldsV1": _raw,
    "JSON": _raw,
    "Duration": _duration,
    "ExtraValue": _values,
}
