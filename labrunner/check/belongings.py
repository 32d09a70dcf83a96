"""Which objects a lab makes and takes away, as far as its commands and manifests say.

Where a script, a chart or another program may make or delete things that nobody can see from here, `opaque`
says so, and rules keep silent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from labrunner.check.applied import Application, variables_of, verb_of
from labrunner.check.call import Call
from labrunner.check.page import Page

_OPAQUE = (
    "prepare-environment helm helmfile eksctl terraform tofu cdk pulumi argocd flux kustomize make ansible"
)
_OPAQUE += " bash sh zsh source . eval kubens kubectx istioctl cilium linkerd python python3"
OPAQUE = frozenset(_OPAQUE.split())
"""Programs that may make or delete objects, or change where the next command does."""

_WIDE = (
    "namespace node persistentvolume storageclass clusterrole clusterrolebinding priorityclass ingressclass"
)
_WIDE += " customresourcedefinition csidriver runtimeclass nodepool ec2nodeclass provisioner awsnodetemplate"
_WIDE += " gatewayclass validatingwebhookconfiguration mutatingwebhookconfiguration apiservice clusterissuer"
CLUSTER_WIDE = frozenset(_WIDE.split())
"""Kinds that live in no namespace and do not go with one."""

_SHORT = {
    "po": "pod", "deploy": "deployment", "svc": "service", "ns": "namespace", "cm": "configmap",
    "ing": "ingress", "sa": "serviceaccount", "pvc": "persistentvolumeclaim", "pv": "persistentvolume",
    "ds": "daemonset", "sts": "statefulset", "sc": "storageclass", "hpa": "horizontalpodautoscaler",
    "cj": "cronjob", "netpol": "networkpolicy", "pdb": "poddisruptionbudget", "rs": "replicaset",
    "crd": "customresourcedefinition",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Thing:
    """An object by its name."""

    kind: str
    """In lower case and singular."""
    name: str
    namespace: str
    """Empty where none is said."""

    @property
    def said(self) -> str:
        """The object as kubectl names it."""
        return f"{self.kind}/{self.name}"


_kept: WeakKeyDictionary[Page, bool] = WeakKeyDictionary()
"""Two rules ask for the same."""


def opaque(pages: Iterable[Page]) -> bool:
    """Whether a lab makes or deletes things in ways that cannot be followed."""
    return any(map(_page_is_opaque, pages))


def _page_is_opaque(page: Page) -> bool:
    if page not in _kept:
        _kept[page] = any(_is_opaque(call) for _, call in page.calls)
    return _kept[page]


def singular(kind: str) -> str:
    """Return a kind or resource as `Thing.kind` has it: `Deployment`, `deployments.apps`, `deploy`."""
    word = kind.lower().partition(".")[0]
    word = _SHORT.get(word, word)
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def things_of(application: Application, page: Page) -> Iterator[Thing]:
    """Yield the objects in what is applied or deleted."""
    variables = variables_of(application, page.declaration)
    for manifest in application.manifests:
        for one in manifest.objects:
            yield thing_of(one.data(variables), application)


def thing_of(data: Any, application: Application) -> Thing:
    """Return which object a manifest's data describe; what is not said is empty."""
    told: dict[str, Any] = data if isinstance(data, dict) else {}
    metadata = told.get("metadata")
    if not isinstance(metadata, dict):
        metadata = {}
    namespace = metadata.get("namespace") or application.namespace
    return Thing(singular(str(told.get("kind", ""))), str(metadata.get("name", "")), str(namespace or ""))


def named_things(call: Call, verb: str) -> Iterator[Thing]:
    """Yield the objects that `kubectl create` or `delete` names itself: `pod web`, `deploy/web svc/web`."""
    if verb_of(call) != verb or call.option("-f", "--filename"):
        return
    namespace = (call.option("-n", "--namespace") or ("", None))[0]
    names = [word.text for word in call.operands[1:]]
    if any("/" in name for name in names):
        pairs = [name.partition("/")[::2] for name in names]
    else:
        kinds = names[0].split(",") if names else []
        pairs = [(kind, name) for name in names[_names_at(names) :] for kind in kinds]
    yield from (Thing(singular(kind), name, namespace) for kind, name in pairs)


def _names_at(names: list[str]) -> int:
    # `create secret generic NAME`, `create service clusterip NAME`
    return 2 if names[:2] and names[0] in ("secret", "service") and len(names) > 2 else 1


def _is_opaque(call: Call) -> bool:
    if call.program in OPAQUE or call.program.endswith(".sh"):
        return True
    if call.program != "kubectl":
        return False
    if call.wrapper is not None and call.wrapper.program == "xargs":
        return True
    if verb_of(call) == "delete":
        generous = call.flag("--all", "-l", "--selector", "--field-selector", "-A")
        return generous is not None or any("$" in word.text for word in call.operands)
    return call.is_call_of("kubectl", "config")
