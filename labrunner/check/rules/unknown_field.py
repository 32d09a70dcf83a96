"""LAB502: a field in a manifest that Kubernetes does not know."""

from collections.abc import Iterator

from labrunner.check.applied import applied_objects
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.rule import Example, LabRule
from labrunner.check.schema import misfits

EXPLANATION = """
A field that the kind does not have, most often misspelt or indented wrongly. `kubectl apply` refuses it
(`strict decoding error: unknown field`); an old one drops it without a word, and the setting has no effect.

Objects are held against the schemas of Kubernetes 1.32, after `envsubst` if the command uses it. Custom
resources have schemas of their own and are left alone, and so is what lies behind web addresses.

**Instead**, write the field's right name, or move it to where it belongs: `kubectl explain pod.spec` lists
what there is.
"""


def check(lab: Lab) -> Iterator[Found]:
    """Yield the fields that are not in the schema."""
    for _, one, data in applied_objects(lab):
        for misfit in misfits(data):
            if misfit.sort == "unknown":
                span = one.span(misfit.path, key=True)
                yield Found(one.name, span, f"{misfit.fact}; {misfit.remedy}")


_GOOD = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: words
  annotations:
    any.thing/goes: here
data:
  anyKey: too
"""

RULE = LabRule(
    code="LAB502",
    name="unknown-field",
    severity="error",
    summary="a manifest has a field that Kubernetes does not know",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example("""
            ```bash expectError=true
            $ kubectl apply -f - <<EOF
            {apiVersion: v1, kind: Pod, metadata: {name: web, nmae: x}}
            EOF
            ```
        """),
        Example(
            """
            ```bash
            $ kubectl apply -f /workspace/modules/words.yaml
            ```
            """,
            files={"modules/words.yaml": _GOOD},
        ),
        Example(
            """
            ```bash
            $ kubectl apply -f - <<EOF
            apiVersion: karpenter.sh/v1
            kind: NodePool
            spec:
              anyThing: goes
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
            finds=("modules/web.yaml:6:3 servceAccountName", "modules/web.yaml:10:5 port"),
            files={
                "modules/web.yaml": """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  servceAccountName: web
  containers:
  - name: web
    image: nginx
    port: 80
"""
            },
        ),
        Example(
            """
            ```bash
            $ cat <<EOF | kubectl apply -f -
            apiVersion: v1
            kind: Namespace
            metadata:
              name: web
            label: {}
            EOF
            ```
            """,
            finds=("7:1 label",),
        ),
    ),
)
