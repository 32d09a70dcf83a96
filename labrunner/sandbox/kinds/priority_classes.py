"""Priority classes: names for how important pods are."""

from collections.abc import Iterator

from labrunner.sandbox import causes
from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.cells import AGE, field
from labrunner.sandbox.kinds.kind import NAME, Behaviour, Column
from labrunner.sandbox.objects import Object, name

HIGHEST = 1_000_000_000  # what users may give; higher values are the system's own
SYSTEM = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}


def _default(draft: Object) -> None:
    draft.setdefault("preemptionPolicy", "PreemptLowerPriority")


def _causes(obj: Object, old: Object | None) -> Iterator[Cause]:
    value = obj.get("value", 0)
    if isinstance(value, int) and value > HIGHEST and SYSTEM.get(name(obj)) != value:
        why = f"maximum allowed value of a user defined priority is {HIGHEST}"
        yield causes.forbidden("value", why)
    if old is not None and old.get("value") != obj.get("value"):
        yield causes.forbidden("value", "may not be changed in an update.")
    if old is not None and old.get("preemptionPolicy") != obj.get("preemptionPolicy"):
        yield causes.immutable("preemptionPolicy", obj.get("preemptionPolicy"))


PRIORITY_CLASS = Behaviour(
    columns=(
        NAME,
        field("Value", "value", 0, type="integer"),
        Column("Global-Default", lambda obj, now: bool(obj.get("globalDefault")), type="boolean"),
        AGE,
        field("PreemptionPolicy", "preemptionPolicy"),
    ),
    default=_default,
    validate=_causes,
    fidelity="emulated",
)
