"""What a deployment says of itself: counts, and the conditions that `kubectl rollout status` reads. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from labrunner.sandbox.control import rollout
from labrunner.sandbox.objects import (
    Object,
    at,
    changed,
    condition,
    metadata,
    moment,
    name,
    timestamp,
    with_condition,
)

TIMED_OUT = "ProgressDeadlineExceeded"
AVAILABLE = "NewReplicaSetAvailable"


def counted(deployment: Object, new: Object | None, sets: Sequence[Object]) -> Object:
    """The status's numbers, zeros left out as the real server does."""
    total = _sum(sets, "replicas")
    numbers = {
        "observedGeneration": metadata(deployment).get("generation", 1),
        "replicas": total,
        "updatedReplicas": _sum([new] if new else [], "replicas"),
        "readyReplicas": _sum(sets, "readyReplicas"),
        "availableReplicas": _sum(sets, "availableReplicas"),
        "unavailableReplicas": max(0, _wanted(sets) - _sum(sets, "availableReplicas")),
    }
    return {key: value for key, value in numbers.items() if value}


def with_status(deployment: Object, new: Object | None, sets: Sequence[Object], now: datetime) -> Object:
    """The deployment with its status as it is now."""
    old = at(deployment, "status", {})
    numbers = counted(deployment, new, sets)
    told = changed(deployment, "status", {**numbers, "conditions": old.get("conditions", [])})
    told = _set(told, _availability(deployment, numbers), now)
    progress = _progress(deployment, new, numbers, old, now)
    return _set(told, progress, now) if progress else told


def is_complete(deployment: Object, numbers: Object) -> bool:
    """Whether all pods that are wanted are new and available, and no others are left."""
    wanted = at(deployment, "spec.replicas", 1)
    same = ("updatedReplicas", "replicas", "availableReplicas")
    return all(numbers.get(each, 0) == wanted for each in same)


def seconds_left(deployment: Object, now: datetime) -> float | None:
    """Seconds until a rollout that makes no progress counts as failed; None when it cannot."""
    deadline = at(deployment, "spec.progressDeadlineSeconds")
    told = condition(deployment, "Progressing")
    if deadline is None or told is None or told.get("reason") in (AVAILABLE, TIMED_OUT, "DeploymentPaused"):
        return None
    since = moment(told.get("lastUpdateTime") or timestamp(now))
    return float(deadline - (now - since).total_seconds())


def _availability(deployment: Object, numbers: Object) -> Object:
    least = at(deployment, "spec.replicas", 1) - _unavailable(deployment)
    if numbers.get("availableReplicas", 0) >= least:
        return _condition(
            "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability."
        )
    message = "Deployment does not have minimum availability."
    return _condition("Available", "False", "MinimumReplicasUnavailable", message)


def _unavailable(deployment: Object) -> int:
    if at(deployment, "spec.strategy.type") == "Recreate":
        return 0
    return rollout.room(deployment).unavailable


def _progress(
    deployment: Object, new: Object | None, numbers: Object, old: Object, now: datetime
) -> Object | None:
    if at(deployment, "spec.progressDeadlineSeconds") is None:
        return None
    told = condition(deployment, "Progressing")
    if at(deployment, "spec.paused"):
        return _condition("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused")
    if told is not None and told.get("reason") == "DeploymentPaused":
        return _condition("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed")
    if new is None:
        return None
    named = f'ReplicaSet "{name(new)}"'
    if is_complete(deployment, numbers):
        return _condition("Progressing", "True", AVAILABLE, f"{named} has successfully progressed.")
    if told is None:
        message = f'Created new replica set "{name(new)}"'
        return _condition("Progressing", "True", "NewReplicaSetCreated", message)
    if told.get("reason") == AVAILABLE and not _is_another(told, new) and not _mixed(numbers):
        return None  # it is only being scaled
    if _went_on(numbers, old) or _is_another(told, new):
        return _condition("Progressing", "True", "ReplicaSetUpdated", f"{named} is progressing.") | _now(now)
    left = seconds_left(deployment, now)
    if left is not None and left <= 0:
        return _condition("Progressing", "False", TIMED_OUT, f"{named} has timed out progressing.")
    return None


def _went_on(numbers: Object, old: Object) -> bool:
    """Whether anything got better: more new pods, fewer old ones, more ready or available."""

    def change(field: str) -> int:
        return int(numbers.get(field, 0)) - int(old.get(field, 0))

    older = (numbers.get("replicas", 0) - numbers.get("updatedReplicas", 0)) - (
        old.get("replicas", 0) - old.get("updatedReplicas", 0)
    )
    return (
        change("updatedReplicas") > 0
        or change("readyReplicas") > 0
        or change("availableReplicas") > 0
        or older < 0
    )


def _mixed(numbers: Object) -> bool:
    return bool(numbers.get("replicas", 0) != numbers.get("updatedReplicas", 0))


def _is_another(told: Mapping[str, Any], new: Object) -> bool:
    return name(new) not in told.get("message", "")


def _set(deployment: Object, new: Object, now: datetime) -> Object:
    """Set a condition with the time of its last change, which counts any change and not only transitions."""
    old = condition(deployment, new["type"]) or {}
    same = all(old.get(key) == value for key, value in new.items())
    if same:
        return deployment
    return with_condition(deployment, {"lastUpdateTime": timestamp(now), **new}, now)


def _now(now: datetime) -> Object:
    return {"lastUpdateTime": timestamp(now)}


def _condition(kind: str, status: str, reason: str, message: str) -> Object:
    return {"type": kind, "status": status, "reason": reason, "message": message}


def _sum(sets: Sequence[Object], field: str) -> int:
    return sum(at(each, f"status.{field}", 0) for each in sets)


def _wanted(sets: Sequence[Object]) -> int:
    return sum(rollout.size(each) for each in sets)
