"""Taints that follow from a node's state, and the events of its coming and going."""

from collections.abc import Iterator, Mapping

from labrunner.sandbox import taints
from labrunner.sandbox.control.actions import Action, Update
from labrunner.sandbox.control.controller import Controller, itself
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import Object, at, changed, is_true

MANAGED = (
    (taints.NOT_READY, "NoSchedule"),
    (taints.NOT_READY, "NoExecute"),
    (taints.UNSCHEDULABLE["key"], "NoSchedule"),
)
"""Taints by key and effect that this controller adds and takes away."""


def reconcile(node: Object | None, view: View) -> Iterator[Action]:
    """Put the node's taints right."""
    if node is None:
        return
    present = taints.taints_of(node)
    wanted = list(_wanted(node))
    kept = [each for each in present if _place(each) not in MANAGED or _place(each) in wanted]
    known = {_place(each) for each in kept}
    added = [{"key": key, "effect": effect} for key, effect in wanted if (key, effect) not in known]
    if added or len(kept) != len(present):
        yield Update(changed(node, "spec.taints", [*kept, *added] or None))


def _wanted(node: Object) -> Iterator[tuple[str, str]]:
    if not is_true(node, "Ready"):
        yield taints.NOT_READY, "NoSchedule"
    if at(node, "spec.unschedulable"):
        yield taints.UNSCHEDULABLE["key"], "NoSchedule"


def _place(taint: Mapping[str, str]) -> tuple[str, str]:
    return taint.get("key", ""), taint.get("effect", "")


CONTROLLER = Controller("node lifecycle", {("", "nodes"): itself}, reconcile)
