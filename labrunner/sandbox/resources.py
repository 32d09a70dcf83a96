"""What pods ask for and what nodes have, as exact amounts that can be added and compared.

An amount is a `Fraction` in the resource's own unit: cores, bytes, pieces.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from labrunner.sandbox.objects import Object, at
from labrunner.sandbox.quantity import parse, written

Resources = Mapping[str, Fraction]
"""Resource name → amount; a resource that is not there is zero."""

BINARY = ("memory", "ephemeral-storage", "storage")
"""Written with Ki, Mi, Gi; so are huge pages."""


def read(amounts: Mapping[str, str | int | float] | None) -> dict[str, Fraction]:
    """Read amounts as manifests have them."""
    return {name: parse(amount) for name, amount in (amounts or {}).items()}


def added(*several: Resources) -> dict[str, Fraction]:
    """The sum, resource by resource."""
    total: dict[str, Fraction] = {}
    for each in several:
        for name, amount in each.items():
            total[name] = total.get(name, Fraction(0)) + amount
    return total


def subtracted(whole: Resources, part: Resources) -> dict[str, Fraction]:
    """What is left of `whole`; below zero where `part` has more."""
    return added(whole, {name: -amount for name, amount in part.items()})


def largest(*several: Resources) -> dict[str, Fraction]:
    """The larger amount of each resource."""
    names = {name for each in several for name in each}
    return {name: max(each.get(name, Fraction(0)) for each in several) for name in names}


def missing(wanted: Resources, free: Resources) -> list[str]:
    """Names of the resources of which there is too little, in order. What is not wanted does not count."""
    return sorted(
        name for name, amount in wanted.items() if amount > 0 and amount > free.get(name, Fraction(0))
    )


def requests(spec: Object) -> dict[str, Fraction]:
    """What a pod asks for: the running containers together, or more while an init container runs."""
    running = added(*(_container(each) for each in spec.get("containers") or ()))
    beside: dict[str, Fraction] = {}
    starting: dict[str, Fraction] = {}
    for each in spec.get("initContainers") or ():
        if each.get("restartPolicy") == "Always":
            beside = added(beside, _container(each))
            starting = largest(starting, beside)
        else:
            starting = largest(starting, added(beside, _container(each)))
    return added(largest(added(running, beside), starting), read(spec.get("overhead")))


def of_pods(pods: Iterable[Object]) -> dict[str, Fraction]:
    """What pods ask for together, themselves counted as `pods`."""
    each = [requests(pod.get("spec") or {}) | {"pods": Fraction(1)} for pod in pods]
    return added(*each)


def allocatable(node: Object) -> dict[str, Fraction]:
    """What pods on a node may have together."""
    return read(at(node, "status.allocatable"))


def told(amounts: Resources) -> dict[str, str]:
    """Amounts as manifests have them, in order of their names."""
    return {name: amount_of(name, amounts[name]) for name in sorted(amounts)}


def amount_of(name: str, amount: Fraction) -> str:
    """One amount as manifests have it."""
    binary = name in BINARY or name.startswith("hugepages-")
    return written(amount, "binary" if binary else "decimal")


def _container(container: Object) -> dict[str, Fraction]:
    # A limit without a request is a request: the API server fills it in, bare templates have not seen it.
    wanted = container.get("resources") or {}
    return read(wanted.get("limits")) | read(wanted.get("requests"))
