"""What makes a container invalid: name, image, ports, environment, probes, mounts, resources."""

from collections.abc import Iterator
from typing import Any

from labrunner.sandbox import causes
from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.names import environment_name, label, port_name
from labrunner.sandbox.kinds.resource_rules import resource_causes
from labrunner.sandbox.objects import Object, at

PULL_POLICIES = ("Always", "IfNotPresent", "Never")
MESSAGE_POLICIES = ("File", "FallbackToLogsOnError")
PROTOCOLS = ("SCTP", "TCP", "UDP")
HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef")
NOT_POSITIVE = "must be greater than or equal to 0"


def container_causes(
    container: Object, field: str, volumes: set[Any], seen: set[str], *, init: bool = False
) -> Iterator[Cause]:
    """Yield what is wrong with a container.

    Args:
        container: With defaults filled in.
        field: Where it is, as `spec.containers[0]`.
        volumes: The names of the pod's volumes.
        seen: The names of containers before it; its own is added.
        init: Whether it is an init container.
    """
    yield from _name_causes(container, field, seen)
    image = container.get("image") or ""
    if not image:
        yield causes.required(f"{field}.image")
    elif image != image.strip():
        yield causes.wrong(f"{field}.image", image, "must not have leading or trailing whitespace")
    policy = container.get("imagePullPolicy")
    if policy not in PULL_POLICIES:
        yield causes.unsupported(f"{field}.imagePullPolicy", policy, PULL_POLICIES)
    policy = container.get("terminationMessagePolicy")
    if policy not in MESSAGE_POLICIES:
        yield causes.unsupported(f"{field}.terminationMessagePolicy", policy, MESSAGE_POLICIES)
    yield from _port_causes(container, field)
    yield from _environment_causes(container, field)
    yield from _mount_causes(container, field, volumes)
    yield from _probes_causes(container, field, init=init)
    yield from resource_causes(container.get("resources") or {}, f"{field}.resources")


def _name_causes(container: Object, field: str, seen: set[str]) -> Iterator[Cause]:
    name = container.get("name") or ""
    if not name:
        yield causes.required(f"{field}.name")
    elif problem := label(name):
        yield causes.wrong(f"{field}.name", name, problem)
    elif name in seen:
        yield causes.duplicate(f"{field}.name", name)
    seen.add(name)


def _port_causes(container: Object, field: str) -> Iterator[Cause]:
    seen: set[str] = set()
    for place, port in enumerate(container.get("ports") or ()):
        where = f"{field}.ports[{place}]"
        if name := port.get("name"):
            if problem := port_name(name):
                yield causes.wrong(f"{where}.name", name, problem)
            if name in seen:
                yield causes.duplicate(f"{where}.name", name)
            seen.add(name)
        number = port.get("containerPort") or 0
        if number == 0:
            yield causes.required(f"{where}.containerPort")
        else:
            yield from port_causes(f"{where}.containerPort", number)
        if port.get("hostPort"):
            yield from port_causes(f"{where}.hostPort", port["hostPort"])
        if port.get("protocol") not in PROTOCOLS:
            yield causes.unsupported(f"{where}.protocol", port.get("protocol", ""), PROTOCOLS)


def port_causes(field: str, number: Any) -> Iterator[Cause]:
    """Yield whether a number is no port."""
    if isinstance(number, int) and not 1 <= number <= 65535:
        yield causes.wrong(field, number, "must be between 1 and 65535, inclusive")


def _environment_causes(container: Object, field: str) -> Iterator[Cause]:
    for place, variable in enumerate(container.get("env") or ()):
        where = f"{field}.env[{place}]"
        name = variable.get("name") or ""
        if not name:
            yield causes.required(f"{where}.name")
        elif problem := environment_name(name):
            yield causes.wrong(f"{where}.name", name, problem)
        if (source := variable.get("valueFrom")) is not None:
            yield from _source_causes(f"{where}.valueFrom", source, has_value=bool(variable.get("value")))


def _source_causes(field: str, source: Object, *, has_value: bool) -> Iterator[Cause]:
    chosen = [key for key in SOURCES if source.get(key) is not None]
    if not chosen:
        listed = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"
        yield causes.wrong(field, "", f"must specify one of: {listed}")
    elif has_value:
        yield causes.wrong(field, "", "may not be specified when `value` is not empty")
    elif len(chosen) > 1:
        yield causes.wrong(field, "", "may not have more than one field specified at a time")
    for key in ("configMapKeyRef", "secretKeyRef"):
        if (reference := source.get(key)) is not None and not reference.get("key"):
            yield causes.required(f"{field}.{key}.key")
    if (reference := source.get("fieldRef")) is not None and not reference.get("fieldPath"):
        yield causes.required(f"{field}.fieldRef.fieldPath")


def _mount_causes(container: Object, field: str, volumes: set[Any]) -> Iterator[Cause]:
    paths: set[str] = set()
    for place, mount in enumerate(container.get("volumeMounts") or ()):
        where = f"{field}.volumeMounts[{place}]"
        if not mount.get("name"):
            yield causes.required(f"{where}.name")
        elif mount["name"] not in volumes:
            yield causes.missing(f"{where}.name", mount["name"])
        path = mount.get("mountPath") or ""
        if not path:
            yield causes.required(f"{where}.mountPath")
        elif path in paths:
            yield causes.wrong(f"{where}.mountPath", path, "must be unique")
        paths.add(path)
        yield from inside_causes(f"{where}.subPath", mount.get("subPath") or "")


def inside_causes(field: str, path: str) -> Iterator[Cause]:
    """Yield whether a path leads out of the place that it is relative to."""
    if path.startswith("/"):
        yield causes.wrong(field, path, "must be a relative path")
    elif ".." in path.split("/"):
        yield causes.wrong(field, path, "must not contain '..'")


def _probes_causes(container: Object, field: str, *, init: bool) -> Iterator[Cause]:
    sidecar = container.get("restartPolicy") == "Always"
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe = container.get(name)
        if probe is None:
            continue
        where = f"{field}.{name}"
        if init and not sidecar:
            yield causes.forbidden(where, "may not be set for init containers without restartPolicy=Always")
            continue
        yield from handler_causes(where, probe)
        for number in ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "failureThreshold"):
            if isinstance(probe.get(number), int) and probe[number] < 0:
                yield causes.wrong(f"{where}.{number}", probe[number], NOT_POSITIVE)
        if name != "readinessProbe" and probe.get("successThreshold") != 1:
            yield causes.wrong(f"{where}.successThreshold", probe.get("successThreshold"), "must be 1")
    for name in ("postStart", "preStop"):
        if (hook := at(container, f"lifecycle.{name}")) is not None:
            yield from handler_causes(f"{field}.lifecycle.{name}", hook)


def handler_causes(field: str, handler: Object) -> Iterator[Cause]:
    """Yield what is wrong with what a probe or a hook is to do."""
    chosen = [key for key in HANDLERS if handler.get(key) is not None]
    if not chosen:
        yield causes.required(field, "must specify a handler type")
    for extra in chosen[1:]:
        yield causes.forbidden(f"{field}.{extra}", "may not specify more than 1 handler type")
    if "exec" in chosen and not at(handler, "exec.command"):
        yield causes.required(f"{field}.exec.command")
    for key in ("httpGet", "tcpSocket", "grpc"):
        if key in chosen:
            yield from _target_causes(f"{field}.{key}.port", handler[key].get("port"))


def _target_causes(field: str, port: Any) -> Iterator[Cause]:
    if isinstance(port, str):
        if problem := port_name(port):
            yield causes.wrong(field, port, problem)
    elif not isinstance(port, int) or not 1 <= port <= 65535:
        yield causes.wrong(field, port or 0, "must be between 1 and 65535, inclusive")
