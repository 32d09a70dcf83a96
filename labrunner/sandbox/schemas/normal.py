"""Objects as the server gives them back: quantities in their usual spelling, nothing said that says nothing.

A null, an empty list or an empty map in a built-in kind's object is the same as nothing; whoever compares
what is stored with what was sent (kubectl does) has to see it that way.
"""

from typing import Any

from labrunner.sandbox import quantity
from labrunner.sandbox.schemas.shape import Shape

# Fields that the server writes even if they are empty.
_KEPT = {"rules", "subjects"}


def normalise(obj: Any, shape: Shape) -> None:
    """Bring a well-typed object into its usual form, in place."""
    if shape.type == "struct" and isinstance(obj, dict):
        for name, part in list(obj.items()):
            known = shape.fields.get(name)
            if part is None and name not in _KEPT:
                del obj[name]
            elif known is not None:
                obj[name] = _normal(part, known)
                if _says_nothing(part, known) and name not in shape.required and name not in _KEPT:
                    del obj[name]
    elif shape.type == "map" and isinstance(obj, dict):
        for key, part in obj.items():
            obj[key] = _normal(_present(part, shape.items), shape.items)
    elif shape.type == "list" and isinstance(obj, list):
        obj[:] = [_normal(_present(part, shape.items), shape.items) for part in obj]


_ZEROS: dict[str, Any] = {
    "string": "",
    "bytes": "",
    "integer": 0,
    "number": 0,
    "boolean": False,
    "quantity": "0",
    "int or string": 0,
}
_EMPTY: dict[str, type] = {"struct": dict, "map": dict, "list": list}


def _present(value: Any, shape: Shape) -> Any:
    """Return what a null in a list or map is to Go: the type's zero value."""
    if value is not None:
        return value
    return _EMPTY[shape.type]() if shape.type in _EMPTY else _ZEROS.get(shape.type)


def _normal(value: Any, shape: Shape) -> Any:
    if shape.type == "quantity" and value is not None:
        return quantity.canonical(value)
    if shape.type in ("struct", "map", "list"):
        normalise(value, shape)
    return value


def _says_nothing(value: Any, shape: Shape) -> bool:
    return shape.type in ("list", "map") and value in ([], {})
