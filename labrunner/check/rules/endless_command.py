"""LAB302: a command that never ends by itself, in a block that is run."""

import re
from collections.abc import Iterator

from labrunner.check.call import Call, Word
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page, PageCommand
from labrunner.check.rule import Example, PageRule

EXPLANATION = """
Some commands go on until somebody presses Ctrl-C: following a log or a list, forwarding a port. In a run
nobody does, so the block is stopped at its limit and fails.

Looked at are `kubectl get --watch`, `kubectl logs --follow` of deployments, services and selectors,
`kubectl port-forward`, `kubectl proxy`, `tail -f`, `watch`, `top`, `ping` without a count, `aws logs tail
--follow`, `stern`. What runs under `timeout` or in the background ends, and so does what is piped into
`head` or `grep -m`. The log of a job or of a single pod ends when it does.

**Instead**, say `test=false` where the reader is to watch; to wait for something, use `kubectl wait` or
`kubectl rollout status`; start a helper with `&`.
"""

_ENDING = re.compile(r"\|\s*(?:(?:head|sed|awk|read|while)\b|grep .*-\w*[mq])")
_ALWAYS = {
    "watch": "watch repeats its command",
    "top": "top goes on",
    "htop": "htop goes on",
    "stern": "stern follows logs",
}


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield commands that only Ctrl-C ends."""
    for command, call in page.calls:
        if command.runs and not _is_bounded(command, call):
            for word, fact in _endless(call):
                message = f"{fact} until Ctrl-C, so this block runs into its limit; add test=false"
                yield page.found(word.span, message)


def _is_bounded(command: PageCommand, call: Call) -> bool:
    outer = call
    while outer.wrapper is not None:
        outer = outer.wrapper
        if outer.program in ("timeout", "nohup", "watch"):
            return True
    if call.background or "loop" in call.within or "function" in call.within:
        return True
    return call.piped and _ENDING.search(command.command.text) is not None


def _endless(call: Call) -> Iterator[tuple[Word, str]]:
    if call.program in _ALWAYS:
        if not (call.program == "top" and (call.flag("-b") or call.flag("-n"))):
            yield call.words[0], _ALWAYS[call.program]
    elif call.program == "kubectl":
        yield from _kubectl(call)
    elif call.program == "tail" and (word := call.flag("-f", "-F", "--follow")):
        yield word, "tail follows the file"
    elif call.program == "ping" and not call.flag("-c", "-w"):
        yield call.words[0], "ping goes on"
    elif call.is_call_of("aws", "logs", "tail") and (word := call.flag("--follow")):
        yield word, "this follows the log"


def _kubectl(call: Call) -> Iterator[tuple[Word, str]]:
    verb = next(iter(call.operands), None)
    if verb is None:
        return
    if verb.text in ("get", "events") and (word := call.flag("-w", "--watch", "--watch-only")):
        if not word.text.endswith("=false"):
            yield word, "this watches for changes"
    elif verb.text == "logs" and (word := call.flag("-f", "--follow")) and _goes_on(call):
        if not word.text.endswith("=false"):
            yield word, "this follows the log"
    elif verb.text in ("port-forward", "proxy"):
        yield verb, f"kubectl {verb.text} goes on"


def _goes_on(call: Call) -> bool:
    """Whether the log is one of something that keeps running."""
    selector = call.option("-l", "--selector")
    if selector:
        return "job" not in selector[0]
    target = next(iter(call.positional[1:]), "")
    return target.partition("/")[0] in _LASTING


_LASTING = ("deploy", "deployment", "deployments", "ds", "daemonset", "sts", "statefulset", "svc", "service")

RULE = PageRule(
    code="LAB302",
    name="endless-command",
    severity="error",
    summary="a command never ends by itself",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example("""
            ```bash test=false
            $ kubectl get pods --watch
            ```

            ```bash
            $ timeout 10s kubectl get pods --watch || true
            $ kubectl port-forward service/web 8080:80 &
            $ kubectl get pods -owide --watch=false
            $ kubectl logs -f job/migrate
            $ kubectl logs -f web-1 | head -5
            $ kubectl get pods --watch | grep -m1 Running
            $ kubectl exec web -- tail -f /dev/null --help
            $ kubectl top pods
            $ while true; do kubectl logs -f deploy/web; done
            $ top -b -n 1
            ```
        """),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ kubectl logs -f -n karpenter deploy/karpenter -c controller
            ```
            """,
            finds=("2:16 -f",),
        ),
        Example(
            """
            ```bash timeout=60
            $ kubectl get pods -n web -w
            $ kubectl -n web port-forward service/web 8080:80
            $ kubectl get pods --watch | grep web
            $ watch -n 5 kubectl get pods
            $ tail -F /var/log/messages
            ```
            """,
            finds=("2:27 -w", "3:18 port-forward", "4:20 --watch", "5:3 watch", "6:8 -F"),
        ),
    ),
)
