"""What controllers ask for, done: through the registry like any client's request. Only `loop` calls this."""

from collections.abc import Callable
from pathlib import Path

from labrunner.sandbox.control.actions import (
    Action,
    Bind,
    Create,
    Delete,
    Evict,
    HostFile,
    Once,
    Record,
    Report,
    Update,
)
from labrunner.sandbox.control.recorder import Recorder
from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.objects import Object, name, namespace, uid
from labrunner.sandbox.registry import DeleteOptions, Registry
from labrunner.sandbox.store import Key

NodeRoot = Callable[[str], Path]
"""The folder that stands for a node's disk, by the node's name."""


class Deeds:
    """Carries actions out, one after the other."""

    def __init__(self, registry: Registry, node_root: NodeRoot) -> None:
        self._registry = registry
        self._node_root = node_root
        self._recorder = Recorder()
        self._told: dict[str, str] = {}

    def do(self, action: Action) -> None:
        """Carry an action out.

        Raises:
            ApiError: The registry refused; if the action has a report, the refusal is on record.
            OSError: A node's disk could not be written.
        """
        if isinstance(action, Record):
            self._record(action)
        elif isinstance(action, HostFile):
            self._write(action)
        elif isinstance(action, Update):
            self._registry.update(self._kind(action.object), action.object, subresource=action.subresource)
        elif isinstance(action, Once):
            self._tell(action)
        elif isinstance(action, Create | Delete | Evict | Bind):
            self._with_report(action, action.report)

    def _tell(self, news: Once) -> None:
        if self._told.get(news.topic) != news.gist:
            self._told[news.topic] = news.gist
            for each in news.actions:
                self.do(each)

    def _with_report(self, action: Create | Delete | Evict | Bind, report: Report | None) -> None:
        try:
            done = self._carry_out(action)
        except ApiError as refusal:
            if report is not None and report.refused[0]:
                reason, message = report.refused
                said = message.replace("{}", str(refusal))
                self._record(Record(report.about, reason, said, report.component, "Warning"))
            raise
        if done and report is not None and report.done[0]:
            reason, message = report.done
            self._record(Record(report.about, reason, message.replace("{}", done), report.component))

    def _carry_out(self, action: Create | Delete | Evict | Bind) -> str:
        """Return the object's name, empty when there was nothing to do."""
        if isinstance(action, Create):
            return self._create(action.object)
        if isinstance(action, Delete):
            return self._delete(action)
        if isinstance(action, Evict):
            return self._evict(action.pod)
        self._registry.bind(namespace(action.pod), name(action.pod), action.node, uid=uid(action.pod))
        return name(action.pod)

    def _create(self, obj: Object) -> str:
        try:
            made = self._registry.create(self._kind(obj), obj, namespace=namespace(obj))
        except ApiError as refusal:
            if refusal.reason == "AlreadyExists":
                return ""
            raise
        return name(made)

    def _delete(self, action: Delete) -> str:
        obj = action.object
        options = DeleteOptions(
            grace_seconds=action.grace, propagation=action.propagation, uid=uid(obj) or None
        )
        try:
            self._registry.delete(self._kind(obj), name(obj), namespace(obj), options=options)
        except ApiError as refusal:
            if refusal.reason == "NotFound":
                return ""
            raise
        return name(obj)

    def _evict(self, pod: Object) -> str:
        try:
            self._registry.evict(namespace(pod), name(pod), options=DeleteOptions(uid=uid(pod)))
        except ApiError as refusal:
            if refusal.reason == "NotFound":
                return ""
            raise
        return name(pod)

    def _record(self, happened: Record) -> None:
        event, is_new = self._recorder.event(happened, self._registry.clock.now(), self._event)
        kind = self._registry.kinds.by_kind("v1", "Event")
        try:
            if is_new:
                self._registry.create(kind, event, namespace=namespace(event))
            else:
                self._registry.update(kind, event)
        except ApiError:
            pass  # telling is never worth failing for: the namespace may be on its way out

    def _event(self, space: str, event: str) -> Object | None:
        return self._registry.store.get(Key("", "events", space, event))

    def _write(self, action: HostFile) -> None:
        path = self._node_root(action.node) / action.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if action.append else "w") as file:
            file.write(action.text)

    def _kind(self, obj: Object) -> Kind:
        return self._registry.kinds.by_kind(obj["apiVersion"], obj["kind"])
