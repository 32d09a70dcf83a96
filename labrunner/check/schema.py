"""Manifests held against the schemas of Kubernetes 1.32, as strictly as `kubectl apply` does.

The schemas are data of the sandbox; they are only read. Kinds without a schema, custom resources above all,
are left alone.
"""

import difflib
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

DATA = Path(__file__).parent.parent / "sandbox" / "data" / "schemas-1.32.json.gz"
_PREFIX = "#/components/schemas/"
_FREE = {
    "io.k8s.apimachinery.pkg.runtime.RawExtension",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1",
}
_WORDS = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    dict: "fields",
    list: "a list",
}

Schema = Mapping[str, Any]
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Misfit:
    """One thing in an object that its schema does not have so."""

    sort: Literal["unknown", "type", "missing"]
    path: Place
    """Of the field; of a missing one, of what it is missing in."""
    field: str
    """The last name on the way to it."""
    fact: str
    """What is wrong, in lower case."""
    remedy: str
    """What to write."""


def misfits(data: Any) -> Iterator[Misfit]:
    """Yield what does not fit, in the order of the manifest. Nothing for kinds without a schema.

    Args:
        data: An object as Python values. Text with a `$` in it fits everywhere: what the shell or `envsubst`
            makes of it is not known.
    """
    if isinstance(data, dict) and (schema := schema_of(data.get("apiVersion"), data.get("kind"))):
        yield from _walk(data, schema, ())


def schema_of(api_version: object, kind: object) -> Schema | None:
    """Return the schema of a built-in kind; `None` when there is none."""
    if not isinstance(api_version, str) or not isinstance(kind, str):
        return None
    group, _, version = api_version.rpartition("/")
    return _by_kind().get((group, version, kind))


@cache
def _definitions() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(gzip.decompress(DATA.read_bytes()))
    return found


@cache
def _by_kind() -> Mapping[tuple[str, str, str], Schema]:
    return {
        (each["group"], each["version"], each["kind"]): schema
        for schema in _definitions().values()
        for each in schema.get("x-kubernetes-group-version-kind", ())
    }


def _followed(schema: Schema) -> Schema | None:
    """Return what a schema refers to, `None` where everything is allowed."""
    while reference := _reference(schema):
        name = reference.removeprefix(_PREFIX)
        if name in _FREE:
            return None
        schema = _definitions()[name]
    return schema


@cache
def _groups() -> frozenset[str]:
    return frozenset(group for group, _, _ in _by_kind())


def _reference(schema: Schema) -> str:
    """Return what a schema refers to; `allOf` with one part is how a default stands beside it."""
    parts: Sequence[Schema] = schema.get("allOf") or ({},)
    return str(schema.get("$ref") or parts[0].get("$ref") or "")


def _walk(value: Any, schema: Schema, path: Place) -> Iterator[Misfit]:
    if value is None or (isinstance(value, str) and "$" in value):
        return
    followed = _followed(schema)
    if followed is None:
        return
    match followed.get("type"):
        case "object":
            yield from _object(value, followed, path)
        case "array":
            yield from _array(value, followed, path)
        case _:
            if wanted := _unfit(value, followed):
                yield _wrong(value, wanted, path)


def _object(value: Any, schema: Schema, path: Place) -> Iterator[Misfit]:
    if not isinstance(value, dict):
        yield _wrong(value, "fields", path)
        return
    fields, rest = schema.get("properties"), schema.get("additionalProperties")
    if fields is None:
        if isinstance(rest, dict):
            for key, part in value.items():
                yield from _walk(part, rest, (*path, key))
        return
    yield from _absent(value, schema, path)
    for key, part in value.items():
        if key in fields:
            # Text where text belongs is most of every manifest.
            if type(part) is not str or fields[key].get("type") != "string":
                yield from _walk(part, fields[key], (*path, key))
        elif "$" not in str(key) and not schema.get("x-kubernetes-preserve-unknown-fields"):
            yield _unknown(str(key), fields, (*path, key))


def _absent(value: Mapping[Any, Any], schema: Schema, path: Place) -> Iterator[Misfit]:
    for name in schema.get("required", ()):
        # A field that was misspelt is reported once, as what it is.
        near = any(_near(str(key), (name,)) for key in value if key not in schema["properties"])
        if value.get(name) is None and not near:
            where = f"{path[-1]!s} " if path and isinstance(path[-1], str) else ""
            if path and isinstance(path[-1], int):
                where = f"item {path[-1] + 1} of {_named(path)} "
            fact = f"{where}lacks {name!r}, which Kubernetes requires"
            yield Misfit("missing", path, name, fact, f"add {name!r}")


def _array(value: Any, schema: Schema, path: Place) -> Iterator[Misfit]:
    if not isinstance(value, list):
        yield _wrong(value, "a list", path)
        return
    for at, part in enumerate(value):
        yield from _walk(part, schema.get("items") or {}, (*path, at))


def _unfit(value: Any, schema: Schema) -> str:
    """Return what a value should have been; empty when it is well."""
    if "oneOf" in schema:
        return (
            "" if isinstance(value, str | int | float) and not isinstance(value, bool) else "text or a number"
        )
    match schema.get("type"):
        case "string":
            # A date is text to Kubernetes, and something else to YAML only when it is written out.
            return "text" if isinstance(value, bool | int | float | dict | list) else ""
        case "boolean":
            return "" if isinstance(value, bool) else "true or false"
        case "integer":
            return "" if isinstance(value, int) and not isinstance(value, bool) else "a whole number"
        case "number":
            return "" if isinstance(value, int | float) and not isinstance(value, bool) else "a number"
    return ""


def _wrong(value: Any, wanted: str, path: Place) -> Misfit:
    got = _WORDS.get(type(value), "something else")
    fact = f"{_named(path)!r} wants {wanted}, but gets {got}"
    return Misfit("type", path, _named(path), fact, _remedy(value, wanted))


def _remedy(value: Any, wanted: str) -> str:
    if wanted == "text" and isinstance(value, bool | int | float):
        return "put it into quotes"
    if wanted in ("a whole number", "a number", "true or false") and isinstance(value, str):
        return "take its quotes away" if _reads_as(value, wanted) else f"write {wanted}"
    return "begin each item with '- '" if wanted == "a list" else f"write {wanted}"


def _reads_as(text: str, wanted: str) -> bool:
    return text in ("true", "false") if wanted == "true or false" else text.lstrip("-").isdecimal()


def _unknown(key: str, fields: Mapping[str, Any], path: Place) -> Misfit:
    near = _near(key, tuple(fields))
    holder = _named(path[:-1])
    fact = f"there is no field {key!r} " + (f"in {holder!r}" if holder else "in this kind")
    remedy = f"did you mean {near!r}?" if near else "take it away, or move it to where it belongs"
    return Misfit("unknown", path, key, fact, remedy)


def _near(key: str, names: tuple[str, ...]) -> str:
    folded = {name.lower(): name for name in names}
    found = difflib.get_close_matches(key.lower(), folded, n=1, cutoff=0.75)
    return folded[found[0]] if found else ""


def _named(path: Place) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def served(api_version: str, kind: str) -> bool:
    """Whether Kubernetes 1.32 may know such objects.

    It may know those of groups that are not its own, and alpha and beta versions: clusters switch them on.
    """
    group, _, version = api_version.rpartition("/")
    unsure = group not in _groups() or kind == "List" or "alpha" in version or "beta" in version
    return unsure or (group, version, kind) in _by_kind()


def homes(kind: str) -> tuple[str, ...]:
    """Return the API versions that have a kind, the stable ones first."""
    found = [(version, group) for group, version, known in _by_kind() if known == kind]
    found.sort(key=lambda one: ("alpha" in one[0], "beta" in one[0], one))
    return tuple(f"{group}/{version}" if group else version for version, group in found)


def similar_kind(kind: str) -> str:
    """Return the kind that was meant by a misspelt one; empty when it cannot be told."""
    return _near(kind, tuple({known for _, _, known in _by_kind()}))
