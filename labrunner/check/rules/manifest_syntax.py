"""LAB501: a manifest that is not YAML."""

from collections.abc import Iterator

from labrunner.check.applied import applications
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.rule import Example, LabRule

EXPLANATION = """
`kubectl` refuses a file that is not YAML as a whole, and what it says of the place is often a line or two
off. Looked at are files that a command applies, creates or deletes, and here-documents that are piped into
`kubectl`.

**Instead**, mend the line: tabs are no indentation in YAML, keys of one mapping begin in the same column, and
text with `: ` or ` #` in it, or that begins with `*`, `&`, `!`, `%`, `@`, stands in quotes.

Templates (with `{{`) are left alone: they become YAML only later.
"""


def check(lab: Lab) -> Iterator[Found]:
    """Yield where manifests stop being YAML."""
    seen = set()
    for page in lab.checked:
        for application in applications(page, lab):
            for manifest in application.manifests:
                broken = manifest.broken
                if broken and not application.address and (manifest.name, broken.span) not in seen:
                    seen.add((manifest.name, broken.span))
                    fact = f"kubectl will refuse this as YAML: {broken.message}"
                    yield Found(manifest.name, broken.span, f"{fact}; mend the line, or one above it")


RULE = LabRule(
    code="LAB501",
    name="manifest-syntax",
    severity="error",
    summary="a manifest that is not YAML",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash
            $ helm template web ./web | kubectl apply -f -
            $ cat values.yaml
            $ kubectl apply -f /workspace/modules/none.yaml
            ```
            """,
        ),
        Example(
            """
            ```bash
            $ cat <<EOF | kubectl apply -f -
            kind: Namespace
            ---
            kind: Namespace
            EOF
            ```
            """,
        ),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ kubectl apply -f /workspace/modules/web.yaml
            $ kubectl delete -f /workspace/modules/web.yaml
            ```
            """,
            finds=("modules/web.yaml:3:12 :",),
            files={"modules/web.yaml": "kind: Namespace\nmetadata:\n  name: web: x\n"},
        ),
        Example(
            """
            - like this:

              ```bash
              $ kubectl apply -f - <<'EOF'
              kind: Namespace
              \tname: x
              EOF
              ```
            """,
            finds=("6:3",),
        ),
    ),
)
