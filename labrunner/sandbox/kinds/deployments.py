"""Deployments: replica sets that follow one another."""

from collections.abc import Iterator

from labrunner.sandbox import causes
from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.cells import AGE, container_columns, count, selector
from labrunner.sandbox.kinds.kind import NAME, Behaviour, Column
from labrunner.sandbox.kinds.templates import default_workload, selected_causes
from labrunner.sandbox.objects import Object, at


def _default(draft: Object) -> None:
    spec = default_workload(draft)
    spec.setdefault("replicas", 1)
    spec.setdefault("revisionHistoryLimit", 10)
    spec.setdefault("progressDeadlineSeconds", 600)
    strategy = spec.setdefault("strategy", {})
    if not strategy.get("type"):
        strategy["type"] = "RollingUpdate"
    if strategy["type"] == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxUnavailable", "25%")
        rolling.setdefault("maxSurge", "25%")


def _causes(obj: Object, old: Object | None) -> Iterator[Cause]:
    yield from selected_causes(obj, old)
    strategy = at(obj, "spec.strategy", {})
    if strategy.get("type") not in ("Recreate", "RollingUpdate"):
        yield causes.unsupported("spec.strategy.type", strategy.get("type"), ("Recreate", "RollingUpdate"))
    elif strategy["type"] == "Recreate" and strategy.get("rollingUpdate") is not None:
        why = "may not be specified when strategy `type` is 'Recreate'"
        yield causes.forbidden("spec.strategy.rollingUpdate", why)
    elif _is_nothing(at(strategy, "rollingUpdate.maxUnavailable")) and _is_nothing(
        at(strategy, "rollingUpdate.maxSurge")
    ):
        why = "may not be 0 when `maxSurge` is 0"
        yield causes.wrong("spec.strategy.rollingUpdate.maxUnavailable", 0, why)


def _is_nothing(value: object) -> bool:
    return value in (0, "0%")


DEPLOYMENT = Behaviour(
    columns=(
        NAME,
        Column(
            "Ready", lambda obj, now: f"{at(obj, 'status.readyReplicas', 0)}/{at(obj, 'spec.replicas', 0)}"
        ),
        count("Up-to-date", "status.updatedReplicas"),
        count("Available", "status.availableReplicas"),
        AGE,
        *container_columns("spec.template.spec.containers"),
        Column("Selector", lambda obj, now: selector(at(obj, "spec.selector")), priority=1),
    ),
    default=_default,
    validate=_causes,
    generation=True,
    fidelity="real",
)
