"""Namespaces: kept by the finalizer in their spec until the namespace controller has emptied them."""

from labrunner.sandbox.kinds.cells import AGE, field
from labrunner.sandbox.kinds.field_text import text_at
from labrunner.sandbox.kinds.kind import NAME, Behaviour
from labrunner.sandbox.kinds.names import label
from labrunner.sandbox.objects import Object, at

NAME_LABEL = "kubernetes.io/metadata.name"


def _prepare(draft: Object, old: Object | None) -> None:
    if old is None:
        draft["spec"] = {"finalizers": list(dict.fromkeys([*at(draft, "spec.finalizers", []), "kubernetes"]))}
        draft["status"] = {"phase": "Active"}
    else:
        # Only the `finalize` address changes this.
        draft["spec"] = old["spec"]


def _default(draft: Object) -> None:
    meta = draft["metadata"]
    if meta.get("name"):
        meta["labels"] = {**(meta.get("labels") or {}), NAME_LABEL: meta["name"]}


NAMESPACE = Behaviour(
    columns=(NAME, field("Status", "status.phase"), AGE),
    prepare=_prepare,
    default=_default,
    name_rule=label,
    fields={"status.phase": text_at("status.phase"), "name": text_at("metadata.name")},
    fidelity="real",
)
