"""What a sandbox is asked to be: one JSON object on its standard input.

The sandbox stands alone and knows nothing of labs or pages; whoever starts it says here what the lab's
declaration comes to. Paths are absolute.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class BucketSpec:
    """A bucket that exists from the start."""

    variable: str
    """Variable in the lab's environment that gets its name."""
    prefix: str
    """What its name begins with; the rest makes it unique."""


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """A role for the pods of one service account."""

    variable: str
    """Variable in the lab's environment that gets its ARN."""
    service_account: str
    """`namespace/name`."""
    buckets: tuple[str, ...] = ()
    """Variables of the buckets that it may use."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A sandbox as it is asked for."""

    workspace: str = ""
    """Folder to copy to where the lab's shell sees `/workspace`; empty: an empty one."""
    mounts: tuple[str, ...] = ("/workspace",)
    """Where the lab's shell finds the copy."""
    readable: tuple[str, ...] = ()
    """Further folders that the lab's shell sees, read-only, at their own paths."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables of the lab, as they are."""
    buckets: tuple[BucketSpec, ...] = ()
    roles: tuple[RoleSpec, ...] = ()
    mirrors: tuple[str, ...] = ()
    """Folders with one subfolder a host."""
    launch_seconds: float = 2.0
    """Simulated time from Karpenter's decision to a node that is ready."""
    stay: bool = False
    """Go on when standard input ends; otherwise its end is the order to stop."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Spec":
        """From what `to_json` gave.

        Raises:
            TypeError: A key is not known here.
        """
        plain = dict(values)
        for name in ("mounts", "readable", "mirrors"):
            if name in plain:
                plain[name] = tuple(plain[name])
        plain["buckets"] = tuple(BucketSpec(**each) for each in plain.get("buckets", ()))
        roles = plain.get("roles", ())
        plain["roles"] = tuple(
            RoleSpec(**{**each, "buckets": tuple(each.get("buckets", ()))}) for each in roles
        )
        return cls(**plain)
