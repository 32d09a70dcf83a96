"""A container's environment variables, from everywhere that a manifest can take them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from labrunner.sandbox.node.expansion import expanded
from labrunner.sandbox.node.fields import UnknownFieldError, field_value, resource_value
from labrunner.sandbox.node.keyed import Keyed, find_keyed
from labrunner.sandbox.objects import Object
from labrunner.sandbox.registry import Registry

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""The search path of images that set none."""

_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")


class ConfigError(Exception):
    """The container cannot be made as the pod says; the text is the kubelet's."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose variables are asked for."""

    pod: Object
    container: Mapping[str, Any]
    node: Object
    """Its allocatable resources are the limits of containers without."""


def resolve(asker: Asker, given: Mapping[str, str], registry: Registry) -> dict[str, str]:
    """The variables that the manifest sets, in order; later ones may use earlier ones as `$(NAME)`.

    Args:
        asker: Whose.
        given: What there is already, and can be used as well.
        registry: Where config maps and secrets are.

    Raises:
        ConfigError: Something that is not optional is missing.
    """
    namespace = asker.pod["metadata"]["namespace"]
    found: dict[str, str] = {}
    for source in asker.container.get("envFrom") or ():
        found.update(_from_all(source, namespace, registry))
    for each in asker.container.get("env") or ():
        value = _value(each, asker, registry, {**given, **found})
        if value is not None:
            found[each["name"]] = value
    return found


def _from_all(source: Mapping[str, Any], namespace: str, registry: Registry) -> Iterator[tuple[str, str]]:
    """All keys of a config map or secret."""
    kind = "Secret" if "secretRef" in source else "ConfigMap"
    reference = source.get("secretRef") or source.get("configMapRef") or {}
    keyed = _keyed(kind, reference, namespace, registry)
    for key, value in keyed.values.items() if keyed else ():
        name = source.get("prefix", "") + key
        if _NAME.fullmatch(name):
            yield name, value.decode(errors="replace")


def _value(
    each: Mapping[str, Any], asker: Asker, registry: Registry, variables: Mapping[str, str]
) -> str | None:
    source = each.get("valueFrom")
    if not source:
        return expanded(each.get("value") or "", variables)
    try:
        if field := source.get("fieldRef"):
            return field_value(asker.pod, field["fieldPath"])
        if resource := source.get("resourceFieldRef"):
            return resource_value(asker.pod, resource, asker.container["name"], asker.node)
    except UnknownFieldError as error:
        raise ConfigError(str(error)) from error
    return _from_key(source, asker.pod["metadata"]["namespace"], registry)


def _from_key(source: Mapping[str, Any], namespace: str, registry: Registry) -> str | None:
    kind = "Secret" if "secretKeyRef" in source else "ConfigMap"
    reference = source.get("secretKeyRef") or source.get("configMapKeyRef") or {}
    keyed = _keyed(kind, reference, namespace, registry)
    if keyed is None:
        return None
    value = keyed.values.get(reference["key"])
    if value is None and not reference.get("optional"):
        raise ConfigError(f"couldn't find key {reference['key']} in {kind} {namespace}/{keyed.name}")
    return None if value is None else value.decode(errors="replace")


def _keyed(kind: str, reference: Mapping[str, Any], namespace: str, registry: Registry) -> Keyed | None:
    keyed = find_keyed(registry, kind, namespace, reference.get("name") or "")
    if keyed is None and not reference.get("optional"):
        raise ConfigError(f'{kind.lower()} "{reference.get("name")}" not found')
    return keyed
