"""What cells of `kubectl get` are made of: ages, lists of labels, counts."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.kinds.kind import Column
from labrunner.sandbox.objects import Object, at, metadata, moment
from labrunner.sandbox.selector import read_labels

UNKNOWN = "<unknown>"
NONE = "<none>"


def age(obj: Object, now: datetime) -> str:
    """How long an object has been there, as `5m12s`."""
    return since(metadata(obj).get("creationTimestamp"), now)


def since(text: str | None, now: datetime) -> str:
    """How long ago a timestamp was; `<unknown>` without one."""
    if not text:
        return UNKNOWN
    return duration((now - moment(text)).total_seconds())


def duration(seconds: float) -> str:
    """Write a duration as kubectl does: two units where the first is small, else one.

    Args:
        seconds: Any number; less than two seconds into the future counts as now.
    """
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole <= 0:
        return "0s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if whole < 120:
        return f"{whole}s"
    if minutes < 10:
        return _pair(minutes, "m", whole % 60, "s")
    if hours < 3:
        return f"{minutes}m"
    if hours < 8:
        return _pair(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return _pair(days, "d", hours % 24, "h")
    if days < 730:
        return f"{days}d"
    return _pair(days // 365, "y", days % 365, "d") if days < 8 * 365 else f"{days // 365}y"


def _pair(first: int, unit: str, second: int, other: str) -> str:
    return f"{first}{unit}{second}{other}" if second else f"{first}{unit}"


AGE = Column("Age", age, description="CreationTimestamp is a timestamp representing the server time.")


def pairs(labels: Mapping[str, str] | None) -> str:
    """Write labels as `a=1,b=2`; `<none>` for none."""
    return ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items())) or NONE


def selector(found: Mapping[str, Any] | None) -> str:
    """Write a label selector as kubectl does: `app=web,tier in (a,b)`; `<none>` when it is empty."""
    if not found:
        return NONE
    try:
        return str(read_labels(found)) or NONE
    except ApiError:
        # What kubectl shows for the selector of an object that should never have been stored.
        return "<error>"


def field(name: str, path: str, default: Any = "", **more: Any) -> Column:
    """Make a column that shows one field."""
    return Column(name, lambda obj, now: at(obj, path, default), **more)


def count(name: str, path: str, **more: Any) -> Column:
    """Make a column that shows a number, 0 when it is not there."""
    return Column(name, lambda obj, now: at(obj, path, 0), type="integer", **more)


def size(name: str, *paths: str, **more: Any) -> Column:
    """Make a column that counts the entries of maps or lists."""
    return Column(name, lambda obj, now: sum(len(at(obj, path, ())) for path in paths), type="string", **more)


def container_columns(path: str) -> tuple[Column, Column]:
    """Make the two wide columns with the names and images of a pod template's containers."""

    def joined(key: str, obj: Object) -> str:
        containers: Iterable[Mapping[str, Any]] = at(obj, path, ())
        return ",".join(str(each.get(key, "")) for each in containers)

    return (
        Column("Containers", lambda obj, now: joined("name", obj), priority=1),
        Column("Images", lambda obj, now: joined("image", obj), priority=1),
    )
