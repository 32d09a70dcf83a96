"""What makes a container's requests and limits invalid."""

from collections.abc import Iterator
from typing import Any

from labrunner.sandbox import causes, quantity
from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.names import qualified_name
from labrunner.sandbox.objects import Object

STANDARD = ("cpu", "memory", "ephemeral-storage")
HUGE_PAGES = "hugepages-"
NATIVE = "kubernetes.io/"


def is_extended(name: str) -> bool:
    """Say whether a resource is one that a device plugin brings, as `aws.amazon.com/neuron`."""
    return "/" in name and not name.startswith(("requests.", NATIVE)) and f".{NATIVE}" not in name


def resource_causes(resources: Object, field: str) -> Iterator[Cause]:
    """Yield what is wrong with requests and limits."""
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for kind, amounts in (("limits", limits), ("requests", requests)):
        for name, value in amounts.items():
            yield from _amount_causes(name, value, f"{field}.{kind}[{name}]")
    for name, value in requests.items():
        yield from _pair_causes(name, value, limits.get(name), field)


def _amount_causes(name: str, value: Any, field: str) -> Iterator[Cause]:
    if problem := qualified_name(name):
        yield causes.wrong(field, name, problem)
    elif "/" not in name and name not in STANDARD and not name.startswith(HUGE_PAGES):
        yield causes.wrong(field, name, "must be a standard resource type or fully qualified")
        yield causes.wrong(field, name, "must be a standard resource for containers")
    amount = quantity.parse(value)
    if amount < 0:
        why = "must be greater than or equal to 0"
        yield causes.wrong(field, str(value), why)
    if is_extended(name) and amount.denominator != 1:
        yield causes.wrong(field, causes.GoValue(str(value)), "must be an integer")


def _pair_causes(name: str, value: Any, limit: Any, field: str) -> Iterator[Cause]:
    if limit is None:
        if is_extended(name) or name.startswith(HUGE_PAGES):
            why = "Limit must be set for non overcommitable resources"
            yield causes.required(f"{field}.limits", why)
    elif is_extended(name) and quantity.parse(value) != quantity.parse(limit):
        yield causes.wrong(f"{field}.requests", str(value), f"must be equal to {name} limit of {limit}")
    elif quantity.parse(value) > quantity.parse(limit):
        why = f"must be less than or equal to {name} limit of {limit}"
        yield causes.wrong(f"{field}.requests", str(value), why)
