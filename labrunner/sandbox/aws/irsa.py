"""IAM roles for service accounts: what EKS's admission webhook adds to a pod whose account has a role.

Pure, apart from one look at the service account. Names, order and defaults are those of
amazon-eks-pod-identity-webhook. A pod without the annotation gets nothing, and so has no credentials.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

Object = Mapping[str, Any]

ANNOTATION = "eks.amazonaws.com/role-arn"
AUDIENCE_ANNOTATION = "eks.amazonaws.com/audience"
EXPIRATION_ANNOTATION = "eks.amazonaws.com/token-expiration"
REGIONAL_ANNOTATION = "eks.amazonaws.com/sts-regional-endpoints"
SKIP_ANNOTATION = "eks.amazonaws.com/skip-containers"

VOLUME = "aws-iam-token"
MOUNT = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
DEFAULT_SECONDS = 86400
SHORTEST_SECONDS = 3600


def admit_pod(pod: Object, account: Object | None, *, region: str) -> Object:
    """Return the pod as the webhook would have it; the very same object when there is nothing to add.

    Args:
        pod: A pod that is being created.
        account: Its service account; `None` when there is no such account.
        region: The cluster's region.
    """
    role = _annotations(account or {}).get(ANNOTATION)
    if not role or account is None:
        return pod
    changed = copy.deepcopy(dict(pod))
    spec = changed["spec"]
    skipped = {name.strip() for name in _annotations(pod).get(SKIP_ANNOTATION, "").split(",")}
    for container in [*spec.get("initContainers", []), *spec.get("containers", [])]:
        if container["name"] not in skipped:
            _add_to(container, _variables(account, role, region))
    volumes = spec.setdefault("volumes", [])
    if all(volume["name"] != VOLUME for volume in volumes):
        spec["volumes"] = [_volume(account, pod), *volumes]
    return changed


def admission(
    find_account: Callable[[str, str], Object | None], *, region: str
) -> Callable[[str, Object, str], Object]:
    """The webhook as a function of kind, object and namespace.

    Args:
        find_account: The service account of this namespace and name, or `None`.
        region: The cluster's region.
    """

    def admit(kind: str, obj: Object, namespace: str) -> Object:
        if kind != "Pod":
            return obj
        name = obj.get("spec", {}).get("serviceAccountName") or "default"
        return admit_pod(obj, find_account(namespace, name), region=region)

    return admit


def _variables(account: Object, role: str, region: str) -> list[tuple[str, str]]:
    regional = _annotations(account).get(REGIONAL_ANNOTATION, "true") == "true"
    return [
        *([("AWS_STS_REGIONAL_ENDPOINTS", "regional")] if regional else []),
        ("AWS_DEFAULT_REGION", region),
        ("AWS_REGION", region),
        ("AWS_ROLE_ARN", role),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", f"{MOUNT}/token"),
    ]


def _add_to(container: dict[str, Any], variables: list[tuple[str, str]]) -> None:
    env = container.setdefault("env", [])
    present = {each["name"] for each in env}
    if not present & {"AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"}:
        env.extend({"name": name, "value": value} for name, value in variables if name not in present)
    mounts = container.setdefault("volumeMounts", [])
    if all(mount["name"] != VOLUME for mount in mounts):
        mounts.append({"name": VOLUME, "readOnly": True, "mountPath": MOUNT})


def _volume(account: Object, pod: Object) -> dict[str, Any]:
    wanted = {**_annotations(account), **_annotations(pod)}.get(EXPIRATION_ANNOTATION, "")
    seconds = max(int(wanted), SHORTEST_SECONDS) if wanted.isdigit() else DEFAULT_SECONDS
    audience = _annotations(account).get(AUDIENCE_ANNOTATION, "sts.amazonaws.com")
    token = {"audience": audience, "expirationSeconds": seconds, "path": "token"}
    return {"name": VOLUME, "projected": {"sources": [{"serviceAccountToken": token}], "defaultMode": 420}}


def _annotations(obj: Object) -> Mapping[str, str]:
    return obj.get("metadata", {}).get("annotations") or {}
