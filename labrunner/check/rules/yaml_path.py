"""LAB203: a `::yaml` line names a file, or a path in it, that is not there."""

import re
from collections.abc import Iterator
from typing import Any

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.manifest import Manifest
from labrunner.check.page import Page
from labrunner.check.references import directives
from labrunner.check.rule import Example, PageRule

EXPLANATION = """
`::yaml{file="…" paths="spec.replicas,spec.template.spec.containers.0"}` shows a file and points at parts of
it. The file has to be in the workspace, and every dotted path has to lead to a value: keys, and numbers
from 0 for the items of a list. In a file of several documents a path may begin with the number of its
document.

**Instead**, correct the name or the path. A dot inside of a key is written `\\.`.
"""

_DOT = re.compile(r"(?<!\\)\.")


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield names and paths that lead nowhere."""
    for directive in directives(page):
        path = lab.named(directive.file)
        if path is None:
            message = (
                f"there is no file {directive.file!r} in the workspace; correct its name, or add the file"
            )
            yield page.found(directive.file_span, message)
            continue
        manifest = lab.manifest(path)
        # A file that is not YAML is for another rule to report.
        if manifest is None or manifest.broken:
            continue
        for name, span in directive.paths:
            if (step := _first_missing(manifest, name)) is not None:
                fact = f"{directive.file} has no {name!r}: nothing is at {step!r}"
                yield page.found(span, f"{fact}; correct the path")


def _first_missing(manifest: Manifest, name: str) -> str | None:
    """Return the path up to the first step that leads nowhere; `None` when all do."""
    steps = [step.replace("\\.", ".") for step in _DOT.split(name)]
    documents = [one.data() for one in manifest.objects]
    if not documents:
        return steps[0]
    missing = [_walk(document, steps) for document in documents]
    if steps[0].isdigit() and int(steps[0]) < len(documents):
        missing.append(_walk(documents[int(steps[0])], steps[1:]) and steps[0])
    return None if None in missing else missing[0]


def _walk(value: Any, steps: list[str]) -> str | None:
    for at, step in enumerate(steps):
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and (key := _key(value, step)) is not None:
            value = value[key]
        else:
            return ".".join(steps[: at + 1])
    return None


def _key(value: dict[Any, Any], step: str) -> Any:
    return next((key for key in value if str(key) == step), None)


RULE = PageRule(
    code="LAB203",
    name="yaml-path",
    severity="error",
    summary="a ::yaml line names a file or a path in it that is not there",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ::yaml{file="modules/web.yaml" paths="spec.containers.0.image,metadata.annotations.a\\.b,1.kind"}

            1. In a list:

               ::yaml{file='web.yaml'}
            """,
            files={
                "modules/web.yaml": """\
                    metadata: {annotations: {a.b: c}}
                    spec:
                      containers:
                      - image: nginx
                    ---
                    kind: Service
                    """,
            },
        ),
        Example('```md\n::yaml{file="none.yaml"}\n```'),
    ),
    rejects=(
        Example(
            """
            ::yaml{file="web.yaml" paths="spec.replicas, spec.containers.1"}
            """,
            finds=("1:31 spec.replicas", "1:46 spec.containers.1"),
            files={"modules/web.yaml": "spec:\n  containers:\n  - image: nginx\n"},
        ),
        Example('Words.\n\n::yaml{file="none.yaml"}', finds=("3:14 none.yaml",)),
    ),
)
