"""LAB603: what the clean-up deletes and the lab never applies."""

import difflib
from collections.abc import Iterator

from labrunner.check.applied import Application, applications
from labrunner.check.belongings import named_things, opaque, things_of
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.rule import Example, LabRule

EXPLANATION = """
A clean-up that deletes a file or web address that no page applies mostly names the wrong one, another version
of an address say, and what was really made stays.

Nothing is said where that cannot be known: in labs with scripts, charts or other programs that make things,
where a hook mentions the file, or where one of its objects comes from elsewhere in the lab.

**Instead**, delete what was applied, or take the line out.
"""


def check(lab: Lab) -> Iterator[Found]:
    """Yield deletions of what nothing makes."""
    if not any(command.cleanup for page in lab.checked for command in page.commands) or opaque(lab.pages):
        return
    said, made = _made(lab)
    for page in lab.checked:
        for application in applications(page, lab):
            if not _may_be_told(application) or application.said in said:
                continue
            things = {(thing.kind, thing.name) for thing in things_of(application, page)}
            hooks = "".join(_hooks(page.folder, lab))
            if not things & made and application.said.rpartition("/")[2] not in hooks:
                yield page.found(application.span, _message(application.said, said))


def _made(lab: Lab) -> tuple[set[str], set[tuple[str, str]]]:
    said: set[str] = set()
    made: set[tuple[str, str]] = set()
    for page in lab.pages:
        for application in applications(page, lab):
            if not application.deletes:
                said.add(application.said)
                made.update((thing.kind, thing.name) for thing in things_of(application, page))
        for _, call in page.calls:
            made.update((thing.kind, thing.name) for thing in named_things(call, "create"))
    return said, made


def _may_be_told(application: Application) -> bool:
    deletes = application.deletes and application.command.cleanup and application.command.runs
    told = application.known or bool(application.address)
    return deletes and told and not application.here and "$" not in application.said


def _hooks(folder: object, lab: Lab) -> Iterator[str]:
    for page in lab.pages:
        if page.folder == folder:
            names = {block.settings.hook for block in page.document.blocks if block.settings.hook}
            yield from (lab.files.text(lab.hook(page, name)) or "" for name in (*names, "suite"))


def _message(said: str, known: set[str]) -> str:
    near = difflib.get_close_matches(said, known, n=1, cutoff=0.8)
    remedy = f"did you mean {near[0]}?" if near else "delete what was applied, or take this out"
    return f"nothing in the lab applies {said}; {remedy}"


RULE = LabRule(
    code="LAB603",
    name="never-applied",
    severity="warning",
    summary="the clean-up deletes something that the lab never made",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash hook=web
            $ kubectl create namespace shop
            $ kubectl apply -f https://example.com/v1/deploy.yaml
            ```

            ## Clean up

            ```bash
            $ kubectl delete --ignore-not-found -f https://example.com/v1/deploy.yaml
            $ kubectl delete --ignore-not-found -f /workspace/modules/shop.yaml
            $ kubectl delete --ignore-not-found -f /workspace/modules/by-hook.yaml
            ```
            """,
            files={
                "modules/shop.yaml": "kind: Namespace\nmetadata: {name: shop}\n",
                "modules/by-hook.yaml": "kind: Namespace\nmetadata: {name: other}\n",
                "content/tests/hook-web.sh": "kubectl apply -f /workspace/modules/by-hook.yaml\n",
            },
        ),
        Example(
            """
            ```bash
            $ helm install web ./web
            ```

            ## Clean up

            ```bash
            $ kubectl delete --ignore-not-found -f https://example.com/v1/deploy.yaml
            ```
            """,
        ),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ kubectl apply -f https://example.com/v2/deploy.yaml
            ```

            ## Clean up

            ```bash
            $ kubectl delete --ignore-not-found -f https://example.com/v1/deploy.yaml
            ```
            """,
            finds=("8:40 https://example.com/v1/deploy.yaml",),
        ),
    ),
)
