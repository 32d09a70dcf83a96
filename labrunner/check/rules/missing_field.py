"""LAB504: a manifest without a field that Kubernetes requires."""

from collections.abc import Iterator

from labrunner.check.applied import applied_objects
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.rule import Example, LabRule
from labrunner.check.schema import misfits

EXPLANATION = """
Some fields have to be there: a deployment's `selector`, a container's `name`. The server refuses an object
without them.

Objects are held against the schemas of Kubernetes 1.32. An object that is applied onto one that the lab made
before may leave fields out, and is not looked at; neither are custom resources and kustomizations.

**Instead**, add the field.
"""


def check(lab: Lab) -> Iterator[Found]:
    """Yield the places where a required field is not."""
    made = set()
    for application, one, data in applied_objects(lab):
        name = _identity(data)
        if name not in made and not application.kustomized:
            for misfit in misfits(data):
                if misfit.sort == "missing":
                    yield Found(one.name, one.span(misfit.path), f"{misfit.fact}; {misfit.remedy}")
        made.add(name)


def _identity(data: object) -> tuple[str, str]:
    if not isinstance(data, dict) or not isinstance(data.get("metadata"), dict):
        return "", ""
    return str(data.get("kind")), str(data["metadata"].get("name"))


_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - image: nginx
"""

RULE = LabRule(
    code="LAB504",
    name="missing-field",
    severity="error",
    summary="a manifest lacks a field that Kubernetes requires",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash
            $ kubectl apply -k /workspace/modules/web
            ```
            """,
            files={
                "modules/web/kustomization.yaml": "resources: [web.yaml]\n",
                "modules/web/web.yaml": _DEPLOYMENT,
            },
        ),
        Example(
            """
            ```bash
            $ kubectl apply -f - <<EOF
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec:
              containers: []
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
            ```
            """,
            finds=("modules/web.yaml:6:3 template", "modules/web.yaml:9:9 image"),
            files={"modules/web.yaml": _DEPLOYMENT},
        ),
    ),
)
