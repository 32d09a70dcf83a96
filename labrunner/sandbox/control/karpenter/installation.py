"""Karpenter as a workshop's cluster has it from the start: namespace, rights, and the deployment. Pure."""

from collections.abc import Iterator

from labrunner.sandbox.control.karpenter import definitions, names, operator
from labrunner.sandbox.control.settings import Settings
from labrunner.sandbox.objects import Object

IMAGE = "public.ecr.aws/karpenter/controller:rehearsal"
LABELS = {"app.kubernetes.io/instance": "karpenter", "app.kubernetes.io/name": "karpenter"}
NAME = "karpenter"


def objects(settings: Settings) -> Iterator[Object]:
    """What to create, in order."""
    yield from definitions.definitions()
    yield _object("v1", "Namespace", {"name": NAME})
    yield _object("v1", "ServiceAccount", {"name": NAME, "namespace": NAME, "labels": LABELS})
    rbac = "rbac.authorization.k8s.io"
    yield _object(f"{rbac}/v1", "ClusterRole", {"name": NAME, "labels": LABELS}) | {"rules": RULES}
    role = {"apiGroup": rbac, "kind": "ClusterRole", "name": NAME}
    who = [{"kind": "ServiceAccount", "name": NAME, "namespace": NAME}]
    binding = _object(f"{rbac}/v1", "ClusterRoleBinding", {"name": NAME, "labels": LABELS})
    yield binding | {"roleRef": role, "subjects": who}
    yield _deployment(settings)


RULES: list[Object] = [
    {"apiGroups": ["karpenter.sh", "karpenter.k8s.aws"], "resources": ["*"], "verbs": ["*"]},
    {"apiGroups": [""], "resources": ["pods", "nodes", "events"], "verbs": ["*"]},
    {"apiGroups": [""], "resources": ["pods/eviction"], "verbs": ["create"]},
    {"apiGroups": ["apps"], "resources": ["daemonsets"], "verbs": ["get", "list", "watch"]},
]
"""What the real one may do, less what this one does not need: it runs outside its pod."""


def _deployment(settings: Settings) -> Object:
    container = {
        "name": operator.CONTAINER,
        "image": IMAGE,
        "env": [
            {"name": "CLUSTER_NAME", "value": settings.cluster},
            {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        ],
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}},
        "volumeMounts": [{"name": "log", "mountPath": f"/{operator.LOGS}", "readOnly": True}],
    }
    spec = {
        "serviceAccountName": NAME,
        "priorityClassName": "system-cluster-critical",
        "terminationGracePeriodSeconds": 5,
        "containers": [container],
        "affinity": {"nodeAffinity": _not_on_its_own_nodes()},
        "tolerations": [{"key": "CriticalAddonsOnly", "operator": "Exists"}],
        "volumes": [{"name": "log", "hostPath": {"path": f"/{operator.LOGS}", "type": "DirectoryOrCreate"}}],
    }
    wanted = {
        "replicas": 1,
        "selector": {"matchLabels": LABELS},
        "template": {"metadata": {"labels": LABELS}, "spec": spec},
    }
    metadata = {"name": NAME, "namespace": NAME, "labels": LABELS}
    return _object("apps/v1", "Deployment", metadata) | {"spec": wanted}


def _not_on_its_own_nodes() -> Object:
    absent = [{"key": key, "operator": "DoesNotExist"} for key in (names.PROVISIONER, names.NODE_POOL)]
    terms = [{"matchExpressions": absent}]
    return {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}


def _object(api_version: str, kind: str, metadata: Object) -> Object:
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}
