"""Daemon sets: a pod on every node that wants one."""

from collections.abc import Iterator

from labrunner.sandbox import causes
from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.cells import AGE, container_columns, count, pairs, selector
from labrunner.sandbox.kinds.kind import NAME, Behaviour, Column
from labrunner.sandbox.kinds.templates import default_workload, selected_causes
from labrunner.sandbox.objects import Object, at

_STRATEGIES = ("RollingUpdate", "OnDelete")


def _default(draft: Object) -> None:
    spec = default_workload(draft)
    spec.setdefault("revisionHistoryLimit", 10)
    strategy = spec.setdefault("updateStrategy", {})
    strategy.setdefault("type", "RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxUnavailable", 1)
        rolling.setdefault("maxSurge", 0)


def _causes(obj: Object, old: Object | None) -> Iterator[Cause]:
    yield from selected_causes(obj, old)
    strategy = at(obj, "spec.updateStrategy.type", "")
    if strategy not in _STRATEGIES:
        yield causes.unsupported("spec.updateStrategy.type", strategy, _STRATEGIES)


DAEMON_SET = Behaviour(
    columns=(
        NAME,
        count("Desired", "status.desiredNumberScheduled"),
        count("Current", "status.currentNumberScheduled"),
        count("Ready", "status.numberReady"),
        count("Up-to-date", "status.updatedNumberScheduled"),
        count("Available", "status.numberAvailable"),
        Column("Node Selector", lambda obj, now: pairs(at(obj, "spec.template.spec.nodeSelector"))),
        AGE,
        *container_columns("spec.template.spec.containers"),
        Column("Selector", lambda obj, now: selector(at(obj, "spec.selector")), priority=1),
    ),
    default=_default,
    validate=_causes,
    generation=True,
    fidelity="real",
)
