"""Rows of `kubectl get` for kinds that labs look at."""

from datetime import UTC, datetime
from typing import Any

import pytest

from labrunner.sandbox.kinds import Kinds
from labrunner.sandbox.kinds.builtin import builtin_kinds
from labrunner.sandbox.objects import Object

NOW = datetime(2025, 1, 1, 0, 5, tzinfo=UTC)
KINDS = Kinds(builtin_kinds())
TEMPLATE = {"template": {"spec": {"containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "y"}]}}}


def table(api_version: str, kind: str, obj: Object) -> dict[str, Any]:
    """A row, by the columns' headings."""
    meta = {"name": "one", "creationTimestamp": "2025-01-01T00:00:00Z", **obj.pop("metadata", {})}
    columns = KINDS.by_kind(api_version, kind).columns
    return {column.name.upper(): column.cell({"metadata": meta, **obj}, NOW) for column in columns}


@pytest.mark.parametrize(
    ("api_version", "kind", "obj", "row"),
    [
        (
            "apps/v1",
            "Deployment",
            {
                "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "x"}}, **TEMPLATE},
                "status": {"readyReplicas": 2, "updatedReplicas": 3, "availableReplicas": 1},
            },
            {
                "NAME": "one",
                "READY": "2/3",
                "UP-TO-DATE": 3,
                "AVAILABLE": 1,
                "AGE": "5m",
                "CONTAINERS": "a,b",
                "IMAGES": "x,y",
                "SELECTOR": "app=x",
            },
        ),
        (
            "apps/v1",
            "ReplicaSet",
            {"spec": {"replicas": 3, **TEMPLATE}, "status": {"replicas": 2, "readyReplicas": 1}},
            {
                "NAME": "one",
                "DESIRED": 3,
                "CURRENT": 2,
                "READY": 1,
                "AGE": "5m",
                "CONTAINERS": "a,b",
                "IMAGES": "x,y",
                "SELECTOR": "<none>",
            },
        ),
        (
            "apps/v1",
            "DaemonSet",
            {"spec": TEMPLATE, "status": {"desiredNumberScheduled": 1}},
            {
                "NAME": "one",
                "DESIRED": 1,
                "CURRENT": 0,
                "READY": 0,
                "UP-TO-DATE": 0,
                "AVAILABLE": 0,
                "NODE SELECTOR": "<none>",
                "AGE": "5m",
                "CONTAINERS": "a,b",
                "IMAGES": "x,y",
                "SELECTOR": "<none>",
            },
        ),
        (
            "v1",
            "Node",
            {
                "metadata": {
                    "labels": {"node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/": ""}
                },
                "spec": {"unschedulable": True},
                "status": {
                    "conditions": [{"type": "Ready", "status": "True"}],
                    "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}],
                    "nodeInfo": {
                        "kubeletVersion": "v1.32.0",
                        "osImage": "Linux",
                        "kernelVersion": "6",
                        "containerRuntimeVersion": "c://1",
                    },
                },
            },
            {
                "NAME": "one",
                "STATUS": "Ready,SchedulingDisabled",
                "ROLES": "worker",
                "AGE": "5m",
                "VERSION": "v1.32.0",
                "INTERNAL-IP": "10.0.0.1",
                "EXTERNAL-IP": "<none>",
                "OS-IMAGE": "Linux",
                "KERNEL-VERSION": "6",
                "CONTAINER-RUNTIME": "c://1",
            },
        ),
        (
            "v1",
            "Namespace",
            {"status": {"phase": "Active"}},
            {"NAME": "one", "STATUS": "Active", "AGE": "5m"},
        ),
        (
            "v1",
            "ConfigMap",
            {"data": {"a": ""}, "binaryData": {"b": ""}},
            {"NAME": "one", "DATA": 2, "AGE": "5m"},
        ),
        (
            "v1",
            "Secret",
            {"type": "Opaque", "data": {}},
            {"NAME": "one", "TYPE": "Opaque", "DATA": 0, "AGE": "5m"},
        ),
        ("v1", "ServiceAccount", {}, {"NAME": "one", "SECRETS": 0, "AGE": "5m"}),
        (
            "v1",
            "Service",
            {
                "spec": {
                    "type": "LoadBalancer",
                    "clusterIP": "172.20.1.1",
                    "ports": [{"port": 80, "nodePort": 30000, "protocol": "TCP"}],
                    "selector": {"a": "b"},
                }
            },
            {
                "NAME": "one",
                "TYPE": "LoadBalancer",
                "CLUSTER-IP": "172.20.1.1",
                "EXTERNAL-IP": "<pending>",
                "PORT(S)": "80:30000/TCP",
                "AGE": "5m",
                "SELECTOR": "a=b",
            },
        ),
        (
            "rbac.authorization.k8s.io/v1",
            "ClusterRoleBinding",
            {
                "roleRef": {"kind": "ClusterRole", "name": "r"},
                "subjects": [
                    {"kind": "ServiceAccount", "name": "s", "namespace": "n"},
                    {"kind": "User", "name": "u"},
                ],
            },
            {
                "NAME": "one",
                "ROLE": "ClusterRole/r",
                "AGE": "5m",
                "USERS": "u",
                "GROUPS": "",
                "SERVICEACCOUNTS": "n/s",
            },
        ),
        ("rbac.authorization.k8s.io/v1", "Role", {}, {"NAME": "one", "CREATED AT": "2025-01-01T00:00:00Z"}),
        (
            "v1",
            "Event",
            {
                "involvedObject": {"kind": "Pod", "name": "p"},
                "type": "Normal",
                "reason": "Pulled",
                "message": "x\n",
                "count": 3,
                "source": {"component": "kubelet", "host": "n"},
                "firstTimestamp": "2025-01-01T00:00:00Z",
                "lastTimestamp": "2025-01-01T00:04:00Z",
            },
            {
                "LAST SEEN": "60s",
                "TYPE": "Normal",
                "REASON": "Pulled",
                "OBJECT": "pod/p",
                "SUBOBJECT": "",
                "SOURCE": "kubelet, n",
                "MESSAGE": "x",
                "FIRST SEEN": "5m",
                "COUNT": 3,
                "NAME": "one",
            },
        ),
        (
            "batch/v1",
            "Job",
            {"spec": {"completions": 1, **TEMPLATE}},
            {
                "NAME": "one",
                "STATUS": "Running",
                "COMPLETIONS": "0/1",
                "DURATION": "",
                "AGE": "5m",
                "CONTAINERS": "a,b",
                "IMAGES": "x,y",
                "SELECTOR": "<none>",
            },
        ),
        (
            "coordination.k8s.io/v1",
            "Lease",
            {"spec": {"holderIdentity": "me"}},
            {"NAME": "one", "HOLDER": "me", "AGE": "5m"},
        ),
        (
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            {
                "spec": {
                    "scaleTargetRef": {"kind": "Deployment", "name": "web"},
                    "minReplicas": 1,
                    "maxReplicas": 5,
                    "metrics": [
                        {
                            "type": "Resource",
                            "resource": {"name": "cpu", "target": {"averageUtilization": 80}},
                        }
                    ],
                }
            },
            {
                "NAME": "one",
                "REFERENCE": "Deployment/web",
                "TARGETS": "cpu: <unknown>/80%",
                "MINPODS": "1",
                "MAXPODS": 5,
                "REPLICAS": 0,
                "AGE": "5m",
            },
        ),
    ],
)
def test_rows_are_those_of_the_real_server(
    api_version: str, kind: str, obj: Object, row: dict[str, Any]
) -> None:
    assert table(api_version, kind, obj) == row


def test_both_views_of_an_event_print_the_same() -> None:
    event = {"regarding": {"kind": "Pod", "name": "p"}, "note": "x", "deprecatedCount": 2, "reason": "Pulled"}
    row = table("events.k8s.io/v1", "Event", event)
    assert (row["OBJECT"], row["MESSAGE"], row["COUNT"]) == ("pod/p", "x", 2)
