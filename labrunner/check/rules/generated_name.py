"""LAB412: a command with a name that a cluster or cloud made up, once, for somebody else."""

import re
from collections.abc import Iterator
from dataclasses import replace

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule

EXPLANATION = """
Pods of a deployment, nodes, instances and subnets get their names when they are made. A command that holds
such a name worked for its author, and works for nobody else.

Recognised are the ends that a ReplicaSet gives its pods (`web-7d4b9c6f5d-x2k8p`; they leave out vowels and
the digits 0, 1 and 3), host names of EC2 nodes (`ip-10-42-1-7.us-west-2.compute.internal`), and identifiers
such as `i-0123456789abcdef0`. Names that the page, its files or its declared environment mention elsewhere
are left alone, and so is a number that only stands for one, `subnet-00000000000000001`.

**Instead**, ask for it: `deployment/web`, `-l app=web`, or a variable that takes it from `kubectl get … -o
jsonpath=…`.
"""

_SAFE = "bcdfghjklmnpqrstvwxz2456789"
_POD = re.compile(rf"(?<![\w-])[a-z][a-z0-9-]*-(?=[{_SAFE}]*\d)[{_SAFE}]{{8,10}}-[{_SAFE}]{{5}}(?![\w-])")
_NODE = re.compile(r"(?<![\w-])ip-\d{1,3}(?:-\d{1,3}){3}\.[a-z0-9.-]*internal\b")
_CLOUD = re.compile(
    r"(?<![\w-])(?:i|vpc|subnet|sg|vol|eni|fs|rtb|igw|lt|snap)-(?=[0-9a-f]*[1-9a-f])[0-9a-f]{17}\b"
)
_PROGRAMS = ("kubectl", "aws", "eksctl", "helm")


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield names that the reader will not have."""
    for command, call in page.calls:
        if call.program not in _PROGRAMS or not command.runs:
            continue
        for word in call.arguments:
            found = next((one for one in (p.search(word.text) for p in (_POD, _NODE, _CLOUD)) if one), None)
            if found is None or _is_zeros(found[0]) or found[0] in page.declaration.variables.values():
                continue
            quoted = int(word.span.end_column - word.span.column > len(word.text))
            start = word.span.column + found.start() + quoted
            span = replace(word.span, column=start, end_column=start + len(found[0]))
            message = f"{found[0]} is a name that was made up for one run; {_advice(found[0])}"
            yield page.found(span, message)


def _is_zeros(name: str) -> bool:
    return "00000000" in name


def _advice(name: str) -> str:
    if _POD.fullmatch(name):
        owner = name.rsplit("-", 2)[0]
        return f"use deployment/{owner}, or ask for it by a label"
    return "take it from a variable that a command sets"


RULE = PageRule(
    code="LAB412",
    name="generated-name",
    severity="error",
    summary="a command depends on a generated name",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash
            $ kubectl logs deployment/web
            web-7d4b9c6f5d-x2k8p is what it prints
            $ kubectl logs web-frontend-green
            $ kubectl get pod cluster-bootstrapper-seven
            $ aws ec2 describe-subnets --subnet-ids subnet-00000000000000001 $SUBNET
            $ aws ec2 describe-instances --instance-ids i-0abc
            ```

            ```bash test=false
            $ kubectl logs web-7d4b9c6f5d-x2k8p
            ```
            """
        ),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ kubectl logs web-7d4b9c6f5d-x2k8p
            ```
            """,
            finds=("2:16 web-7d4b9c6f5d-x2k8p",),
        ),
        Example(
            """
            ```bash
            $ kubectl drain "ip-10-42-1-7.us-west-2.compute.internal"
            $ aws ec2 stop-instances --instance-ids=i-0a1b2c3d4e5f60718
            ```
            """,
            finds=("2:18 ip-10-42-1-7.us-west-2.compute.internal", "3:41 i-0a1b2c3d4e5f60718"),
        ),
    ),
)
