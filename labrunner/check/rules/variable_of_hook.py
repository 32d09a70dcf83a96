"""LAB402: a variable that only a hook sets."""

from collections.abc import Iterator

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule
from labrunner.check.variables import (
    declared,
    is_known,
    set_before,
    set_by_hooks,
    sets,
    sets_anything,
    uses,
)

EXPLANATION = """
Hooks are for the rehearsal: a reader never runs them. A variable that a page uses and only a hook sets is not
there for the reader; and not for the rehearsal either, because a hook is a process of its own and takes its
variables with it.

**Instead**, set the variable in the page, where readers see it, or declare it in `lab.toml`.
"""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield the first use of each variable of a hook."""
    hooks = set_by_hooks(page, lab)
    before = set_before(page, lab) if hooks else None
    if before is None:
        return
    names = before | declared(page.declaration)
    for command in page.commands:
        names.update(sets(command.command.text))
        if sets_anything(command):
            return
        for use in uses(command, but=names):
            if use.name in hooks and use.name not in names and not is_known(use.name):
                names.add(use.name)
                fact = f"only hook {hooks[use.name]!r} sets ${use.name}, which readers never run"
                yield page.found(use.span, f"{fact}; set it in the page, or declare it in lab.toml")


RULE = PageRule(
    code="LAB402",
    name="variable-of-hook",
    severity="error",
    summary="a variable is used that only a hook sets",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash hook=nodes
            $ NODE=$(kubectl get nodes -o name | head -1)
            $ echo $NODE $COUNT
            ```
            """,
            files={"content/tests/hook-nodes.sh": "NODE=x\nCOUNT=${COUNT:-3}\ntest $NODE\n"},
        ),
    ),
    rejects=(
        Example(
            """
            ```bash hook=nodes
            $ kubectl describe node $NODE
            $ echo $NODE
            ```
            """,
            finds=("2:25 $NODE",),
            files={"content/tests/hook-nodes.sh": "export NODE=$(kubectl get nodes -o name | head -1)\n"},
        ),
    ),
)
