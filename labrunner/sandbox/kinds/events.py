"""Events: what happened to an object. Two API groups show the same events in different words."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from labrunner.sandbox import causes
from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.cells import since
from labrunner.sandbox.kinds.field_text import text_at
from labrunner.sandbox.kinds.kind import Behaviour, Column, Conversion
from labrunner.sandbox.objects import Object, at, name, namespace

# Field of the core group, field of events.k8s.io.
_NAMES = (
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
    ("reportingComponent", "reportingController"),
)


def _renamed(obj: Object, api_version: str, names: Mapping[str, str]) -> Object:
    turned = {names.get(key, key): value for key, value in obj.items()}
    return turned | {"apiVersion": api_version}


def to_core(obj: Object) -> Object:
    """Return an event of events.k8s.io/v1 as the core group has it."""
    return _renamed(obj, "v1", {new: old for old, new in _NAMES})


def from_core(obj: Object) -> Object:
    """Return an event of the core group as events.k8s.io/v1 has it."""
    return _renamed(obj, "events.k8s.io/v1", dict(_NAMES))


def _first_seen(obj: Object, now: datetime) -> str:
    return since(obj.get("firstTimestamp") or obj.get("eventTime"), now)


def _last_seen(obj: Object, now: datetime) -> str:
    last = at(obj, "series.lastObservedTime") or obj.get("lastTimestamp")
    return since(last, now) if last else _first_seen(obj, now)


def _object(obj: Object, now: datetime) -> str:
    about = obj.get("involvedObject") or {}
    kind = str(about.get("kind", "")).lower()
    return f"{kind}/{about['name']}" if about.get("name") else kind


def _source(obj: Object, now: datetime) -> str:
    component = at(obj, "source.component") or obj.get("reportingComponent") or ""
    host = at(obj, "source.host") or obj.get("reportingInstance") or ""
    return f"{component}, {host}" if host else str(component)


def _count(obj: Object, now: datetime) -> int:
    return int(at(obj, "series.count") or obj.get("count") or 1)


def _message(obj: Object, now: datetime) -> str:
    return str(obj.get("message", "")).strip()


def _causes(obj: Object, old: Object | None) -> Iterator[Cause]:
    within = at(obj, "involvedObject.namespace", "")
    if within and within != namespace(obj):
        yield causes.wrong("involvedObject.namespace", within, "does not match event.namespace")


_COLUMNS = (
    Column("Last Seen", _last_seen),
    Column("Type", lambda obj, now: obj.get("type", "")),
    Column("Reason", lambda obj, now: obj.get("reason", "")),
    Column("Object", _object),
    Column("Subobject", lambda obj, now: at(obj, "involvedObject.fieldPath", ""), priority=1),
    Column("Source", _source, priority=1),
    Column("Message", _message),
    Column("First Seen", _first_seen, priority=1),
    Column("Count", _count, priority=1),
    Column("Name", lambda obj, now: name(obj), priority=1, format="name"),
)

_ABOUT = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")

EVENT = Behaviour(
    columns=_COLUMNS,
    validate=_causes,
    fields={
        **{f"involvedObject.{field}": text_at(f"involvedObject.{field}") for field in _ABOUT},
        "reason": text_at("reason"),
        "reportingComponent": text_at("reportingComponent"),
        "source": lambda obj: str(at(obj, "source.component") or obj.get("reportingComponent", "")),
        "type": text_at("type"),
    },
    fidelity="real",
)


def _regarding(obj: Object) -> Object:
    """Rows are made from what the kind shows, so the columns of the second view turn it back first."""
    return obj if "involvedObject" in obj else to_core(obj)


def _turned(column: Column) -> Column:
    return Column(
        column.name,
        lambda obj, now: column.cell(_regarding(obj), now),
        format=column.format,
        priority=column.priority,
    )


EVENTS_V1 = Behaviour(
    columns=tuple(_turned(column) for column in _COLUMNS),
    # The view selects among stored events, which have the core group's fields.
    fields={
        **{f"regarding.{field}": text_at(f"involvedObject.{field}") for field in _ABOUT},
        "reason": text_at("reason"),
        "reportingController": text_at("reportingComponent"),
        "type": text_at("type"),
    },
    conversion=Conversion("", "v1", to_stored=to_core, from_stored=from_core),
    fidelity="real",
)
