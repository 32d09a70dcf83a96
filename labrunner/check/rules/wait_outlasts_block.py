"""LAB301: a wait inside a block that may take as long as the block, or longer."""

from collections.abc import Iterator

from labrunner.check.call import Call
from labrunner.check.durations import coreutils_seconds, go_seconds, words
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule
from labrunner.document.model import Span

EXPLANATION = """
A command that waits has a limit of its own: `kubectl wait --timeout=5m`. The block around it has one, too:
`timeout=300`, or 120 seconds when it names none. When the inner limit is not the shorter one, the block is
stopped first: the reader of the report learns that a block took too long, and never sees what the command
would have said about what it was waiting for.

Looked at are `kubectl` with `--timeout`, `kubectl rollout status` among them, `helm --timeout`,
`curl --max-time`, `timeout`, and `aws eks wait` in a block without a limit of its own. Blocks with
`test=false` are not looked at, nor is what runs in the background.

**Instead**, give the block a minute more than its longest wait, or wait less.
"""

AWS_WAITS = {
    "cluster-active": 1200.0,
    "cluster-deleted": 1200.0,
    "nodegroup-active": 2400.0,
    "nodegroup-deleted": 2400.0,
    "addon-active": 600.0,
    "addon-deleted": 600.0,
    "fargate-profile-active": 600.0,
    "fargate-profile-deleted": 1200.0,
}
"""Seconds after which `aws eks wait NAME` gives up, from botocore's waiters (delay times attempts)."""

MARGIN = 60.0
"""Seconds that a block is advised to have beyond its longest wait."""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield every inner limit that is not shorter than its block's."""
    for command, call in page.calls:
        settings = command.block.settings
        if not command.runs or call.background:
            continue
        limit = settings.timeout or lab.timeout
        for seconds, span in _limits(call, has_limit=settings.timeout is not None):
            if seconds >= limit:
                yield page.found(
                    span,
                    f"this may wait {words(seconds)}, but its block is stopped after {words(limit)}; "
                    f"give the block timeout={seconds + MARGIN:g}, or wait less",
                )


def _limits(call: Call, *, has_limit: bool) -> Iterator[tuple[float, Span]]:
    if call.program in ("kubectl", "helm") and (given := call.option("--timeout")):
        if (seconds := go_seconds(given[0])) is not None:
            yield seconds, given[1]
    elif call.program == "curl" and (given := call.option("--max-time", "-m")):
        if (seconds := coreutils_seconds(given[0])) is not None:
            yield seconds, given[1]
    elif call.program == "timeout" and (word := next(iter(call.operands), None)):
        if (seconds := coreutils_seconds(word.text)) is not None:
            yield seconds, word.span
    elif call.is_call_of("aws", "eks", "wait") and not has_limit:
        for word in call.operands[2:3]:
            if word.text in AWS_WAITS:
                yield AWS_WAITS[word.text], word.span


RULE = PageRule(
    code="LAB301",
    name="wait-outlasts-block",
    severity="warning",
    summary="a wait is not shorter than the limit of its block",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example("""
            ```bash timeout=360
            $ kubectl -n aiml wait --for=condition=Ready --timeout=5m pod/compiler
            ```
        """),
        Example("""
            ```bash test=false
            $ kubectl rollout status deployment/web --timeout 10m
            ```
        """),
        Example("""
            ```bash
            $ kubectl wait --for=condition=Ready --timeout=$PATIENCE pod/web
            $ timeout 10s kubectl get pods --watch | head
            $ timeout 1h kubectl port-forward service/web 8080:80 &
            ```
        """),
        Example("""
            ```bash timeout=1500
            $ aws eks wait nodegroup-active --cluster-name lab --nodegroup-name extra
            ```
        """),
    ),
    rejects=(
        Example(
            """
            ```bash timeout=300
            $ kubectl -n aiml wait --for=condition=Ready --timeout=5m pod/compiler
            ```
            """,
            finds=("2:46 --timeout=5m",),
        ),
        Example(
            """
            1. Wait:

               ```bash
               $ kubectl rollout status deployment/web \\
                   --timeout 1m60s
               $ helm upgrade web ./web --wait --timeout=3m && echo done
               $ curl --max-time 120 https://example.com
               $ timeout -k 5 3m kubectl get pods
               $ aws eks wait addon-active --addon-name x --cluster-name lab
               ```
            """,
            finds=(
                "5:8 --timeout 1m60s",
                "6:36 --timeout=3m",
                "7:11 --max-time 120",
                "8:19 3m",
                "9:19 addon-active",
            ),
        ),
    ),
)
