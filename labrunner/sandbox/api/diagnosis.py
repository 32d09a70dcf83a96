"""Why something in the cluster does not work, in plain lines for people. Pure.

Only what explains a failure is said: pods that run and are ready are left out, and so are events of objects
that are well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from labrunner.sandbox.api.unsettled import statuses, titled
from labrunner.sandbox.objects import Object, at, is_deleting, is_true, moment, name, uid

EVENTS = 3
"""Latest events told of one object."""

LONGEST = 600
"""Characters of a line; some messages list every node. What is too much is taken from the middle: the cause
tends to stand at the end of a chain of messages."""

STARTING = 3.0
"""Seconds in which a pod may be on its way without that being worth a word."""


def diagnose(
    *, pods: Sequence[Object], nodes: Sequence[Object], events: Sequence[Object], now: datetime
) -> list[str]:
    """Say what is wrong with pods and nodes.

    Args:
        pods: Those that matter.
        nodes: All of them.
        events: Of the pods' namespaces.
        now: What ages are counted from.
    """
    lines: list[str] = []
    for pod in pods:
        about = [each for each in events if at(each, "involvedObject.uid") == uid(pod)]
        if (why := _pod_trouble(pod)) and not _is_starting(pod, about, now):
            lines += [f"{titled(pod)} {why}", *_details(pod), *_latest(about, now)]
    lines += [
        f"{titled(node)} is not ready{_after_colon(_condition(node, 'Ready'))}"
        for node in nodes
        if not is_true(node, "Ready")
    ]
    if not nodes:
        lines.append("the cluster has no nodes")
    return [_shortened(line) for line in lines]


def _shortened(line: str) -> str:
    tail = LONGEST // 2
    return line if len(line) <= LONGEST else f"{line[: LONGEST - tail - 3]} … {line[-tail:]}"


def _is_starting(pod: Object, events: Iterable[Object], now: datetime) -> bool:
    born = at(pod, "metadata.creationTimestamp")
    if born is None or at(pod, "status.phase", "Pending") != "Pending" or _condition(pod, "PodScheduled"):
        return False
    age = (now - moment(born)).total_seconds()
    return age < STARTING and all(each.get("type") != "Warning" for each in events)


def _pod_trouble(pod: Object) -> str:
    phase = at(pod, "status.phase", "Pending")
    if is_deleting(pod):
        return f"is being deleted (it is {phase})"
    if phase == "Succeeded" or (phase == "Running" and is_true(pod, "Ready")):
        return ""
    if phase == "Running":
        return f"is running but not ready{_after_colon(_condition(pod, 'Ready'))}"
    reason = at(pod, "status.reason", "")
    message = at(pod, "status.message", "") or _condition(pod, "PodScheduled")
    return f"is {phase}{f' ({reason})' if reason else ''}{_after_colon(message)}"


def _condition(obj: Object, kind: str) -> str:
    for each in at(obj, "status.conditions") or ():
        if each.get("type") == kind and each.get("status") != "True":
            return each.get("message") or each.get("reason") or ""
    return ""


def _details(pod: Object) -> Iterator[str]:
    for each in statuses(pod):
        container = f"  container {each['name']}"
        waiting, ended = at(each, "state.waiting"), at(each, "state.terminated")
        last = at(each, "lastState.terminated")
        if waiting:
            yield f"{container} is waiting: {_reason_and_message(waiting)}"
        if ended and ended.get("exitCode"):
            yield f"{container} ended with exit code {ended['exitCode']}: {_reason_and_message(ended)}"
        if last and not ended:
            times, code = each.get("restartCount", 0), last.get("exitCode")
            yield f"{container} was restarted {times} times; it last ended with exit code {code}"


def _reason_and_message(state: Mapping[str, Any]) -> str:
    return ": ".join(filter(None, (state.get("reason", ""), state.get("message", ""))))


def _latest(events: Iterable[Object], now: datetime) -> Iterator[str]:
    # Where there are warnings, what went well explains nothing.
    warnings = [each for each in events if each.get("type") == "Warning"]
    about = sorted(warnings or events, key=lambda each: (_time_of(each), name(each)))
    for each in about[-EVENTS:]:
        kind, message = each.get("type", "Normal"), each.get("message", "").strip()
        yield f"  {_age(_time_of(each), now)}{kind} {each.get('reason', '')}: {message}"


def _time_of(event: Object) -> str:
    times = (at(event, "series.lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime"))
    found = next((each for each in times if each), "")
    return str(found or at(event, "metadata.creationTimestamp", ""))


def _age(text: str, now: datetime) -> str:
    try:
        return f"{max((now - moment(text)).total_seconds(), 0):.0f} s ago: "
    except ValueError:
        return ""


def _after_colon(text: str) -> str:
    return f": {text}" if text else ""
