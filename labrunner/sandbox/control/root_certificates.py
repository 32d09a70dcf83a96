"""Every namespace has the config map `kube-root-ca.crt`, with which pods know the API server."""

from collections.abc import Iterator

from labrunner.sandbox.control.actions import Action, Create, Update
from labrunner.sandbox.control.controller import Controller, its_namespace, itself
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import Object, is_deleting, name

NAME = "kube-root-ca.crt"
DESCRIPTION = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such "
    "as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions "
    "of Kubernetes clusters."
)


def controller(certificate: str) -> Controller:
    """Make the controller that hands out this certificate (PEM)."""

    def reconcile(namespace: Object | None, view: View) -> Iterator[Action]:
        """Make the config map, or put it right."""
        if namespace is None or is_deleting(namespace):
            return
        found = view.get("v1", "ConfigMap", NAME, name(namespace))
        if found is None:
            yield Create(_config_map(name(namespace), certificate))
        elif found.get("data") != {"ca.crt": certificate}:
            yield Update({**found, "data": {"ca.crt": certificate}})

    watches = {("", "namespaces"): itself, ("", "configmaps"): its_namespace}
    return Controller("root certificates", watches, reconcile)


def _config_map(namespace: str, certificate: str) -> Object:
    annotations = {"kubernetes.io/description": DESCRIPTION}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": NAME, "namespace": namespace, "annotations": annotations},
        "data": {"ca.crt": certificate},
    }
