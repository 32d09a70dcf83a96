"""A service account's token as a part of a projected volume."""

from collections.abc import Mapping
from typing import Any

from labrunner.sandbox.node.volumes.content import DEFAULT_MODE, Contents, Context, File, MountError

LIFETIME = 3600.0
"""Seconds that a token is good for when the manifest does not say, as on the real API server."""
RENEWAL = 0.8
"""After which part of its life a token is replaced, as the real kubelet does."""


def contents(source: Mapping[str, Any], context: Context, mode: int = DEFAULT_MODE) -> Contents:
    """A fresh token in a file.

    Raises:
        MountError: There is no such service account.
    """
    account = context.pod["spec"].get("serviceAccountName") or "default"
    kind = context.registry.kinds.by_kind("v1", "ServiceAccount")
    if context.registry.find(kind, account, context.namespace) is None:
        raise MountError(f'failed to fetch token: serviceaccounts "{account}" not found')
    token = context.environment.token(
        context.namespace, account, source.get("audience") or "", lifetime(source), context.pod
    )
    return {source["path"]: File(token.encode(), mode)}


def lifetime(source: Mapping[str, Any]) -> float:
    """Seconds that the tokens of this source are good for."""
    return float(source.get("expirationSeconds") or LIFETIME)
