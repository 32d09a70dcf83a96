"""Several sources in one volume."""

from collections.abc import Mapping
from typing import Any

from labrunner.sandbox.node.volumes import config_map, downward, secret, token
from labrunner.sandbox.node.volumes.content import DEFAULT_MODE, Contents, Context, File, MountError

PARTS = {
    "configMap": config_map.contents,
    "downwardAPI": downward.contents,
    "secret": secret.contents,
    "serviceAccountToken": token.contents,
}


def contents(source: Mapping[str, Any], context: Context) -> Contents:
    """What the volume holds; a later source wins.

    Raises:
        MountError: Something that is not optional is missing.
    """
    mode = source.get("defaultMode", DEFAULT_MODE)
    found: dict[str, File] = {}
    for part in source.get("sources") or ():
        for name, value in part.items():
            if name not in PARTS:
                raise MountError(f"the sandbox cannot project a {name}")
            found.update(PARTS[name](value or {}, context, mode))
    return found


def renewal(source: Mapping[str, Any]) -> float | None:
    """Seconds after which the volume must be written again; `None` without a token in it."""
    lives = [
        token.lifetime(part["serviceAccountToken"])
        for part in source.get("sources") or ()
        if "serviceAccountToken" in part
    ]
    return min(lives) * token.RENEWAL if lives else None
