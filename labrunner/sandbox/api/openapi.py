"""OpenAPI documents: one for each group and version, made from the schemas when somebody asks. Pure.

Of the addresses only stubs are described, as much as clients look for: kubectl leaves validation to the
server where an object's `patch` has a parameter `fieldValidation`, and `kubectl explain` reads the schemas.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from labrunner.sandbox.kinds.kind import Kind

META = "io.k8s.apimachinery.pkg.apis.meta.v1"
REFERENCE = "#/components/schemas/"

REVISION = 1
"""To be raised when the documents change although what is served does not."""

V2_CONTENT_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
"""Go's clients cannot parse the form with an @ that they ask for."""


def v2_document() -> bytes:
    """An OpenAPI 2 document without any schema, in protobuf: what older clients want to have seen.

    They validate nothing of kinds that it does not describe, which leaves that to the server.
    """

    def field(number: int, content: bytes) -> bytes:
        return bytes([number << 3 | 2, len(content)]) + content

    information = field(1, b"Kubernetes") + field(2, b"v1.32.0")
    return field(1, b"2.0") + field(2, information)


def index(documents: Mapping[str, str]) -> dict[str, Any]:
    """The document of all documents, from each one's path (`api/v1`, `apis/apps/v1`) and hash."""
    urls = {path: f"/openapi/v3/{path}?hash={digest}" for path, digest in documents.items()}
    return {"paths": {path: {"serverRelativeURL": url} for path, url in urls.items()}}


def path_of(group: str, version: str) -> str:
    """Where a group and version stand in the index."""
    return f"apis/{group}/{version}" if group else f"api/{version}"


def digest(content: object) -> str:
    """A hash that changes when the content does."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32].upper()


def document(
    group: str, version: str, kinds: Iterable[Kind], definitions: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """The OpenAPI 3 document of a group and version.

    Args:
        group: The API group; empty is the core one.
        version: Its version.
        kinds: What is served there.
        definitions: Every schema of the built-in kinds by name, as OpenAPI 3 has them.
    """
    kinds = tuple(kinds)
    schemas: dict[str, Any] = {}
    named = _by_kind(definitions)
    for kind in kinds:
        if kind.custom is not None:
            schemas |= custom_schemas(kind)
        for wanted in _kinds_of(kind):
            if wanted in named:
                schemas[named[wanted]] = definitions[named[wanted]]
    _add_referenced(schemas, definitions)
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "v1.32.0"},
        "paths": dict(path for kind in kinds for path in _paths(kind)),
        "components": {"schemas": {name: _served(schema) for name, schema in sorted(schemas.items())}},
    }


def custom_schemas(kind: Kind) -> dict[str, Any]:
    """The schemas of a custom kind and of its list, by name."""
    assert kind.custom is not None
    base = ".".join(reversed(kind.group.split("."))) + f".{kind.version}.{kind.kind}"
    schema = dict(kind.custom.openapi()) | {GROUP_VERSION_KIND: [_group_version_kind(kind)]}
    items = {"type": "array", "items": {"$ref": REFERENCE + base}}
    metadata = {"$ref": f"{REFERENCE}{META}.ListMeta"}
    texts = {name: {"type": "string"} for name in ("apiVersion", "kind")}
    of_list = {
        "description": f"{kind.kind}List is a list of {kind.kind}",
        "type": "object",
        "required": ["items"],
        "properties": texts | {"metadata": metadata, "items": items},
        GROUP_VERSION_KIND: [_group_version_kind(kind) | {"kind": f"{kind.kind}List"}],
    }
    return {base: schema, f"{base}List": of_list}


GROUP_VERSION_KIND = "x-kubernetes-group-version-kind"
_Names = tuple[str, str, str]


def _by_kind(definitions: Mapping[str, Mapping[str, Any]]) -> dict[_Names, str]:
    return {
        (each["group"], each["version"], each["kind"]): name
        for name, schema in definitions.items()
        for each in schema.get(GROUP_VERSION_KIND, ())
    }


def _kinds_of(kind: Kind) -> Iterator[_Names]:
    yield kind.group, kind.version, kind.kind
    yield kind.group, kind.version, f"{kind.kind}List"
    for each in kind.subresources:
        yield each.group or kind.group, each.version or kind.version, each.kind


def _add_referenced(schemas: dict[str, Any], definitions: Mapping[str, Any]) -> None:
    waiting = list(schemas.values())
    while waiting:
        for reference in _references(waiting.pop()):
            if reference not in schemas and reference in definitions:
                schemas[reference] = definitions[reference]
                waiting.append(definitions[reference])


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for part in schema:
            yield from _references(part)
    elif isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix(REFERENCE)
        for part in schema.values():
            if isinstance(part, (dict, list)):
                yield from _references(part)


def _served(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A kind's schema as the real server has it: its own name is no enumeration there."""
    if GROUP_VERSION_KIND not in schema or "properties" not in schema:
        return schema
    properties = dict(schema["properties"])
    for name in ("apiVersion", "kind"):
        properties[name] = {key: value for key, value in properties.get(name, {}).items() if key != "enum"}
    return {**schema, "properties": properties}


def _paths(kind: Kind) -> Iterator[tuple[str, Any]]:
    if not kind.is_stored:
        return
    base = f"/{path_of(kind.group, kind.version)}/"
    collection = base + ("namespaces/{namespace}/" if kind.namespaced else "") + kind.plural
    yield collection, _operations(kind, {"get": "list", "post": "create", "delete": "deletecollection"})
    yield (
        collection + "/{name}",
        _operations(kind, {"get": "get", "put": "update", "patch": "patch", "delete": "delete"}),
    )


def _operations(kind: Kind, methods: Mapping[str, str]) -> dict[str, Any]:
    return {method: _operation(kind, verb) for method, verb in methods.items() if verb in kind.verbs}


def _operation(kind: Kind, verb: str) -> dict[str, Any]:
    action = {"create": "post", "update": "put"}.get(verb, verb)
    writes = verb in ("create", "update", "patch")
    names = (*(("dryRun",) if verb not in ("get", "list") else ()), *(_WRITE_PARAMETERS if writes else ()))
    return {
        "operationId": f"{verb}{kind.group.title().replace('.', '')}{kind.version.title()}{kind.kind}",
        "parameters": [
            {"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": True}} for name in names
        ],
        "responses": {"200": {"description": "OK"}},
        "x-kubernetes-action": action,
        GROUP_VERSION_KIND: _group_version_kind(kind),
    }


_WRITE_PARAMETERS = ("fieldManager", "fieldValidation")


def _group_version_kind(kind: Kind) -> dict[str, str]:
    return {"group": kind.group, "version": kind.version, "kind": kind.kind}
