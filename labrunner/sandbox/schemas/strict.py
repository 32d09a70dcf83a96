"""Reading JSON as a typed object, as strictly as the real server: wrong types and unknown fields.

The wording of wrong types is that of Go's JSON decoder, which people see in front of their manifests.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from labrunner.sandbox import quantity
from labrunner.sandbox.objects import Object, moment
from labrunner.sandbox.schemas.shape import Shape

_INT32 = 2**31
_INT64 = 2**63


@dataclass(slots=True)
class Reading:
    """What was found while reading one object."""

    unknown: list[str] = field(default_factory=list)  # paths of unknown fields, in order
    wrong: list[str] = field(default_factory=list)  # what has the wrong type, first things first
    # The same unknown fields as (where they are, their name), for taking them out.
    places: list[tuple[Object, str]] = field(default_factory=list)

    def prune(self) -> None:
        """Take the unknown fields out of the object that was read."""
        for holder, name in self.places:
            holder.pop(name, None)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands: as people write it, and as Go's decoder tells it."""

    path: str = ""  # spec.containers[0].env
    fields: str = ""  # spec.containers.env
    struct: str = ""  # the struct that the last field belongs to

    def field(self, name: str, struct: str) -> "_Place":
        """The place of a struct's field."""
        return _Place(_joined(self.path, name), _joined(self.fields, name), struct)

    def item(self, number: int) -> "_Place":
        """The place of a list's item."""
        return _Place(f"{self.path}[{number}]", self.fields, self.struct)

    def entry(self, key: str) -> "_Place":
        """The place of a map's entry."""
        return _Place(_joined(self.path, key), self.fields, self.struct)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def read(obj: Any, shape: Shape) -> Reading:
    """Hold an object against its shape; nothing is changed."""
    found = Reading()
    _walk(obj, shape, _Place(), found)
    return found


def _walk(value: Any, shape: Shape, place: _Place, found: Reading) -> None:
    if value is None:
        return
    match shape.type:
        case "any":
            return
        case "struct":
            _struct(value, shape, place, found)
        case "list":
            _list(value, shape, place, found)
        case "map":
            _map(value, shape, place, found)
        case scalar:
            problem = _SCALARS[scalar](value, shape)
            if problem == _MISFIT:
                _misfit(value, shape, place, found)
            elif problem:
                found.wrong.append(problem)


def _struct(value: Any, shape: Shape, place: _Place, found: Reading) -> None:
    if not isinstance(value, dict):
        _misfit(value, shape, place, found)
        return
    fields = shape.fields
    for name, part in value.items():
        known = fields.get(name)
        if known is not None:
            # Most values of most objects are well-formed text; they need no place.
            if type(part) is not str or known.type != "string":
                _walk(part, known, place.field(name, shape.go_name), found)
        elif not shape.keeps_unknown:
            found.unknown.append(_joined(place.path, name))
            found.places.append((value, name))


def _list(value: Any, shape: Shape, place: _Place, found: Reading) -> None:
    if not isinstance(value, list):
        _misfit(value, shape, place, found)
        return
    for number, part in enumerate(value):
        _walk(part, shape.items, place.item(number), found)


def _map(value: Any, shape: Shape, place: _Place, found: Reading) -> None:
    if not isinstance(value, dict):
        _misfit(value, shape, place, found)
        return
    for key, part in value.items():
        _walk(part, shape.items, place.entry(key), found)


_MISFIT = "misfit"


def _string(value: Any, shape: Shape) -> str:
    return "" if isinstance(value, str) else _MISFIT


def _boolean(value: Any, shape: Shape) -> str:
    return "" if isinstance(value, bool) else _MISFIT


def _integer(value: Any, shape: Shape) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return _MISFIT
    limit = _INT32 if shape.go_type == "int32" else _INT64
    return "" if -limit <= value < limit else _MISFIT


def _number(value: Any, shape: Shape) -> str:
    return "" if isinstance(value, int | float) and not isinstance(value, bool) else _MISFIT


def _bytes(value: Any, shape: Shape) -> str:
    if not isinstance(value, str):
        return _MISFIT
    try:
        base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return f"illegal base64 data at input byte {_first_bad(value)}"
    return ""


def _first_bad(text: str) -> int:
    """Return where base64 text first goes wrong, as Go counts it."""
    allowed = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\r\n")
    for place, character in enumerate(text):
        if character not in allowed and not (character == "=" and set(text[place:].strip()) == {"="}):
            return place
    return len(text) - len(text) % 4


def _quantity(value: Any, shape: Shape) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return quantity.MALFORMED
    try:
        quantity.parse(value)
    except ValueError as problem:
        return str(problem)
    return ""


def _int_or_string(value: Any, shape: Shape) -> str:
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return ""
    return f"json: cannot unmarshal {json_type(value)} into Go value of type int32"


def _time(value: Any, shape: Shape) -> str:
    if not isinstance(value, str):
        return _MISFIT
    try:
        moment(value)
    except ValueError:
        layout = "2006-01-02T15:04:05Z07:00"
        return f'parsing time "{value}" as "{layout}": cannot parse "{value}" as "2006"'
    return ""


_SCALARS: dict[str, Callable[[Any, Shape], str]] = {
    "string": _string,
    "bytes": _bytes,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "quantity": _quantity,
    "int or string": _int_or_string,
    "time": _time,
}


def _misfit(value: Any, shape: Shape, place: _Place, found: Reading) -> None:
    kind = json_type(value)
    if kind == "number" and shape.type == "integer":
        kind = f"number {value}"
    into = f"Go struct field {place.struct}.{place.fields}" if place.struct else "Go value"
    found.wrong.append(f"json: cannot unmarshal {kind} into {into} of type {shape.go_type}")


def json_type(value: Any) -> str:
    """Return what JSON calls a value's type."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "array"
    return "object" if isinstance(value, dict) else "null"
