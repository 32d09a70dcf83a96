"""Every pod has a service account, and its token at the usual place unless it does not want one."""

import random
from typing import Any

from labrunner.sandbox.errors import forbidden
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.kinds.pod_defaults import FILE_MODE
from labrunner.sandbox.metadata_rules import ALPHABET
from labrunner.sandbox.objects import Object, annotations, name, namespace
from labrunner.sandbox.user import User

MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
TOKEN_SECONDS = 3607  # as the real server asks for: an hour and a little, so that people notice renewals
MIRROR = "kubernetes.io/config.mirror"


def give_service_account(kind: Kind, obj: Object, registry: Any, user: User) -> Object:
    """Name the service account of a new pod, and mount its token into every container.

    Raises:
        ApiError: 403 Forbidden, when there is no such service account.
    """
    if kind.group or kind.kind != "Pod" or MIRROR in annotations(obj):
        return obj
    spec = obj["spec"]
    called = spec.get("serviceAccountName") or "default"
    spec["serviceAccountName"] = spec["serviceAccount"] = called
    account = registry.find(registry.kinds.by_kind("v1", "ServiceAccount"), called, namespace(obj))
    if account is None:
        within = namespace(obj)
        why = f'error looking up service account {within}/{called}: serviceaccount "{called}" not found'
        raise forbidden(kind, name(obj), why)
    if _wants_token(spec, account):
        _mount(spec)
    secrets = account.get("imagePullSecrets")
    if secrets and not spec.get("imagePullSecrets"):
        spec["imagePullSecrets"] = [dict(each) for each in secrets]
    return obj


def _wants_token(spec: Object, account: Object) -> bool:
    for wish in (spec.get("automountServiceAccountToken"), account.get("automountServiceAccountToken")):
        if wish is not None:
            return bool(wish)
    return True


def _mount(spec: Object) -> None:
    containers = [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]
    bare = [each for each in containers if not _is_mounted(each)]
    if not bare:
        return
    volume = "kube-api-access-" + "".join(random.choices(ALPHABET, k=5))
    for container in bare:
        mount = {"name": volume, "readOnly": True, "mountPath": MOUNT}
        container["volumeMounts"] = [*(container.get("volumeMounts") or ()), mount]
    spec["volumes"] = [*(spec.get("volumes") or ()), _volume(volume)]


def _is_mounted(container: Object) -> bool:
    return any(each.get("mountPath") == MOUNT for each in container.get("volumeMounts") or ())


def _volume(called: str) -> Object:
    certificate = {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}
    field = {"apiVersion": "v1", "fieldPath": "metadata.namespace"}
    sources = [
        {"serviceAccountToken": {"expirationSeconds": TOKEN_SECONDS, "path": "token"}},
        {"configMap": certificate},
        {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": field}]}},
    ]
    return {"name": called, "projected": {"sources": sources, "defaultMode": FILE_MODE}}
