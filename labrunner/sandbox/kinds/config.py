"""ConfigMaps and Secrets: named data for pods."""

import base64
import binascii
from collections.abc import Iterable, Iterator

from labrunner.sandbox import causes
from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.cells import AGE, field, size
from labrunner.sandbox.kinds.kind import NAME, Behaviour
from labrunner.sandbox.kinds.names import config_key
from labrunner.sandbox.objects import Object, at

LIMIT = 1024 * 1024  # bytes of data in one object
IMMUTABLE = "field is immutable when `immutable` is set"

# What a Secret of a certain type has to hold.
_KEYS = {
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}


def _config_map_causes(obj: Object, old: Object | None) -> Iterator[Cause]:
    data, binary = at(obj, "data", {}), at(obj, "binaryData", {})
    for field_name, entries in (("data", data), ("binaryData", binary)):
        yield from _key_causes(field_name, entries)
    for key in sorted(set(data) & set(binary)):
        yield causes.wrong(f"data[{key}]", key, "duplicate of key present in binaryData")
    total = sum(len(value.encode()) for value in data.values()) + sum(map(decoded_size, binary.values()))
    if total > LIMIT:
        yield causes.too_long("", LIMIT)
    yield from _change_causes(obj, old, ("data", "binaryData"))


def _key_causes(field_name: str, entries: Iterable[str]) -> Iterator[Cause]:
    for key in entries:
        if problem := config_key(key):
            yield causes.wrong(f"{field_name}[{key}]", key, problem)


def decoded_size(text: str) -> int:
    """Return how many bytes base64 text stands for."""
    return len(text) * 3 // 4


def _change_causes(obj: Object, old: Object | None, fields: tuple[str, ...]) -> Iterator[Cause]:
    if old is None or not old.get("immutable"):
        return
    if not obj.get("immutable"):
        yield causes.forbidden("immutable", IMMUTABLE)
    for field_name in fields:
        if at(obj, field_name, {}) != at(old, field_name, {}):
            yield causes.forbidden(field_name, IMMUTABLE)


def _secret_defaults(draft: Object) -> None:
    if not draft.get("type"):
        draft["type"] = "Opaque"
    # What is written as text is kept as base64, and wins over data of the same name.
    if plain := draft.pop("stringData", None):
        encoded = {key: base64.b64encode(str(value).encode()).decode() for key, value in plain.items()}
        draft["data"] = (draft.get("data") or {}) | encoded


def _secret_causes(obj: Object, old: Object | None) -> Iterator[Cause]:
    data = at(obj, "data", {})
    yield from _key_causes("data", data)
    if sum(map(decoded_size, data.values())) > LIMIT:
        yield causes.too_long("data", LIMIT)
    for key in _KEYS.get(obj.get("type", ""), ()):
        if key not in data:
            yield causes.required(f"data[{key}]")
    if old is not None and obj.get("type") != old.get("type"):
        yield causes.immutable("type", obj.get("type"))
    yield from _change_causes(obj, old, ("data",))


def is_base64(text: str) -> bool:
    """Say whether text is base64, as the values of a Secret have to be."""
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


CONFIG_MAP = Behaviour(
    columns=(NAME, size("Data", "data", "binaryData"), AGE), validate=_config_map_causes, fidelity="real"
)

SECRET = Behaviour(
    columns=(NAME, field("Type", "type"), size("Data", "data"), AGE),
    default=_secret_defaults,
    validate=_secret_causes,
    fields={"type": lambda obj: str(obj.get("type", ""))},
    fidelity="real",
)
