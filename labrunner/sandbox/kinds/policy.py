"""Limits on what may happen: disruption budgets, autoscalers, quotas, and what else only admins meet."""

from datetime import datetime
from typing import Any

from labrunner.sandbox.kinds.cells import AGE, field, size
from labrunner.sandbox.kinds.generic import CREATED
from labrunner.sandbox.kinds.kind import NAME, Behaviour, Column, Conversion
from labrunner.sandbox.objects import Object, at, changed

_ABSENT = "N/A"

DISRUPTION_BUDGET = Behaviour(
    columns=(
        NAME,
        field("Min Available", "spec.minAvailable", _ABSENT),
        field("Max Unavailable", "spec.maxUnavailable", _ABSENT),
        field("Allowed Disruptions", "status.disruptionsAllowed", 0, type="integer"),
        AGE,
    ),
    generation=True,
    # Evictions ask it; its status, which people look at, nobody keeps.
    sentence="the sandbox asks a PodDisruptionBudget before evictions but does not keep its status",
)


def _reference(obj: Object, now: datetime) -> str:
    return f"{at(obj, 'spec.scaleTargetRef.kind', '')}/{at(obj, 'spec.scaleTargetRef.name', '')}"


def _targets(obj: Object, now: datetime) -> str:
    return ", ".join(_target(each) for each in at(obj, "spec.metrics", ())) or "<none>"


def _target(metric: Object) -> str:
    source = metric.get(str(metric.get("type", "")).lower(), {})
    wanted = at(source, "target.averageUtilization")
    amount = f"{wanted}%" if wanted is not None else at(source, "target.averageValue", "")
    return f"{source.get('name', '')}: <unknown>/{amount}".lstrip(": ")


def _scaler_defaults(draft: Object) -> None:
    spec = draft.setdefault("spec", {})
    spec.setdefault("minReplicas", 1)
    if not spec.get("metrics"):
        spec["metrics"] = [_cpu(80)]


def _cpu(percent: Any) -> Object:
    target = {"type": "Utilization", "averageUtilization": percent}
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}


def to_v2(obj: Object) -> Object:
    """Return an autoscaler of autoscaling/v1 as v2 has it."""
    spec = dict(obj.get("spec") or {})
    percent = spec.pop("targetCPUUtilizationPercentage", None)
    if percent is not None:
        spec["metrics"] = [_cpu(percent)]
    return {**obj, "apiVersion": "autoscaling/v2", "spec": spec}


def from_v2(obj: Object) -> Object:
    """Return an autoscaler of autoscaling/v2 as v1 has it; metrics that v1 cannot say are left out."""
    spec = dict(obj.get("spec") or {})
    for metric in spec.pop("metrics", None) or ():
        if at(metric, "resource.name") == "cpu":
            spec["targetCPUUtilizationPercentage"] = at(metric, "resource.target.averageUtilization")
    return changed({**obj, "apiVersion": "autoscaling/v1"}, "spec", spec)


AUTOSCALER = Behaviour(
    columns=(
        NAME,
        Column("Reference", _reference),
        Column("Targets", _targets),
        Column("MinPods", lambda obj, now: str(at(obj, "spec.minReplicas", "<unset>"))),
        field("MaxPods", "spec.maxReplicas", 0, type="integer"),
        field("Replicas", "status.currentReplicas", 0, type="integer"),
        AGE,
    ),
    default=_scaler_defaults,
    sentence="the sandbox stores a HorizontalPodAutoscaler but scales nothing",
)

AUTOSCALER_V1 = Behaviour(
    columns=AUTOSCALER.columns,
    conversion=Conversion("autoscaling", "v2", to_stored=to_v2, from_stored=from_v2),
    sentence=AUTOSCALER.sentence,
)


def _quota(obj: Object, *, limits: bool) -> str:
    """Write the used and the allowed amounts: of limits, or of everything else."""
    hard, used = at(obj, "status.hard") or at(obj, "spec.hard", {}), at(obj, "status.used", {})
    chosen = [each for each in sorted(hard) if each.startswith("limits.") == limits]
    return ", ".join(f"{each}: {used.get(each, '0')}/{hard[each]}" for each in chosen)


RESOURCE_QUOTA = Behaviour(
    columns=(
        NAME,
        Column("Request", lambda obj, now: _quota(obj, limits=False)),
        Column("Limit", lambda obj, now: _quota(obj, limits=True)),
        AGE,
    ),
    sentence="the sandbox stores a ResourceQuota but does not enforce it",
)
LIMIT_RANGE = Behaviour(
    columns=(NAME, CREATED), sentence="the sandbox stores a LimitRange but does not enforce it"
)
RUNTIME_CLASS = Behaviour(columns=(NAME, field("Handler", "handler"), AGE))
WEBHOOKS = Behaviour(
    columns=(NAME, size("Webhooks", "webhooks"), AGE),
    generation=True,
    sentence="the sandbox stores webhook configurations but does not call the webhooks",
)
