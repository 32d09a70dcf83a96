"""Replica sets: so many pods alike."""

from labrunner.sandbox.kinds.cells import AGE, container_columns, count, selector
from labrunner.sandbox.kinds.field_text import text_at
from labrunner.sandbox.kinds.kind import NAME, Behaviour, Column
from labrunner.sandbox.kinds.templates import default_workload, selected_causes
from labrunner.sandbox.objects import Object, at


def _default(draft: Object) -> None:
    default_workload(draft).setdefault("replicas", 1)


REPLICA_SET = Behaviour(
    columns=(
        NAME,
        count("Desired", "spec.replicas"),
        count("Current", "status.replicas"),
        count("Ready", "status.readyReplicas"),
        AGE,
        *container_columns("spec.template.spec.containers"),
        Column("Selector", lambda obj, now: selector(at(obj, "spec.selector")), priority=1),
    ),
    default=_default,
    validate=selected_causes,
    generation=True,
    fields={"status.replicas": text_at("status.replicas")},
    fidelity="real",
)
