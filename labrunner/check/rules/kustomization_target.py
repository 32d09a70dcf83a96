"""LAB204: a `kustomization` fence names a file or an object that is not there."""

from collections.abc import Iterator
from pathlib import Path

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.references import kustomizations
from labrunner.check.rule import Example, PageRule

EXPLANATION = """
A `kustomization` fence holds two lines: a file of the workspace, and the object in it, as `Kind/name`. The
site shows what the file changes in that object; it cannot when one of them is not there.

**Instead**, name a file by its path below `modules/` or below the workspace, and the `kind` and
`metadata.name` of an object in it.
"""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield files and objects that are not there."""
    for _, file, target in kustomizations(page):
        name = file.text.strip()
        path = lab.named(name)
        if path is None:
            yield page.found(
                file.span, f"there is no file {name!r} in the workspace; correct its name, or add it"
            )
        elif target is not None and (known := list(_objects(path, lab))) and target.text.strip() not in known:
            listed = ", ".join(sorted(known)[:5])
            fact = f"{name} holds no {target.text.strip()}"
            yield page.found(target.span, f"{fact}; it holds {listed}")


def _objects(path: Path, lab: Lab) -> Iterator[str]:
    """Yield the objects of a file as the fence would name them; none when one of them cannot be told."""
    manifest = lab.manifest(path)
    if manifest is None or manifest.broken or path.name.startswith("kustomization."):
        return
    for one in manifest.objects:
        data = one.data()
        metadata = data.get("metadata") if isinstance(data, dict) else None
        if not isinstance(metadata, dict) or not one.kind or "name" not in metadata:
            return
        yield f"{one.kind}/{metadata['name']}"


RULE = PageRule(
    code="LAB204",
    name="kustomization-target",
    severity="error",
    summary="a kustomization fence names a file or object that is not there",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```kustomization
            modules/web/deployment.yaml
            Deployment/ui
            ```
            """,
            files={"modules/web/deployment.yaml": "kind: Deployment\nmetadata:\n  name: ui\n"},
        ),
    ),
    rejects=(
        Example(
            """
            ```kustomization
            modules/web/deployment.yaml
            Deployment/web
            ```

            ```kustomization
            modules/web/none.yaml
            Deployment/ui
            ```
            """,
            finds=("3:1 Deployment/web", "7:1 modules/web/none.yaml"),
            files={"modules/web/deployment.yaml": "kind: Deployment\nmetadata:\n  name: ui\n"},
        ),
    ),
)
