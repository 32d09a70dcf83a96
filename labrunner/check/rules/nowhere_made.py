"""LAB508: a manifest that refers to a service account, config map or namespace that nothing makes."""

from collections.abc import Iterator

from labrunner.check.applied import Application, applications, applied_objects
from labrunner.check.belongings import CLUSTER_WIDE, named_things, opaque, singular, things_of
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.manifest import Path
from labrunner.check.rule import Example, LabRule

EXPLANATION = """
A pod of a service account that is not there is never created, one with a config map that is not there hangs
in `ContainerCreating`, and an object for a namespace that is not there is refused.

Looked at are labs with a `lab.toml`, because it says what is there beforehand, and only where everything can
be followed: no charts, scripts or hooks that may make things, no kustomizations, every manifest at hand.
Names are compared without their namespaces; those of Kubernetes itself are known.

**Instead**, correct the name, or let the lab make the object first.
"""

_NAMESPACES = {"default", "kube-system", "kube-public", "kube-node-lease", "karpenter"}
_BUILT_IN = {("serviceaccount", "default"), ("configmap", "kube-root-ca.crt")}

Reference = tuple[str, str, Path]
"""Kind, name, and the way to the place that names it."""


def check(lab: Lab) -> Iterator[Found]:
    """Yield the references that cannot resolve."""
    declared = any(page.declaration.path for page in lab.checked)
    if not declared or opaque(lab.pages) or not _all_at_hand(lab):
        return
    made = _made(lab)
    for application, one, data in applied_objects(lab):
        for kind, name, path in _references(data, application):
            if (kind, name) not in made and "$" not in name:
                made.add((kind, name))
                fact = f"nothing in the lab makes {kind} {name!r}"
                yield Found(one.name, one.span(path), f"{fact}; correct the name, or make it first")


def _all_at_hand(lab: Lab) -> bool:
    for page in lab.pages:
        hooks = [block.settings.hook for block in page.document.blocks if block.settings.hook]
        if page.declaration.path is None or hooks or lab.files.is_file(lab.hook(page, "suite")):
            return False
        for application in applications(page, lab):
            if application.kustomized or not application.known:
                return False
    return True


def _made(lab: Lab) -> set[tuple[str, str]]:
    made = _BUILT_IN | {("namespace", name) for name in _NAMESPACES}
    for page in lab.pages:
        for role in page.declaration.roles:
            made.add(("serviceaccount", role.service_account.partition("/")[2]))
        for application in applications(page, lab):
            if not application.deletes:
                made.update((thing.kind, thing.name) for thing in things_of(application, page))
        for _, call in page.calls:
            made.update((thing.kind, thing.name) for thing in named_things(call, "create"))
    return made


def _references(data: object, application: Application) -> Iterator[Reference]:
    """Yield what an object refers to."""
    if not isinstance(data, dict):
        return
    metadata = data.get("metadata")
    namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
    wide = singular(str(data.get("kind"))) in CLUSTER_WIDE
    if isinstance(namespace, str) and namespace and not wide:
        yield "namespace", namespace, ("metadata", "namespace")
    if (namespace or application.namespace) not in _NAMESPACES - {"default"}:
        yield from _below(data, ())


def _below(data: object, path: Path) -> Iterator[Reference]:
    if isinstance(data, list):
        for at, value in enumerate(data):
            yield from _below(value, (*path, at))
    elif isinstance(data, dict):
        if isinstance(data.get("containers"), list):
            yield from _named(data, "serviceAccountName", "serviceaccount", path)
        for key, value in data.items():
            if key in ("configMap", "configMapRef", "configMapKeyRef") and isinstance(value, dict):
                if value.get("optional") is not True:
                    yield from _named(value, "name", "configmap", (*path, key))
            else:
                yield from _below(value, (*path, key))


def _named(data: dict[str, object], field: str, kind: str, path: Path) -> Iterator[Reference]:
    name = data.get(field)
    if isinstance(name, str) and name:
        yield kind, name, (*path, field)


_POD = """\
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  serviceAccountName: web
  containers:
  - name: web
    envFrom:
    - configMapRef: {name: settings}
  volumes:
  - configMap: {name: words}
  - configMap: {name: more, optional: true}
"""
_DECLARED = {"modules/web.yaml": _POD, "modules/page/lab.toml": 'title = "Web"\n'}

RULE = LabRule(
    code="LAB508",
    name="nowhere-made",
    severity="error",
    summary="a manifest refers to something that nothing in the lab makes",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash
            $ kubectl create namespace shop
            $ kubectl -n shop create configmap words --from-literal=a=b
            $ kubectl -n shop create sa web
            $ kubectl apply -f - <<EOF
            kind: ConfigMap
            metadata: {name: settings}
            EOF
            $ kubectl apply -f /workspace/modules/web.yaml
            ```
            """,
            files=_DECLARED,
        ),
        Example(
            """
            ```bash
            $ helm install shop ./shop
            $ kubectl apply -f /workspace/modules/web.yaml
            ```
            """,
            files=_DECLARED,
        ),
        Example(
            """
            ```bash
            $ kubectl apply -f /workspace/modules/web.yaml
            ```
            """,
            files={"modules/web.yaml": _POD},
        ),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ kubectl create namespace web
            $ kubectl apply -f /workspace/modules/web.yaml
            ```
            """,
            finds=(
                "modules/web.yaml:2:34 shop",
                "modules/web.yaml:4:23 web",
                "modules/web.yaml:8:28 settings",
                "modules/web.yaml:10:23 words",
            ),
            files=_DECLARED,
        ),
    ),
)
