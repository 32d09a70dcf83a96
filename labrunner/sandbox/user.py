"""Who asks: a name and groups, as tokens and certificates carry them."""

from dataclasses import dataclass

MASTERS = "system:masters"
SERVICE_ACCOUNTS = "system:serviceaccounts"
AUTHENTICATED = "system:authenticated"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who makes requests."""

    name: str
    groups: tuple[str, ...] = ()


SYSTEM = User("system:sandbox", (MASTERS, AUTHENTICATED))
"""The cluster's own programs. What they store is never held against a lab's step."""

ADMIN = User("kubernetes-admin", (MASTERS, AUTHENTICATED))
"""The person at the terminal."""


def service_account(namespace: str, name: str) -> User:
    """Return the user that a service account's token stands for."""
    groups = (SERVICE_ACCOUNTS, f"{SERVICE_ACCOUNTS}:{namespace}", AUTHENTICATED)
    return User(f"system:serviceaccount:{namespace}:{name}", groups)
