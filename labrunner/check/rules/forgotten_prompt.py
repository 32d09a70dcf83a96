"""LAB108: a line of promised output that looks like a command whose prompt was forgotten."""

import re
from collections.abc import Iterator

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule
from labrunner.document.model import SourceLine, Span

EXPLANATION = """
What stands below a command is what it prints, up to the next `$ `. A command without its prompt, with the
prompt indented, or without the blank behind it is taken for output: it is never run, and the output of the
command above never matches.

Reported are the first line below a command when it begins with one of the usual programs and a word that is
one of its commands, and any line in which that stands behind a prompt written wrongly. What `helm` prints
as notes, and what `echo`, `cat` and their like print, may well look like that.

**Instead**, begin the command with `$ `.
"""

_COMMAND = re.compile(
    r"kubectl (?:-n \S+ )?(?:get|apply|delete|create|describe|wait|rollout|logs|exec|scale|patch|run|label)\b"
    r"|aws [a-z][a-z0-9-]+ [a-z-]+(?: |$)|helm (?:install|upgrade|repo|uninstall|list) "
    r"|eksctl (?:create|delete|get) |git (?:clone|checkout|add|commit|push) |export [A-Z_]+=|curl -"
    r"|terraform (?:init|apply|destroy)\b"
)
_WRONG = re.compile(rf"(?:\$|\s+\$ )(?:{_COMMAND.pattern})")
_SHOWING = "helm echo cat printf history eksctl curl head tail sed grep kustomize terraform type"
_PRINTERS = frozenset(_SHOWING.split())
"""Programs whose output may be commands."""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield lines of output that are none."""
    for command in page.commands:
        output = command.command.output
        if not output or any(call.program in _PRINTERS for call in command.calls):
            continue
        for line in output:
            if (line is output[0] and _COMMAND.match(line.text)) or _WRONG.match(line.text):
                message = "this looks like a command but is taken for output; begin the line with '$ '"
                yield page.found(_shown(line), message)


def _shown(line: SourceLine) -> Span:
    text = line.text
    start = len(text) - len(text.lstrip())
    return Span(line.number, line.column + start, line.number, line.column + len(text.rstrip()))


RULE = PageRule(
    code="LAB108",
    name="forgotten-prompt",
    severity="warning",
    summary="a line of output looks like a command without its prompt",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example("""
            ```bash
            $ helm status web
            kubectl get pods --namespace web
            $ kubectl get pods
            NAME    READY
               $ echo what a program prints
            kubectl-proxy   1/1
            $ kubectl version
            ...
            kubectl get pods
            ```
        """),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ kubectl apply -f /workspace/modules/web.yaml
            kubectl get pods
            ```
            """,
            finds=("3:1 kubectl get pods",),
        ),
        Example(
            """
            ```bash
            $ kubectl get pods
            NAME    READY
              $ kubectl get nodes
            $kubectl get all
            ```
            """,
            finds=("4:3 $ kubectl get nodes", "5:1 $kubectl get all"),
        ),
    ),
)
