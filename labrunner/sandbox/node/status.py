"""A pod's status from the states of its containers, in the words of the real kubelet. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from labrunner.sandbox.node.states import ContainerState, Ending, Stage
from labrunner.sandbox.objects import Object, at, condition, timestamp

States = Mapping[str, ContainerState]


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a pod's status is made of."""

    pod: Object
    containers: States
    init: States
    address: str
    """The pod's address; empty before it has one."""
    host: str
    """Its node's address; empty when that is not known."""
    started: datetime | None
    """When the node first saw it."""
    mounted: bool = False
    """Whether its volumes are there and its containers may be made."""
    verdict: tuple[str, str] | None = None
    """Reason and message when the node itself has failed the pod, else `None`."""


def is_sidecar(container: Mapping[str, Any]) -> bool:
    """Whether an init container goes on beside the others."""
    return container.get("restartPolicy") == "Always"


def phase(situation: Situation) -> str:
    """`Pending`, `Running`, `Succeeded` or `Failed`."""
    if situation.verdict is not None:
        return "Failed"
    policy = situation.pod["spec"].get("restartPolicy", "Always")
    if not initialized(situation):
        failed = any(_gave_up(state, policy) for state in _plain_init(situation))
        return "Failed" if failed else "Pending"
    states = list(situation.containers.values())
    if any(state.stage in (Stage.CREATING, Stage.REFUSED) and state.ending is None for state in states):
        return "Pending"
    if policy == "Always" or any(state.stage is not Stage.ENDED for state in states):
        return "Running"
    if all(state.succeeded for state in states):
        return "Succeeded"
    return "Failed" if policy == "Never" else "Running"


def initialized(situation: Situation) -> bool:
    """Whether the pod's own containers may run: init containers are done, sidecars have started."""
    inits = situation.pod["spec"].get("initContainers") or ()
    states = situation.init
    return all(
        states[each["name"]].passed_startup or states[each["name"]].ending is not None
        if is_sidecar(each)
        else states[each["name"]].succeeded
        for each in inits
    )


def status(situation: Situation, now: datetime) -> Object:
    """The whole `status` of the pod."""
    pod = situation.pod
    found: Object = dict(at(pod, "status", {}))
    found["phase"] = phase(situation)
    found["conditions"] = list(conditions(situation, now))
    if situation.host:
        found |= {"hostIP": situation.host, "hostIPs": [{"ip": situation.host}]}
    if situation.address:
        found |= {"podIP": situation.address, "podIPs": [{"ip": situation.address}]}
    if situation.started is not None:
        found["startTime"] = timestamp(situation.started)
    if situation.verdict is not None:
        found["reason"], found["message"] = situation.verdict
    spec = pod["spec"]
    if inits := spec.get("initContainers"):
        plain = {each["name"] for each in inits if not is_sidecar(each)}
        states = {name: _done(state) if name in plain else state for name, state in situation.init.items()}
        found["initContainerStatuses"] = _statuses(inits, states)
    found["containerStatuses"] = _statuses(spec["containers"], situation.containers)
    return found


def conditions(situation: Situation, now: datetime) -> Iterator[Object]:
    """The pod's conditions: ours anew, everyone else's as they are."""
    pod = situation.pod
    ours = dict(_conditions(situation))
    for each in at(pod, "status.conditions", []):
        if each["type"] not in ours:
            yield each
    for kind, why in ours.items():
        value = "False" if why else "True"
        before = condition(pod, kind) or {}
        same = before.get("status") == value
        since = before.get("lastTransitionTime") if same else timestamp(now)
        fresh = {"type": kind, "status": value, "lastProbeTime": None, "lastTransitionTime": since}
        if isinstance(why, tuple):
            fresh |= {key: text for key, text in zip(("reason", "message"), why, strict=True) if text}
        yield fresh


def _conditions(situation: Situation) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """Condition type → why it is false, `None` when it is true."""
    ready = _containers_unready(situation)
    alive = situation.mounted and not _over(situation)
    yield "PodReadyToStartContainers", None if alive else ("", "")
    yield "Initialized", _uninitialized(situation)
    yield "Ready", ready or _gates_closed(situation.pod)
    yield "ContainersReady", ready


def _over(situation: Situation) -> bool:
    return phase(situation) in ("Succeeded", "Failed")


def _containers_unready(situation: Situation) -> tuple[str, str] | None:
    now = phase(situation)
    if now == "Succeeded":
        return "PodCompleted", ""
    if now == "Failed":
        return "PodFailed", ""
    sidecars = [each for each in situation.pod["spec"].get("initContainers") or () if is_sidecar(each)]
    states = [*(situation.init[each["name"]] for each in sidecars), *situation.containers.values()]
    unready = [state.name for state in states if not state.ready]
    if unready:
        return "ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]"
    return None


def _uninitialized(situation: Situation) -> tuple[str, str] | None:
    if initialized(situation):
        return None
    open_ones = [state.name for state in situation.init.values() if not state.succeeded]
    return "ContainersNotInitialized", f"containers with incomplete status: [{' '.join(open_ones)}]"


def _gates_closed(pod: Object) -> tuple[str, str] | None:
    told = []
    for gate in pod["spec"].get("readinessGates") or ():
        kind = gate["conditionType"]
        found = condition(pod, kind)
        if found is None:
            told.append(f'corresponding condition of pod readiness gate "{kind}" does not exist.')
        elif found.get("status") != "True":
            told.append(f'the status of pod readiness gate "{kind}" is not "True", but {found["status"]}')
    return ("ReadinessGatesNotReady", ", ".join(told)) if told else None


def _plain_init(situation: Situation) -> Iterator[ContainerState]:
    for each in situation.pod["spec"].get("initContainers") or ():
        if not is_sidecar(each):
            yield situation.init[each["name"]]


def _gave_up(state: ContainerState, policy: str) -> bool:
    return policy == "Never" and state.stage is Stage.ENDED and not state.succeeded


def _statuses(containers: Sequence[Mapping[str, Any]], states: States) -> list[Object]:
    return [_status(each, states[each["name"]]) for each in containers]


def _status(container: Mapping[str, Any], state: ContainerState) -> Object:
    last = state.before if state.stage is Stage.ENDED else state.ending
    found: Object = {
        "name": state.name,
        "image": container["image"],
        "imageID": state.image_id,
        "restartCount": state.restarts,
        "ready": state.ready,
        "started": state.passed_startup,
        "state": _shown(state),
        "lastState": {"terminated": _terminated(last)} if last else {},
    }
    if state.container:
        found["containerID"] = state.container
    if mounts := container.get("volumeMounts"):
        found["volumeMounts"] = [_mount(each) for each in mounts]
    return found


def _done(state: ContainerState) -> ContainerState:
    """An init container is ready when it is done."""
    return replace(state, ready=state.succeeded)


def _shown(state: ContainerState) -> Object:
    if state.stage is Stage.RUNNING and state.started is not None:
        return {"running": {"startedAt": timestamp(state.started)}}
    if state.stage is Stage.ENDED and state.ending is not None:
        return {"terminated": _terminated(state.ending)}
    waiting = {"reason": state.reason, "message": state.message}
    return {"waiting": {key: text for key, text in waiting.items() if text}}


def _terminated(ending: Ending) -> Object:
    found = {
        "exitCode": ending.code,
        "reason": ending.reason,
        "startedAt": timestamp(ending.started),
        "finishedAt": timestamp(ending.finished),
        "containerID": ending.container,
    }
    return found | ({"message": ending.message} if ending.message else {})


def _mount(mount: Mapping[str, Any]) -> Object:
    found = {"name": mount["name"], "mountPath": mount["mountPath"]}
    if mount.get("readOnly"):
        found |= {"readOnly": True, "recursiveReadOnly": "Disabled"}
    return found
