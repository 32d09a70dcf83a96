"""LAB602: what the lab applies and its clean-up leaves behind."""

from collections.abc import Iterator, Sequence

from labrunner.check.applied import Application, applications, verb_of
from labrunner.check.belongings import CLUSTER_WIDE, Thing, named_things, opaque, things_of
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, LabRule

EXPLANATION = """
A lab that cleans up should leave nothing behind: what stays costs money, or is in the way of the next lab.
Looked at are folders of pages with a clean-up section that deletes something; what their commands apply from
files, here-documents and web addresses has to be deleted there, by file, by name, or with its namespace.

Nothing is said where that cannot be known: in folders that use scripts, charts or other programs that make or
delete things, delete by label or with `--all`, or where `lab.toml` names clean-up commands; nor about
kustomizations, which mostly change what was there before.

**Instead**, add the deletion to the clean-up: `kubectl delete --ignore-not-found -f …`.
"""


def check(lab: Lab) -> Iterator[Found]:
    """Yield what is never deleted."""
    for _, pages in lab.folders:
        if _cleans_up(pages) and not opaque(pages):
            yield from _left(pages, lab)


def _cleans_up(pages: Sequence[Page]) -> bool:
    deletes = any(
        command.cleanup and verb_of(call) == "delete" for page in pages for command, call in page.calls
    )
    return deletes and not any(page.declaration.cleanup_commands for page in pages)


def _left(pages: Sequence[Page], lab: Lab) -> Iterator[Found]:
    said: set[str] = set()
    gone: set[tuple[str, str]] = set()
    for page in pages:
        for application in applications(page, lab):
            if application.deletes:
                said.add(application.said)
                gone.update((thing.kind, thing.name) for thing in things_of(application, page))
        for _, call in page.calls:
            gone.update((thing.kind, thing.name) for thing in named_things(call, "delete"))
    for page in (page for page in pages if page.checked):
        for application in applications(page, lab):
            if not _is_passed_over(application) and (application.here or application.said not in said):
                left = [thing for thing in things_of(application, page) if not _goes(thing, gone)]
                if left or (application.address and not application.manifests):
                    said.add(application.said)
                    gone.update((thing.kind, thing.name) for thing in left)
                    yield page.found(application.span, _message(application, left))


def _is_passed_over(application: Application) -> bool:
    made = application.known or bool(application.address)
    runs = application.command.runs and not application.command.cleanup
    return application.deletes or application.kustomized or not made or not runs


def _goes(thing: Thing, gone: set[tuple[str, str]]) -> bool:
    if not thing.name or "$" in thing.name + thing.namespace or (thing.kind, thing.name) in gone:
        return True
    return thing.kind not in CLUSTER_WIDE and ("namespace", thing.namespace) in gone


def _message(application: Application, left: Sequence[Thing]) -> str:
    what = ", ".join(thing.said for thing in left[:3]) or "what this makes"
    more = f" and {len(left) - 3} more" if len(left) > 3 else ""
    verb = "is" if len(left) < 2 else "are"
    line = f"-f {application.said}" if application.said != "-" else (left[0].said if left else "…")
    where = f" -n {left[0].namespace}" if application.said == "-" and left and left[0].namespace else ""
    fact = f"{what}{more} {verb} never deleted, though the lab cleans up"
    return f"{fact}; add kubectl delete --ignore-not-found{where} {line}"


_WEB = {"modules/web.yaml": "kind: Pod\nmetadata: {name: web, namespace: shop}\n"}

RULE = LabRule(
    code="LAB602",
    name="never-deleted",
    severity="warning",
    summary="the lab cleans up, and leaves something behind that it made",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash
            $ kubectl apply -f /workspace/modules/web.yaml
            ```
            """,
            files=_WEB,
        ),
        Example(
            """
            ```bash
            $ kubectl create namespace shop
            $ kubectl apply -f /workspace/modules/web.yaml
            $ kubectl apply -f https://example.com/v1/deploy.yaml
            $ kubectl apply -k /workspace/modules/web
            $ cat <<EOF | kubectl apply -f -
            kind: Service
            metadata: {name: front}
            EOF
            ```

            ## Clean up

            ```bash
            $ kubectl delete --ignore-not-found -f https://example.com/v1/deploy.yaml
            $ kubectl delete --ignore-not-found svc/front
            $ kubectl delete --ignore-not-found ns shop
            ```
            """,
            files=_WEB,
        ),
        Example(
            """
            ```bash
            $ kubectl apply -f /workspace/modules/web.yaml
            ```

            ## Clean up

            ```bash
            $ kubectl delete pods --all
            ```
            """,
            files=_WEB,
        ),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ kubectl apply -f /workspace/modules/web.yaml
            $ kubectl -n shop apply -f - <<EOF
            kind: Service
            metadata: {name: front}
            EOF
            $ kubectl apply -f https://example.com/v1/deploy.yaml
            ```

            ## Clean up

            ```bash
            $ kubectl delete pod other
            ```
            """,
            finds=(
                "2:20 /workspace/modules/web.yaml",
                "3:3 kubectl -n shop apply -f -",
                "7:20 https://example.com/v1/deploy.yaml",
            ),
            files=_WEB,
        ),
    ),
)
