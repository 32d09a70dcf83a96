"""Objects as tables: the cells that `kubectl get` prints come from the server, row by row. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from labrunner.sandbox.kinds.kind import NAME, Column, Kind
from labrunner.sandbox.objects import Object, metadata

Include = Literal["None", "Metadata", "Object"]
"""How much of an object comes with its row: nothing, its metadata, or all of it."""

_CREATED = Column(
    "Created At",
    lambda obj, now: metadata(obj).get("creationTimestamp", ""),
    type="date",
    description="CreationTimestamp is a timestamp representing the server time when this object was created.",
)


def table(
    kind: Kind,
    objects: Iterable[Object],
    now: datetime,
    *,
    list_metadata: Object,
    include: Include = "Metadata",
    headed: bool = True,
) -> Object:
    """Make a table of objects of one kind.

    Args:
        kind: Decides the columns.
        objects: A row each.
        now: What ages are counted from.
        list_metadata: The list's resource version and continue token.
        include: What comes with each row.
        headed: Whether the columns are described: in a watch only the first table does.
    """
    columns = kind.columns or (NAME, _CREATED)
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": list_metadata,
        "columnDefinitions": [_definition(column) for column in columns] if headed else None,
        "rows": [_row(columns, obj, now, include) for obj in objects],
    }


def partial(obj: Object) -> Object:
    """The object's metadata and nothing else, as `PartialObjectMetadata`."""
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata(obj)}


def partial_list(objects: Iterable[Object], list_metadata: Object) -> Object:
    """A list of nothing but metadata."""
    items = [partial(each) for each in objects]
    head = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1"}
    return head | {"metadata": list_metadata, "items": items}


def _definition(column: Column) -> Object:
    return {
        "name": column.name,
        "type": column.type,
        "format": column.format,
        "description": column.description,
        "priority": column.priority,
    }


def _row(columns: Sequence[Column], obj: Object, now: datetime, include: Include) -> Object:
    row: dict[str, Any] = {"cells": [column.cell(obj, now) for column in columns]}
    if include == "None":
        return row
    return row | {"object": obj if include == "Object" else partial(obj)}
