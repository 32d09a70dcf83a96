"""Keeps the served kinds in step with the custom resource definitions there are."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from labrunner.sandbox import deletion
from labrunner.sandbox.json_path import read_path
from labrunner.sandbox.kinds import Behaviour, Column, Conversion, Kind, ScalePaths, Subresource
from labrunner.sandbox.kinds.cells import AGE, since
from labrunner.sandbox.kinds.custom_resource_definitions import CLEANUP
from labrunner.sandbox.kinds.field_text import written
from labrunner.sandbox.kinds.kind import NAME, Cell
from labrunner.sandbox.objects import Object, at, is_deleting, metadata, name, with_metadata
from labrunner.sandbox.reading import Reading
from labrunner.sandbox.schemas.custom_schema import StructuralSchema
from labrunner.sandbox.store import Change
from labrunner.sandbox.view import shown_as
from labrunner.sandbox.write import DeleteOptions

GROUP, PLURAL = "apiextensions.k8s.io", "customresourcedefinitions"
VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")

# Kinds whose controllers run here; what other definitions define is only stored.
_LIVE_GROUPS = ("karpenter.sh", "karpenter.k8s.aws")


def follow(reading: Reading) -> None:
    """Serve what custom resource definitions define, from now on."""
    reading.store.subscribe(lambda change: _see(reading, change))


def _see(reading: Reading, change: Change) -> None:
    if (change.key.group, change.key.resource) == (GROUP, PLURAL):
        _serve(reading, change)
    elif change.type == "DELETED" and "." in change.key.group:
        _clean_up(reading, change.key.group, change.key.resource)


def _serve(reading: Reading, change: Change) -> None:
    spec = change.object["spec"]
    before = change.previous["spec"] if change.previous else None
    if change.type == "DELETED":
        reading.kinds.replace(spec["group"], spec["names"]["plural"], ())
    elif before != spec:
        reading.kinds.replace(spec["group"], spec["names"]["plural"], kinds_of(change.object))
    if change.type == "MODIFIED" and is_deleting(change.object):
        _empty(reading, spec)


def _empty(reading: Reading, spec: Object) -> None:
    """Delete everything of a kind whose definition is to go; the definition waits for that."""
    group, plural = spec["group"], spec["names"]["plural"]
    kind = reading.kinds.find(group, plural)
    for each in reading.store.list(group, plural) if kind else ():
        if kind is not None and not is_deleting(each):
            deletion.delete(reading, kind, shown_as(kind, each), DeleteOptions())
    _clean_up(reading, group, plural)


def _clean_up(reading: Reading, group: str, plural: str) -> None:
    """Let a definition go that was only waiting for its last object."""
    kind = reading.kinds.by_resource(GROUP, "v1", PLURAL)
    found = reading.find(kind, f"{plural}.{group}")
    if found is None or not is_deleting(found) or reading.store.list(group, plural):
        return
    finalizers = [each for each in metadata(found).get("finalizers") or () if each != CLEANUP]
    key = reading.key(kind, name(found))
    if finalizers:
        reading.store.put(key, with_metadata(found, finalizers=finalizers))
    else:
        reading.store.delete(key)


def kinds_of(definition: Object) -> Iterator[Kind]:
    """Yield the kinds that a definition defines, one for each version that is served."""
    spec = definition["spec"]
    stored = next(each["name"] for each in spec["versions"] if each.get("storage"))
    for version in spec["versions"]:
        if version.get("served"):
            yield _kind(spec, version, stored)


def _kind(spec: Object, version: Object, stored: str) -> Kind:
    names = spec["names"]
    return Kind(
        group=spec["group"],
        version=version["name"],
        kind=names["kind"],
        plural=names["plural"],
        singular=names.get("singular", ""),
        namespaced=spec["scope"] == "Namespaced",
        short_names=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        verbs=VERBS,
        subresources=tuple(_subresources(names["kind"], version)),
        behaviour=_behaviour(spec, version, stored),
        custom=StructuralSchema(at(version, "schema.openAPIV3Schema")),
    )


def _subresources(kind: str, version: Object) -> Iterator[Subresource]:
    found = version.get("subresources") or {}
    verbs = ("get", "patch", "update")
    if "status" in found:
        yield Subresource("status", kind, verbs)
    if scale := found.get("scale"):
        fields = ("specReplicasPath", "statusReplicasPath", "labelSelectorPath")
        paths = ScalePaths(*(str(scale.get(field, "")).lstrip(".") for field in fields))
        yield Subresource("scale", "Scale", verbs, "autoscaling", "v1", paths)


def _behaviour(spec: Object, version: Object, stored: str) -> Behaviour:
    group, kind = spec["group"], spec["names"]["kind"]
    live = group in _LIVE_GROUPS
    return Behaviour(
        columns=(NAME, *_columns(version)),
        generation=True,
        unconditional_update=False,
        fields={path.lstrip("."): _text(path) for path in _selectable(version)},
        conversion=_conversion(group, version["name"], stored),
        fidelity="emulated" if live else "stored",
        sentence=f"the sandbox stores a {kind} of {group} but runs no controller for it",
    )


def _selectable(version: Object) -> list[str]:
    return [each["jsonPath"] for each in version.get("selectableFields") or ()]


def _text(path: str) -> Callable[[Object], str]:
    return lambda obj: written(at(obj, path.lstrip("."), ""))


def _conversion(group: str, version: str, stored: str) -> Conversion | None:
    """Versions without a webhook differ in nothing but their name."""
    if version == stored:
        return None

    def to(name: str) -> Callable[[Object], Object]:
        return lambda obj: {**obj, "apiVersion": f"{group}/{name}"}

    return Conversion(group, stored, to_stored=to(stored), from_stored=to(version))


def _columns(version: Object) -> Iterator[Column]:
    told = version.get("additionalPrinterColumns")
    if not told:
        yield AGE
        return
    for each in told:
        yield Column(
            each["name"],
            _cell(each["jsonPath"], each.get("type", "string")),
            type=each.get("type", "string"),
            format=each.get("format", ""),
            description=each.get("description", ""),
            priority=each.get("priority", 0),
        )


def _cell(path: str, kind: str) -> Cell:
    def cell(obj: Object, now: datetime) -> Any:
        found = read_path(obj, path)
        if not found:
            return None
        if kind == "date":
            return since(str(found[0]), now)
        if kind in ("integer", "number", "boolean"):
            return found[0]
        return ",".join(written(each) for each in found) if len(found) > 1 else _shown(found[0])

    return cell


def _shown(value: Any) -> str:
    return written(value) if not isinstance(value, dict | list) else str(value)
