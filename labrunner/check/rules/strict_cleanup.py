"""LAB601: clean-up that fails at what an earlier failure never made."""

from collections.abc import Iterator

from labrunner.check.applied import verb_of
from labrunner.check.call import Call
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page, PageCommand
from labrunner.check.rule import Example, PageRule
from labrunner.document.model import Span

EXPLANATION = """
Clean-up runs even when a step before it failed. What that step should have made is then not there, and
`kubectl delete` fails with `NotFound`: the clean-up's failure covers up the one that matters, and a reader
who runs it twice sees errors.

Said once a block, at its first such command. Deletions by label or with `--all` do not fail, nor do blocks
with `expectError=true` and commands with `|| true`.

**Instead**, `kubectl delete --ignore-not-found …`.
"""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield the first deletion of each clean-up block that does not bear with what is missing."""
    said = set()
    for command, call in page.calls:
        block = command.block.span
        if command.cleanup and block not in said and _is_strict(command, call):
            said.add(block)
            others = sum(one.block.span == block and _is_strict(one, other) for one, other in page.calls)
            more = f" and {others - 1} more in this block" if others > 1 else ""
            fact = f"this{more} will fail where an earlier step failed and made nothing"
            yield page.found(_delete(call), f"{fact}; write {_line(call)}")


def _is_strict(command: PageCommand, call: Call) -> bool:
    settings = command.block.settings
    if verb_of(call) != "delete" or call.wrapper is not None:
        return False
    if not settings.test or settings.expect_error or call.tolerated or call.flag("--ignore-not-found"):
        return False
    return not call.flag("--all", "-l", "--selector", "--field-selector", "--help", "--raw")


def _delete(call: Call) -> Span:
    return next(word.span for word in call.operands if word.text == "delete")


def _line(call: Call) -> str:
    """Return the call as it should be, shortened where it goes over lines."""
    texts = [word.text for word in call.words]
    at = next(at for at, word in enumerate(call.words) if word.span == _delete(call))
    shown = " ".join([*texts[: at + 1], "--ignore-not-found", *texts[at + 1 :]])
    return shown if "\n" not in shown and len(shown) < 100 else "kubectl delete --ignore-not-found …"


RULE = PageRule(
    code="LAB601",
    name="strict-cleanup",
    severity="warning",
    summary="clean-up fails when what it deletes was never made",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash
            $ kubectl delete pod web
            ```

            ## Clean up

            ```bash
            $ kubectl delete --ignore-not-found=true -f /workspace/modules/web.yaml
            $ kubectl delete pod --all -n web
            $ kubectl delete pods -l app=web
            $ kubectl delete namespace web || true
            $ kubectl -n web get pods
            ```

            ```bash expectError=true
            $ kubectl delete namespace other
            ```
            """,
        ),
    ),
    rejects=(
        Example(
            """
            ## Clean up

            ```bash
            $ kubectl -n web delete pod web
            $ kubectl get pods
            $ envsubst < <(cat /workspace/modules/web.yaml) | kubectl delete -f -
            ```

            ```bash
            $ kubectl delete namespace web
            ```
            """,
            finds=("4:18 delete", "10:11 delete"),
        ),
    ),
)
