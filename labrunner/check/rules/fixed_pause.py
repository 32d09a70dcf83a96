"""LAB303: a fixed pause behind something whose readiness kubectl can wait for."""

from collections.abc import Iterator
from typing import Any

from labrunner.check.applied import applications, variables_of
from labrunner.check.call import Call
from labrunner.check.durations import coreutils_seconds
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page, PageCommand
from labrunner.check.rule import Example, PageRule
from labrunner.document.model import Block

EXPLANATION = """
A pause of 30 seconds is too short on a slow day and a waste on every other. `kubectl` knows when a workload
is ready, and says what is wrong when it never is.

Reported are `sleep` and a block's `wait=` right behind a command that makes or changes a workload that is
known by name: `kubectl apply -f` of a deployment, daemon set, stateful set, job or pod, `kubectl rollout
restart`, `kubectl scale`, `kubectl set image`, `kubectl create deployment`. Pauses in loops, pauses of
under five seconds, and those with a wait for the workload already behind or in front of them are left
alone.

**Instead**, put the line that the message names where the pause is.
"""

SHORTEST = 5.0
"""Seconds below which a pause is not worth a word."""
ROLLED = {"deployment": "deployment", "deploy": "deployment", "deployments": "deployment"}
ROLLED |= {"daemonset": "daemonset", "ds": "daemonset", "statefulset": "statefulset", "sts": "statefulset"}
KINDS = {"Deployment": "deployment", "DaemonSet": "daemonset", "StatefulSet": "statefulset"}


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield pauses for which there is a better line."""
    for block in page.document.blocks:
        pauses = block.settings.wait >= SHORTEST or any("sleep" in one.text for one in block.commands)
        if not block.settings.test or not pauses:
            continue
        commands = [command for command in page.commands if command.block is block]
        calls = [(command, call) for command in commands for call in command.calls]
        yield from _sleeps(page, lab, calls)
        yield from _wait(page, lab, block, calls)


def _sleeps(page: Page, lab: Lab, calls: list[tuple[PageCommand, Call]]) -> Iterator[Found]:
    line = ""
    for at, (_, call) in enumerate(calls):
        if call.program == "sleep" and line and not call.within and not call.background:
            seconds = coreutils_seconds(call.positional[0]) if call.positional else None
            if seconds is not None and seconds >= SHORTEST and not any(_waits(one) for _, one in calls[at:]):
                yield page.found(call.span, _message("sleep", line))
        elif _waits(call):
            line = ""
        else:
            line = _line(page, lab, call) or line


def _wait(page: Page, lab: Lab, block: Block, calls: list[tuple[PageCommand, Call]]) -> Iterator[Found]:
    if block.settings.wait < SHORTEST or any(_waits(call) or call.program == "sleep" for _, call in calls):
        return
    lines = [line for _, call in calls if (line := _line(page, lab, call))]
    span = next((one.span for one in block.attributes if one.name == "wait"), None)
    if lines and span is not None:
        yield page.found(span, _message(f"wait={block.settings.wait:g}", lines[-1]))


def _message(pause: str, line: str) -> str:
    return f"a fixed {pause} is too short or too long; wait until it is ready with `{line}`"


def _waits(call: Call) -> bool:
    return (call.program == "kubectl" and call.positional[:1] == ("wait",)) or call.is_call_of(
        "kubectl", "rollout", "status"
    )


def _line(page: Page, lab: Lab, call: Call) -> str:
    """Return the command that waits for what a call has made; empty when that cannot be told."""
    if call.program != "kubectl" or call.wrapper is not None:
        return ""
    given = call.option("-n", "--namespace")
    namespace = given[0] if given else ""
    return _applied(page, lab, call, namespace) or _named(call, namespace)


def _applied(page: Page, lab: Lab, call: Call, namespace: str) -> str:
    for application in applications(page, lab):
        if application.call is call and not application.deletes and not application.kustomized:
            for manifest in application.manifests:
                for one in manifest.objects:
                    data = one.data(variables_of(application, page.declaration))
                    if line := _line_for(one.kind, data, namespace):
                        return line
    return ""


def _line_for(kind: str, data: Any, namespace: str) -> str:
    metadata = data.get("metadata") if isinstance(data, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if not isinstance(name, str) or "$" in name or not isinstance(metadata, dict):
        return ""
    namespace = namespace or str(metadata.get("namespace") or "")
    if kind in KINDS:
        return _rollout(KINDS[kind], name, namespace)
    if kind in ("Pod", "Job"):
        condition = "Ready" if kind == "Pod" else "Complete"
        return f"kubectl wait --for=condition={condition} {kind.lower()}/{name}{_in(namespace)} --timeout=60s"
    return ""


def _named(call: Call, namespace: str) -> str:
    """Return the line for a workload that the call names itself."""
    words = call.positional
    if words[:2] in (("rollout", "restart"), ("set", "image"), ("rollout", "undo"), ("create", "deployment")):
        rest = words[1:] if words[0] == "create" else words[2:]
    elif words[:1] == ("scale",) and "--replicas=0" not in {word.text for word in call.own}:
        rest = words[1:]
    else:
        return ""
    kind, slash, name = rest[0].partition("/") if rest else ("", "", "")
    if not slash and len(rest) > 1:
        name = rest[1]
    if kind not in ROLLED or not name or "$" in name:
        return ""
    return _rollout(ROLLED[kind], name, namespace)


def _rollout(kind: str, name: str, namespace: str) -> str:
    return f"kubectl rollout status {kind}/{name}{_in(namespace)} --timeout=60s"


def _in(namespace: str) -> str:
    return f" -n {namespace}" if namespace else ""


RULE = PageRule(
    code="LAB303",
    name="fixed-pause",
    severity="warning",
    summary="a fixed pause stands where kubectl could wait",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash wait=30
            $ kubectl apply -f /workspace/modules/config.yaml
            ```

            ```bash
            $ kubectl apply -f /workspace/modules/web.yaml
            $ kubectl rollout status deployment/web
            $ sleep 30
            ```

            ```bash
            $ kubectl scale deployment/web --replicas=0
            $ sleep 30
            $ kubectl rollout restart deployment/web
            $ until curl -s web; do sleep 10; done
            $ sleep 2
            ```

            ```bash test=false wait=60
            $ kubectl rollout restart deployment/web
            ```

            ```bash
            $ kubectl rollout restart deployment/web
            $ sleep 10
            $ kubectl wait --for=condition=Available deployment/web
            ```
            """,
            files={
                "modules/config.yaml": "kind: ConfigMap\nmetadata: {name: web}\n",
                "modules/web.yaml": "kind: Deployment\nmetadata: {name: web}\n",
            },
        ),
    ),
    rejects=(
        Example(
            """
            ```bash timeout=90
            $ kubectl apply -f /workspace/modules/web.yaml
            $ sleep 30
            ```
            """,
            finds=("3:3 sleep 30",),
            files={"modules/web.yaml": "kind: Deployment\nmetadata: {name: web, namespace: shop}\n"},
        ),
        Example(
            """
            ```bash wait=1m timeout=60
            $ kubectl -n shop scale deploy web --replicas=3
            ```

            ```bash wait=30
            $ envsubst < /workspace/modules/pod.yaml | kubectl apply -f -
            ```
            """,
            finds=("1:9 wait=1m", "5:9 wait=30"),
            files={"modules/pod.yaml": "kind: Pod\nmetadata:\n  name: web\n"},
        ),
    ),
)
