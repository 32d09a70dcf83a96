"""Config maps and secrets, which to a container are the same: keys with bytes."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from labrunner.sandbox.registry import Registry
from labrunner.sandbox.store import Key


@dataclass(frozen=True, slots=True)
class Keyed:
    """A config map's or a secret's contents."""

    name: str
    values: Mapping[str, bytes]


def find_keyed(registry: Registry, kind: str, namespace: str, name: str) -> Keyed | None:
    """The contents of a `ConfigMap` or `Secret`; `None` when there is none of that name."""
    found = registry.store.get(Key("", f"{kind.lower()}s", namespace, name))
    if found is None:
        return None
    data = found.get("data") or {}
    if kind == "Secret":
        return Keyed(name, {key: base64.b64decode(value) for key, value in data.items()})
    binary = {key: base64.b64decode(value) for key, value in (found.get("binaryData") or {}).items()}
    return Keyed(name, {key: value.encode() for key, value in data.items()} | binary)
