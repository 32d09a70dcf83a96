"""The built-in kinds of the server: names from the real server's discovery, behaviour from this package."""

import gzip
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from labrunner.sandbox.kinds.generic import GENERIC
from labrunner.sandbox.kinds.kind import Behaviour, Kind, Subresource
from labrunner.sandbox.kinds.listed import BEHAVIOURS

DISCOVERY = Path(__file__).parent.parent / "data" / "discovery-1.32.json.gz"


@cache
def builtin_kinds() -> tuple[Kind, ...]:
    """Return every built-in kind, in discovery's order."""
    return tuple(_kinds())


def _kinds() -> Iterator[Kind]:
    for group in json.loads(gzip.decompress(DISCOVERY.read_bytes())):
        for row in group["resources"]:
            named = (group["group"], group["version"], row["kind"])
            behaviour = BEHAVIOURS.get(named, GENERIC)
            yield kind_from(row, group["group"], group["version"], behaviour)


def kind_from(row: Mapping[str, Any], group: str, version: str, behaviour: Behaviour) -> Kind:
    """Make a kind from a row of the discovery table."""
    return Kind(
        group=group,
        version=version,
        kind=row["kind"],
        plural=row["plural"],
        singular=row["singular"],
        namespaced=row["namespaced"],
        short_names=tuple(row["short"]),
        categories=tuple(row["categories"]),
        verbs=tuple(row["verbs"]),
        subresources=tuple(_subresource(each) for each in row["subresources"]),
        behaviour=behaviour,
    )


# The table of names leaves out that these belong to other groups than what they stand below.
FOREIGN = {
    "Eviction": ("policy", "v1"),
    "Scale": ("autoscaling", "v1"),
    "TokenRequest": ("authentication.k8s.io", "v1"),
}


def _subresource(row: Mapping[str, Any]) -> Subresource:
    group, version = FOREIGN.get(row["kind"], ("", ""))
    return Subresource(row["name"], row["kind"], tuple(row["verbs"]), group, version)
