"""What a pod's spec has if nobody says otherwise; pod templates in controllers get the same."""

from collections.abc import Iterator
from typing import Any

from labrunner.sandbox.objects import Object

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
FILE_MODE = 0o644


def default_pod_spec(spec: Object) -> None:
    """Fill in a pod's spec, in place."""
    for field, value in (
        ("restartPolicy", "Always"),
        ("dnsPolicy", "ClusterFirst"),
        ("schedulerName", "default-scheduler"),
        ("terminationGracePeriodSeconds", 30),
    ):
        if spec.get(field) in (None, ""):
            spec[field] = value
    if spec.get("securityContext") is None:
        spec["securityContext"] = {}
    _default_account(spec)
    for container in all_containers(spec):
        _default_container(container, host_network=bool(spec.get("hostNetwork")))
    for volume in spec.get("volumes") or ():
        _default_volume(volume)
    for constraint in spec.get("topologySpreadConstraints") or ():
        constraint.setdefault("whenUnsatisfiable", "DoNotSchedule")


def _default_account(spec: Object) -> None:
    """The old name of the field follows the new one, and the other way round."""
    name = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if name:
        spec["serviceAccountName"] = spec["serviceAccount"] = name


def default_template(template: Object) -> None:
    """Fill in a pod template, in place."""
    template.setdefault("metadata", {})
    default_pod_spec(template.setdefault("spec", {}))


def all_containers(spec: Object) -> Iterator[Object]:
    """Yield a pod's containers of every sort."""
    for field in ("initContainers", "containers", "ephemeralContainers"):
        yield from spec.get(field) or ()


def _default_container(container: Object, *, host_network: bool) -> None:
    container.setdefault("imagePullPolicy", pull_policy(container.get("image") or ""))
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    _default_resources(container.setdefault("resources", {}))
    for port in container.get("ports") or ():
        port.setdefault("protocol", "TCP")
        if host_network and port.get("containerPort"):
            port.setdefault("hostPort", port["containerPort"])
    for variable in container.get("env") or ():
        reference = (variable.get("valueFrom") or {}).get("fieldRef")
        if reference is not None:
            reference.setdefault("apiVersion", "v1")
    for field in _PROBES:
        if container.get(field) is not None:
            _default_probe(container[field])
    for hook in (container.get("lifecycle") or {}).values():
        _default_http(hook if isinstance(hook, dict) else {})


def pull_policy(image: str) -> str:
    """Return when an image is pulled: always if it may have changed, as `latest` does."""
    if "@" in image:
        return "IfNotPresent"
    _, colon, tag = image.rpartition("/")[2].partition(":")
    return "IfNotPresent" if colon and tag != "latest" else "Always"


def _default_resources(resources: Object) -> None:
    """Whoever limits something asks for as much, unless they say."""
    limits = resources.get("limits") or {}
    if limits:
        requests = resources.get("requests") or {}
        resources["requests"] = requests | {
            key: value for key, value in limits.items() if key not in requests
        }


def _default_probe(probe: Object) -> None:
    for field, value in (
        ("timeoutSeconds", 1),
        ("periodSeconds", 10),
        ("successThreshold", 1),
        ("failureThreshold", 3),
    ):
        if not probe.get(field):
            probe[field] = value
    _default_http(probe)
    if isinstance(probe.get("grpc"), dict):
        probe["grpc"].setdefault("service", "")


def _default_http(handler: Object) -> None:
    request = handler.get("httpGet")
    if isinstance(request, dict):
        request.setdefault("path", "/")
        request.setdefault("scheme", "HTTP")


def _default_volume(volume: Object) -> None:
    if not any(key != "name" and value is not None for key, value in volume.items()):
        volume["emptyDir"] = {}
    for field in ("secret", "configMap", "downwardAPI", "projected"):
        if isinstance(volume.get(field), dict):
            volume[field].setdefault("defaultMode", FILE_MODE)
    if isinstance(volume.get("hostPath"), dict):
        volume["hostPath"].setdefault("type", "")
    _default_projection(volume.get("projected") or {})
    for item in (volume.get("downwardAPI") or {}).get("items") or ():
        _default_field_ref(item)


def _default_projection(projected: Object) -> None:
    for source in projected.get("sources") or ():
        if isinstance(source.get("serviceAccountToken"), dict):
            source["serviceAccountToken"].setdefault("expirationSeconds", 3600)
        for item in (source.get("downwardAPI") or {}).get("items") or ():
            _default_field_ref(item)


def _default_field_ref(item: dict[str, Any]) -> None:
    if isinstance(item.get("fieldRef"), dict):
        item["fieldRef"].setdefault("apiVersion", "v1")
