"""Nodes: machines that run pods. Who runs them is for the node and control sides."""

from collections.abc import Iterator
from datetime import datetime

from labrunner.sandbox import causes
from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.cells import AGE, NONE, UNKNOWN, field
from labrunner.sandbox.kinds.kind import NAME, Behaviour, Column
from labrunner.sandbox.objects import Object, at, condition, labels

ROLE = "node-role.kubernetes.io/"
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


def _status(obj: Object, now: datetime) -> str:
    ready = condition(obj, "Ready")
    words = {"Unset": "Unknown", "True": "Ready"}
    word = words.get("Unset" if ready is None else ready["status"], "NotReady")
    return f"{word},SchedulingDisabled" if at(obj, "spec.unschedulable") else word


def _roles(obj: Object, now: datetime) -> str:
    found = set()
    for key, value in labels(obj).items():
        if key.startswith(ROLE) and len(key) > len(ROLE):
            found.add(key.removeprefix(ROLE))
        elif key == "kubernetes.io/role" and value:
            found.add(value)
    return ",".join(sorted(found)) or NONE


def _address(kind: str) -> Column:
    def cell(obj: Object, now: datetime) -> str:
        found = [each["address"] for each in at(obj, "status.addresses", ()) if each.get("type") == kind]
        return found[0] if found else NONE

    return Column(kind[:8] + "-IP", cell, priority=1)


def _default(draft: Object) -> None:
    status = draft.get("status")
    if status and "allocatable" not in status and status.get("capacity"):
        status["allocatable"] = dict(status["capacity"])


def _prepare(draft: Object, old: Object | None) -> None:
    draft.setdefault("spec", {})


def _causes(obj: Object, old: Object | None) -> Iterator[Cause]:
    seen = set()
    for place, taint in enumerate(at(obj, "spec.taints", ())):
        where = f"metadata.taints[{place}]"
        if taint.get("effect") not in EFFECTS:
            yield causes.unsupported(f"{where}.effect", taint.get("effect", ""), EFFECTS)
        if (same := (taint.get("key"), taint.get("effect"))) in seen:
            yield causes.duplicate(where, taint)
        seen.add(same)
    if old is not None:
        before, after = at(old, "spec.providerID", ""), at(obj, "spec.providerID", "")
        if before and before != after:
            yield causes.forbidden(
                "spec.providerID", 'node updates may not change providerID except from "" to valid'
            )


NODE = Behaviour(
    columns=(
        NAME,
        Column("Status", _status),
        Column("Roles", _roles),
        AGE,
        field("Version", "status.nodeInfo.kubeletVersion"),
        _address("InternalIP"),
        _address("ExternalIP"),
        field("OS-Image", "status.nodeInfo.osImage", UNKNOWN, priority=1),
        field("Kernel-Version", "status.nodeInfo.kernelVersion", UNKNOWN, priority=1),
        field("Container-Runtime", "status.nodeInfo.containerRuntimeVersion", UNKNOWN, priority=1),
    ),
    default=_default,
    prepare=_prepare,
    validate=_causes,
    status_on_create=True,
    fields={"spec.unschedulable": lambda obj: "true" if at(obj, "spec.unschedulable") else "false"},
    fidelity="emulated",
)
