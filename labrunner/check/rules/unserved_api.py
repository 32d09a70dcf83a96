"""LAB505: a manifest of a kind or an API version that Kubernetes does not have, or no longer has."""

from collections.abc import Iterator

from labrunner.check.applied import applied_objects
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.manifest import Object
from labrunner.check.removed_apis import REMOVED
from labrunner.check.rule import Example, LabRule
from labrunner.check.schema import homes, served, similar_kind

EXPLANATION = """
Kubernetes takes old API versions away: `extensions/v1beta1` went with 1.22, `batch/v1beta1` with 1.25. The
server then answers `no matches for kind`, and so it does when a kind is misspelt or stands in the wrong
group.

Looked at are the API groups of Kubernetes 1.32 itself. Groups that it does not know belong to custom
resources and are left alone.

**Instead**, name the version that is served. Between versions fields may have moved, too; the server's own
[guide](https://kubernetes.io/docs/reference/using-api/deprecation-guide/) tells which.
"""


def check(lab: Lab) -> Iterator[Found]:
    """Yield API versions and kinds that are not served."""
    for _, one, _ in applied_objects(lab):
        if "$" not in one.api_version + one.kind and one.api_version and one.kind:
            yield from _unserved(one)


def _unserved(one: Object) -> Iterator[Found]:
    version, kind = one.api_version, one.kind
    if (version, kind) in REMOVED:
        since, instead = REMOVED[version, kind]
        fact = f"{version} has had no {kind} since Kubernetes {since}"
        remedy = f"write apiVersion: {instead}" if instead else "nothing took its place; take the object out"
        yield Found(one.name, one.span(("apiVersion",)), f"{fact}; {remedy}")
    elif not served(version, kind):
        yield _unknown(one, version, kind)


def _unknown(one: Object, version: str, kind: str) -> Found:
    fact = f"{version} has no kind {kind!r} in Kubernetes 1.32"
    if known := homes(kind):
        return Found(one.name, one.span(("apiVersion",)), f"{fact}; write apiVersion: {known[0]}")
    near = similar_kind(kind)
    remedy = f"did you mean {near!r}?" if near else "correct its name, or its apiVersion"
    return Found(one.name, one.span(("kind",)), f"{fact}; {remedy}")


RULE = LabRule(
    code="LAB505",
    name="unserved-api",
    severity="error",
    summary="a manifest is of an API version or kind that Kubernetes does not have",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash
            $ kubectl apply -f /workspace/modules/all.yaml
            ```
            """,
            files={
                "modules/all.yaml": (
                    "apiVersion: v1\nkind: List\nitems: []\n---\n"
                    "apiVersion: karpenter.sh/v1alpha5\nkind: Provisioner\n---\n"
                    "apiVersion: admissionregistration.k8s.io/v1beta1\nkind: ValidatingAdmissionPolicy\n---\n"
                    "apiVersion: $VERSION\nkind: Deployment\n"
                )
            },
        ),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ kubectl apply -f /workspace/modules/web.yaml
            ```
            """,
            finds=("modules/web.yaml:1:13 networking.k8s.io/v1beta1",),
            files={"modules/web.yaml": "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nspec: {}\n"},
        ),
        Example(
            """
            ```bash
            $ kubectl apply -f /workspace/modules
            ```
            """,
            finds=(
                "modules/a.yaml:1:13 v1",
                "modules/b.yml:2:7 Deploymnet",
                "modules/c.yml:1:13 policy/v1beta1",
            ),
            files={
                "modules/a.yaml": "apiVersion: v1\nkind: Deployment\n",
                "modules/b.yml": "apiVersion: apps/v1\nkind: Deploymnet\n",
                "modules/c.yml": "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\n",
            },
        ),
    ),
)
