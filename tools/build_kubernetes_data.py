"""Builds the Kubernetes 1.32 tables that the sandbox ships: what is served, and what its objects look like.

Two packages hold the facts and are needed only here, because together they are far too heavy to install
beside a lab: `kmock` (plural names, scope, verbs, short names) and `kubernetes-validate` (JSON schemas).

    python -m venv /tmp/data && /tmp/data/bin/pip install kmock kubernetes-validate
    /tmp/data/bin/python tools/build_kubernetes_data.py

The results are the same, byte for byte, for the same versions of both packages.
"""

import argparse
import gzip
import importlib.util
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

MINOR = "1.32"
DATA = Path(__file__).parent.parent / "labrunner" / "sandbox" / "data"
# Served by add-ons, not by the API server itself; a lab installs them, or they are not there.
ADD_ONS = {"gateway.networking.k8s.io", "metrics.k8s.io"}
# Newer than 1.32, or of no use without the feature behind it.
LEFT_OUT = {"pods/resize", "pods/ephemeralcontainers"}
# What clients exchange beside the kinds themselves.
ALWAYS = ("DeleteOptions", "Status", "WatchEvent", "APIGroupList", "APIResourceList", "APIVersions")
META = "io.k8s.apimachinery.pkg.apis.meta.v1."


def main() -> None:
    """Write the two tables into `--into`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=DATA)
    into = parser.parse_args().into
    schemas = read_schemas()
    served = [trimmed(group, schemas) for group in read_resources() if group_name(group) not in ADD_ONS]
    write(into / f"discovery-{MINOR}.json.gz", served)
    write(into / f"schemas-{MINOR}.json.gz", reachable(schemas, served))


def package_folder(name: str) -> Path:
    """Where the build-time package is, found without importing it (imports of these take seconds)."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{name} is not installed; see the top of {__file__}")
    return Path(spec.origin).parent


def read_resources() -> list[dict[str, Any]]:
    """The API resource lists of a real server, one for each group and version, in its order."""
    packed = package_folder("kmock") / "_internal" / "resources.json.gz"
    lists: list[dict[str, Any]] = json.loads(gzip.decompress(packed.read_bytes()))
    return lists


def read_schemas() -> dict[str, Any]:
    """Every definition of this minor version, in the shape OpenAPI 3 wants it."""
    folder = package_folder("kubernetes_validate") / "kubernetes-json-schema" / f"v{MINOR}.0-local"
    definitions = json.loads((folder / "_definitions.json").read_text())["$defs"]
    return {name: openapi(definition) for name, definition in definitions.items()}


def openapi(schema: Any) -> Any:
    """The schema as OpenAPI 3 has it: no null types, and references that may stand beside other keys."""
    if isinstance(schema, list):
        return [openapi(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    turned = {key: openapi(value) for key, value in schema.items() if key != "$ref"}
    if isinstance(turned.get("type"), list):
        turned["type"] = next(kind for kind in turned["type"] if kind != "null")
    if "$ref" not in schema or not isinstance(schema["$ref"], str):
        return turned if "$ref" not in schema else turned | {"$ref": openapi(schema["$ref"])}
    reference = {"$ref": schema["$ref"].replace("#/$defs/", "#/components/schemas/")}
    return turned | {"allOf": [reference]} if turned else reference


def group_name(resources: dict[str, Any]) -> str:
    """The API group of a resource list; empty for the core group."""
    return str(resources["groupVersion"]).rpartition("/")[0]


def trimmed(resources: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """One group and version with its resources, each holding its subresources."""
    group, version = group_name(resources), resources["groupVersion"].rpartition("/")[2]
    known = set(kinds_of(schemas, group, version))
    rows: dict[str, dict[str, Any]] = {}
    for resource in resources["resources"]:
        plural, _, subresource = resource["name"].partition("/")
        if resource["name"] in LEFT_OUT:
            continue
        if subresource and plural in rows:
            rows[plural]["subresources"].append(subresource_row(subresource, resource))
        elif resource["kind"] in known:
            rows[plural] = resource_row(resource)
    return {"group": group, "version": version, "resources": list(rows.values())}


def resource_row(resource: dict[str, Any]) -> dict[str, Any]:
    """What discovery says of a resource, in short names of our own."""
    return {
        "plural": resource["name"],
        "singular": resource["singularName"],
        "kind": resource["kind"],
        "namespaced": resource["namespaced"],
        "verbs": sorted(resource["verbs"]),
        "short": resource.get("shortNames", []),
        "categories": resource.get("categories", []),
        "subresources": [],
    }


def subresource_row(name: str, resource: dict[str, Any]) -> dict[str, Any]:
    """What discovery says of a subresource; its kind may be of another group."""
    row = {"name": name, "kind": resource["kind"], "verbs": sorted(resource["verbs"])}
    return row | {key: resource[key] for key in ("group", "version") if resource.get(key)}


def kinds_of(schemas: dict[str, Any], group: str, version: str) -> Iterator[str]:
    """The kinds that the schemas know in this group and version."""
    for schema in schemas.values():
        for named in schema.get("x-kubernetes-group-version-kind", ()):
            if (named["group"], named["version"]) == (group, version):
                yield named["kind"]


def reachable(schemas: dict[str, Any], served: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Only the definitions that something served refers to, without the list of every DeleteOptions."""
    wanted = [META + name for name in ALWAYS]
    versions = {(group["group"], group["version"]) for group in served}
    for name, schema in schemas.items():
        named = schema.get("x-kubernetes-group-version-kind", [])
        if len(named) == 1 and (named[0]["group"], named[0]["version"]) in versions:
            wanted.append(name)
    kept: dict[str, Any] = {}
    while wanted:
        name = wanted.pop()
        if name in schemas and name not in kept:
            kept[name] = schemas[name]
            wanted.extend(references(schemas[name]))
    for schema in kept.values():
        if len(schema.get("x-kubernetes-group-version-kind", ())) > 1:
            del schema["x-kubernetes-group-version-kind"]
    return dict(sorted(kept.items()))


def references(schema: Any) -> Iterator[str]:
    """The names of the definitions that a schema mentions."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rpartition("/")[2]
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from references(part)


def write(path: Path, value: Any) -> None:
    """Pack a table without a date, so that the same facts give the same file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
