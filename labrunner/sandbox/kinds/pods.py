"""Pods: what every lab is about in the end."""

from fractions import Fraction

from labrunner.sandbox import quantity
from labrunner.sandbox.kinds.field_text import text_at
from labrunner.sandbox.kinds.kind import Behaviour
from labrunner.sandbox.kinds.pod_cells import COLUMNS
from labrunner.sandbox.kinds.pod_defaults import default_pod_spec
from labrunner.sandbox.kinds.pod_rules import pod_causes
from labrunner.sandbox.objects import Object

_FIELDS = (
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName",
)


def quality_of_service(spec: Object) -> str:
    """Return the class that decides who is evicted first: Guaranteed, Burstable or BestEffort."""
    guaranteed, anything = True, False
    for container in [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]:
        resources = container.get("resources") or {}
        limits, requests = (_computed(resources.get(field) or {}) for field in ("limits", "requests"))
        anything = anything or bool(limits or requests)
        guaranteed = guaranteed and len(limits) == 2 and (requests or limits) == limits
    if not anything:
        return "BestEffort"
    return "Guaranteed" if guaranteed else "Burstable"


def _computed(amounts: Object) -> dict[str, Fraction]:
    found = {key: quantity.parse(amounts[key]) for key in ("cpu", "memory") if key in amounts}
    return {key: value for key, value in found.items() if value > 0}


def _prepare(draft: Object, old: Object | None) -> None:
    if old is None:
        draft["status"] = {"phase": "Pending"}


def _default(draft: Object) -> None:
    spec = draft.get("spec")
    if not isinstance(spec, dict):
        spec = draft["spec"] = {}
    default_pod_spec(spec)
    spec.setdefault("enableServiceLinks", True)
    status = draft.setdefault("status", {})
    status.setdefault("qosClass", quality_of_service(spec))


POD = Behaviour(
    columns=COLUMNS,
    default=_default,
    prepare=_prepare,
    validate=pod_causes,
    fields={
        **{path: text_at(path) for path in _FIELDS},
        "spec.hostNetwork": lambda obj: "true" if (obj.get("spec") or {}).get("hostNetwork") else "false",
    },
    fidelity="real",
)
