"""Events as the real recorder writes them: the first time a new object, then a higher count."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from labrunner.sandbox.control.actions import Record
from labrunner.sandbox.objects import Object, namespace, reference, timestamp, uid
from labrunner.sandbox.objects import name as name_of

REMEMBERED = 4096
"""Different events of which the recorder knows that they happened before; the real one has as many."""


class Recorder:
    """Turns what happened into event objects."""

    def __init__(self) -> None:
        self._names: OrderedDict[tuple[str, ...], str] = OrderedDict()
        self._last = 0

    def event(
        self, happened: Record, now: datetime, find: Callable[[str, str], Object | None]
    ) -> tuple[Object, bool]:
        """The event to store, and whether it is a new one.

        Args:
            happened: What.
            now: When.
            find: The stored event by namespace and name.
        """
        space = namespace(happened.about) or "default"
        key = _identity(happened)
        known = self._names.get(key)
        stored = find(space, known) if known else None
        if stored is not None:
            self._names.move_to_end(key)
            return {**stored, "count": stored.get("count", 1) + 1, "lastTimestamp": timestamp(now)}, False
        name = self._name(happened.about, now)
        self._names[key] = name
        if len(self._names) > REMEMBERED:
            self._names.popitem(last=False)
        return _new(happened, space, name, now), True

    def _name(self, about: Object, now: datetime) -> str:
        # The real name ends with the time in nanoseconds; ours stays different when time stands still.
        self._last = max(int(now.timestamp() * 1e6) * 1000, self._last + 1)
        return f"{name_of(about)}.{self._last:x}"


def _identity(happened: Record) -> tuple[str, ...]:
    about = happened.about
    whom = (about.get("kind", ""), namespace(about), name_of(about), uid(about))
    return (*whom, happened.component, happened.type, happened.reason, happened.message)


def _new(happened: Record, space: str, name: str, now: datetime) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": space},
        "involvedObject": reference(happened.about),
        "reason": happened.reason,
        "message": happened.message,
        "source": {"component": happened.component},
        "firstTimestamp": timestamp(now),
        "lastTimestamp": timestamp(now),
        "count": 1,
        "type": happened.type,
        "eventTime": None,
        "reportingComponent": happened.component,
        "reportingInstance": "",
    }
