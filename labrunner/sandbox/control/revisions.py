"""Which replica set belongs to which revision of a deployment: hashes, numbers and annotations. Pure."""

import json
from collections.abc import Sequence
from typing import Any

from labrunner.sandbox.control import pods
from labrunner.sandbox.objects import (
    Object,
    annotations,
    at,
    changed,
    labels,
    metadata,
    name,
    namespace,
    owner_reference,
    with_metadata,
)

REVISION = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED = "deployment.kubernetes.io/desired-replicas"
MOST = "deployment.kubernetes.io/max-replicas"
HASH = "pod-template-hash"

ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""The real server's: no vowels, so that no words come about."""

OWN = {REVISION, HISTORY, DESIRED, MOST, "kubectl.kubernetes.io/last-applied-configuration"}
"""Annotations of a deployment that its replica sets do not inherit."""


def template_hash(template: Any) -> str:
    """A short name for a pod template: the same for the same template, whatever the order of its fields."""
    value = 0x811C9DC5
    for byte in json.dumps(template, sort_keys=True, separators=(",", ":")).encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return "".join(ALPHABET[int(digit) % len(ALPHABET)] for digit in str(value))


def current(deployment: Object, sets: Sequence[Object]) -> Object | None:
    """The replica set with the deployment's present template; the oldest, should there be several."""
    wanted = deployment["spec"]["template"]
    same = [each for each in sets if _template(each) == wanted]
    return min(same, key=pods.born, default=None)


def _template(replica_set: Object) -> Object:
    template: Object = replica_set["spec"]["template"]
    kept = {key: value for key, value in at(template, "metadata.labels", {}).items() if key != HASH}
    return changed(template, "metadata.labels", kept or None)


def number(obj: Object) -> int:
    """The revision that an object says it is; 0 when it does not."""
    return int(annotations(obj).get(REVISION, 0))


def made(deployment: Object, revision: int, size: int, most: int) -> Object:
    """A replica set for the deployment's present template."""
    template = deployment["spec"]["template"]
    mark = {HASH: template_hash(template)}
    marked = {**at(template, "metadata.labels", {}), **mark}
    selector = deployment["spec"]["selector"]
    spec = {
        "replicas": size,
        "selector": {**selector, "matchLabels": {**(selector.get("matchLabels") or {}), **mark}},
        "template": changed(template, "metadata.labels", marked),
    }
    if patience := at(deployment, "spec.minReadySeconds"):
        spec["minReadySeconds"] = patience
    meta = {
        "name": f"{name(deployment)}-{mark[HASH]}",
        "namespace": namespace(deployment),
        "labels": marked,
        "annotations": {**inherited(deployment), **_sizes(deployment, most), REVISION: str(revision)},
        "ownerReferences": [owner_reference(deployment)],
    }
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": meta, "spec": spec}


def brought_forward(replica_set: Object, deployment: Object, revision: int, most: int) -> Object:
    """The replica set as the deployment's present one: with the latest revision number."""
    before = number(replica_set)
    told = {**annotations(replica_set), **inherited(deployment), **_sizes(deployment, most)}
    if before < revision:
        told[REVISION] = str(revision)
        if before:
            history = annotations(replica_set).get(HISTORY, "")
            told[HISTORY] = ",".join(filter(None, [history, str(before)]))
    brought = with_metadata(replica_set, annotations=told)
    patience = at(deployment, "spec.minReadySeconds", 0)
    if at(brought, "spec.minReadySeconds", 0) != patience:
        brought = changed(brought, "spec.minReadySeconds", patience)
    return brought


def resized(replica_set: Object, deployment: Object, size: int, most: int) -> Object:
    """The replica set with another size."""
    told = {**annotations(replica_set), **_sizes(deployment, most)}
    return changed(with_metadata(replica_set, annotations=told), "spec.replicas", size)


def inherited(deployment: Object) -> dict[str, str]:
    """The deployment's annotations that its replica sets have too, the cause of a change among them."""
    return {key: value for key, value in annotations(deployment).items() if key not in OWN}


def numbered(deployment: Object, revision: int) -> Object:
    """The deployment with its revision number."""
    return with_metadata(deployment, annotations={**annotations(deployment), REVISION: str(revision)})


def hash_of(obj: Object) -> str:
    """The template hash that an object is labelled with."""
    return labels(obj).get(HASH, "")


def superfluous(deployment: Object, old: Sequence[Object]) -> list[Object]:
    """Old replica sets beyond the history limit that are empty, the oldest first."""
    limit = at(deployment, "spec.revisionHistoryLimit", 10)
    empty = [each for each in old if not at(each, "spec.replicas", 0) and not at(each, "status.replicas", 0)]
    beyond = max(0, len(old) - limit)
    return sorted((each for each in empty if not metadata(each).get("deletionTimestamp")), key=number)[
        :beyond
    ]


def _sizes(deployment: Object, most: int) -> dict[str, str]:
    return {DESIRED: str(at(deployment, "spec.replicas", 1)), MOST: str(most)}
