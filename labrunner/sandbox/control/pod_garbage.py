"""Pods of nodes that are gone, and pods that were deleted before they had a node, are removed at once."""

from collections.abc import Iterator

from labrunner.sandbox.control.actions import Action, Delete
from labrunner.sandbox.control.controller import Controller, itself
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import Object, at, is_deleting
from labrunner.sandbox.store import Change, Key


def reconcile(pod: Object | None, view: View) -> Iterator[Action]:
    """Remove the pod if nobody else is left who could."""
    if pod is None:
        return
    node = at(pod, "spec.nodeName", "")
    abandoned = view.get("v1", "Node", node) is None if node else is_deleting(pod)
    if abandoned:
        yield Delete(pod, grace=0)


def _on_it(change: Change, view: View) -> Iterator[Key]:
    if change.type == "DELETED":
        yield from (view.key(pod) for pod in view.pods_on(change.key.name))


CONTROLLER = Controller("pod garbage", {("", "pods"): itself, ("", "nodes"): _on_it}, reconcile)
