"""LAB503: a value in a manifest that is of the wrong type."""

from collections.abc import Iterator

from labrunner.check.applied import applied_objects
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.rule import Example, LabRule
from labrunner.check.schema import misfits

EXPLANATION = """
A number where text has to be, text where a number has to be, one thing where a list has to be. The server
refuses the object. The usual ones are values of environment variables and labels: `value: 8080` and
`enabled: true` are a number and a boolean until they stand in quotes.

Objects are held against the schemas of Kubernetes 1.32, after `envsubst` if the command uses it: with
`PORT = "80"` declared, `value: $PORT` is a number, too. A value with a `$` that nothing is known of may be
anything, and custom resources are left alone.

**Instead**, `value: "8080"`.
"""


def check(lab: Lab) -> Iterator[Found]:
    """Yield the values that are not of the schema's type."""
    for _, one, data in applied_objects(lab):
        for misfit in misfits(data):
            if misfit.sort == "type":
                yield Found(one.name, one.span(misfit.path), f"{misfit.fact}; {misfit.remedy}")


_POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {release: 3}
spec:
  containers:
  - name: web
    image: nginx
    command: sh
    env:
    - name: PORT
      value: $PORT
    ports:
    - containerPort: "80"
"""
_SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  ports:
  - port: 80
    targetPort: web
  - port: $OTHER
    targetPort: 80
  clusterIP: null
"""

RULE = LabRule(
    code="LAB503",
    name="wrong-type",
    severity="error",
    summary="a value in a manifest is of the wrong type",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash
            $ envsubst < /workspace/modules/service.yaml | kubectl apply -f -
            ```
            """,
            files={"modules/service.yaml": _SERVICE},
        ),
        Example(
            """
            Nobody substitutes here:

            ```bash
            $ kubectl apply -f - <<'EOF'
            apiVersion: v1
            kind: ConfigMap
            data:
              port: $PORT
            EOF
            ```
            """,
            files={"modules/page/lab.toml": '[variables]\nPORT = "80"\n'},
        ),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ cat /workspace/modules/pod.yaml | envsubst | kubectl apply -f -
            ```
            """,
            finds=(
                "modules/pod.yaml:5:21 3",
                "modules/pod.yaml:10:14 sh",
                "modules/pod.yaml:13:14 $PORT",
                'modules/pod.yaml:15:22 "80"',
            ),
            files={"modules/pod.yaml": _POD, "modules/page/lab.toml": '[variables]\nPORT = "80"\n'},
        ),
    ),
)
