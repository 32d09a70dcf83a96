"""What a manifest asks to be done just after a container's start and just before its end."""

from collections.abc import Mapping
from typing import Any

from labrunner.sandbox.clock import Clock
from labrunner.sandbox.node.probes import Subject, probe

LONGEST = 3600.0
"""Seconds that a hook may take; its container's grace period usually ends sooner."""


async def run(hook: Mapping[str, Any], subject: Subject, clock: Clock) -> str:
    """Do what `hook` says; return why it failed, empty if it did not."""
    if "sleep" in hook:
        await clock.sleep(hook["sleep"]["seconds"])
        return ""
    verdict = await probe(hook, subject, timeout=LONGEST)
    return "" if verdict.passed else verdict.output or "the command ended with a non-zero exit code"
