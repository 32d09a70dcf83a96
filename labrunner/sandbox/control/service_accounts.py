"""Every namespace has a service account `default`, also after somebody deleted it."""

from collections.abc import Iterator

from labrunner.sandbox.control.actions import Action, Create
from labrunner.sandbox.control.controller import Controller, its_namespace, itself
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import Object, is_deleting, name


def reconcile(namespace: Object | None, view: View) -> Iterator[Action]:
    """Make the namespace's default service account if it is not there."""
    if namespace is None or is_deleting(namespace):
        return
    space = name(namespace)
    if view.get("v1", "ServiceAccount", "default", space) is None:
        metadata = {"name": "default", "namespace": space}
        yield Create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})


CONTROLLER = Controller(
    "service accounts", {("", "namespaces"): itself, ("", "serviceaccounts"): its_namespace}, reconcile
)
