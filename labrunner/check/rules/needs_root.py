"""LAB413: a command that asks for root."""

from collections.abc import Iterator

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule

EXPLANATION = """
`sudo` asks for a password on most machines, and a rehearsal has no root to become: the block fails, or
waits for somebody to type.

What runs inside a pod, behind `kubectl exec … --`, is not looked at.

**Instead**, put programs into a folder of the reader's own, `~/.local/bin`; say `test=false` where root is
really needed.
"""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield every `sudo`."""
    for command, call in page.calls:
        if command.runs and call.program in ("sudo", "su") and call.words:
            fact = f"{call.program} needs root, which readers and rehearsals may lack"
            yield page.found(call.words[0].span, f"{fact}; do without, or add test=false")


RULE = PageRule(
    code="LAB413",
    name="needs-root",
    severity="warning",
    summary="a command asks for root",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example("""
            ```bash
            $ kubectl exec web -- sudo ls
            $ echo sudo
            ```

            ```bash test=false
            $ sudo yum install jq
            ```
        """),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ curl -sLO https://example.com/tool && sudo mv tool /usr/local/bin
            ```
            """,
            finds=("2:41 sudo",),
        ),
    ),
)
