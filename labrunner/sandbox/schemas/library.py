"""The schemas of Kubernetes 1.32: definitions for OpenAPI, and shapes by kind."""

import gzip
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.schemas.shape import ANY, Schema, Shape

DEFINITIONS = Path(__file__).parent.parent / "data" / "schemas-1.32.json.gz"
PREFIX = "#/components/schemas/"
META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


@cache
def definitions() -> Mapping[str, Any]:
    """Return every definition by its full name, as `components.schemas` of an OpenAPI 3 document has them.

    Read on first use (some 15 ms), and not to be changed.
    """
    found: Mapping[str, Any] = json.loads(gzip.decompress(DEFINITIONS.read_bytes()))
    return found


@cache
def _names() -> Mapping[tuple[str, str, str], str]:
    names = {}
    for name, schema in definitions().items():
        for each in schema.get("x-kubernetes-group-version-kind", ()):
            names[each["group"], each["version"], each["kind"]] = name
    return names


def definition_name(kind: Kind) -> str:
    """Return the full name of a built-in kind's definition; empty if there is none."""
    return _names().get((kind.group, kind.version, kind.kind), "")


def definition_of(api_version: str, kind: str) -> str:
    """Return the full name of the definition of what a manifest says it is; empty if there is none."""
    group, _, version = api_version.rpartition("/")
    return _names().get((group, version, kind), "")


def resolve(reference: str) -> Schema:
    """Return the definition that a `$ref` names."""
    found: Schema = definitions()[reference.removeprefix(PREFIX)]
    return found


@cache
def shape_named(name: str) -> Shape:
    """Return the shape of a definition by its full name."""
    return Shape({"$ref": PREFIX + name}, resolve)


def shape_of(kind: Kind) -> Shape:
    """Return the shape of a kind's objects; `ANY` where nothing is known of them."""
    if kind.custom is not None:
        return kind.custom.shape
    name = definition_name(kind)
    return shape_named(name) if name else ANY


def metadata_shape() -> Shape:
    """Return the shape of every object's metadata."""
    return shape_named(META)
