"""The kubelet's events: what happened to a pod, told where `kubectl describe` shows it."""

import contextlib
from typing import Literal

from labrunner.sandbox.control.actions import Record
from labrunner.sandbox.control.recorder import Recorder
from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.objects import Object, at
from labrunner.sandbox.registry import Registry
from labrunner.sandbox.store import Key

COMPONENT = "kubelet"


class Teller:
    """Records events about pods."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._recorder = Recorder()
        self._kind = registry.kinds.by_kind("v1", "Event")

    def tell(self, pod: Object, reason: str, message: str, *, warning: bool = False, field: str = "") -> None:
        """Record that something happened to `pod`, or to its part `field`."""
        severity: Literal["Normal", "Warning"] = "Warning" if warning else "Normal"
        happened = Record(pod, reason, message, COMPONENT, severity)
        event, is_new = self._recorder.event(happened, self._registry.clock.now(), self._find)
        # Telling is never worth failing for: the namespace may be on its way out.
        with contextlib.suppress(ApiError):
            if not is_new:
                self._registry.update(self._kind, event)
                return
            event["source"]["host"] = event["reportingInstance"] = at(pod, "spec.nodeName", "")
            if field:
                event["involvedObject"]["fieldPath"] = field
            self._registry.create(self._kind, event, namespace=event["metadata"]["namespace"])

    def _find(self, namespace: str, name: str) -> Object | None:
        return self._registry.store.get(Key("", "events", namespace, name))
