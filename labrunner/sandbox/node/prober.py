"""A container's probes while it runs: when to probe, and how many verdicts make a change."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from labrunner.sandbox.clock import Clock
from labrunner.sandbox.node.probes import Subject, probe

Name = Literal["startup", "readiness", "liveness"]


@dataclass(frozen=True, slots=True)
class Effects:
    """What verdicts lead to."""

    started: Callable[[], None]
    """The startup probe has succeeded."""
    ready: Callable[[bool], None]
    """The readiness probe has changed its mind."""
    unwell: Callable[[Name], None]
    """The liveness or startup probe has failed too often."""
    failed: Callable[[Name, str], None]
    """A probe has failed once; its name and what it said."""


async def watch(container: Mapping[str, Any], subject: Subject, effects: Effects, clock: Clock) -> None:
    """Probe a container that was just started, until cancelled."""
    startup = container.get("startupProbe")
    if startup and not await _started(startup, subject, effects, clock):
        effects.unwell("startup")
        return
    effects.started()
    tasks = [
        asyncio.create_task(_keep(name, container[f"{name}Probe"], subject, effects, clock))
        for name in ("readiness", "liveness")
        if container.get(f"{name}Probe")
    ]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


async def _started(what: Mapping[str, Any], subject: Subject, effects: Effects, clock: Clock) -> bool:
    """Probe until it succeeds; false if it failed too often before."""
    await clock.sleep(what.get("initialDelaySeconds") or 0)
    failures = 0
    while True:
        verdict = await probe(what, subject, timeout=_timeout(what))
        if verdict.passed:
            return True
        effects.failed("startup", verdict.output)
        failures += 1
        if failures >= (what.get("failureThreshold") or 3):
            return False
        await clock.sleep(what.get("periodSeconds") or 10)


async def _keep(
    name: Name, what: Mapping[str, Any], subject: Subject, effects: Effects, clock: Clock
) -> None:
    """Probe for as long as the container runs."""
    await clock.sleep(what.get("initialDelaySeconds") or 0)
    in_a_row, last = 0, None
    while True:
        verdict = await probe(what, subject, timeout=_timeout(what))
        in_a_row = in_a_row + 1 if verdict.passed == last else 1
        last = verdict.passed
        if not verdict.passed:
            effects.failed(name, verdict.output)
        wanted = what.get("successThreshold") or 1 if verdict.passed else what.get("failureThreshold") or 3
        if in_a_row >= wanted:
            if name == "readiness":
                effects.ready(verdict.passed)
            elif not verdict.passed:
                effects.unwell(name)
                return
        await clock.sleep(what.get("periodSeconds") or 10)


def _timeout(what: Mapping[str, Any]) -> float:
    return float(what.get("timeoutSeconds") or 1)
