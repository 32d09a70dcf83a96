"""Node objects as EKS has them: labels, capacity, conditions, all that `kubectl describe node` shows. Pure.

What is emulated says so: a label, the operating system's name, the container runtime.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from labrunner.sandbox import resources
from labrunner.sandbox.control.instances import Instance
from labrunner.sandbox.instance_types import InstanceType
from labrunner.sandbox.objects import Object, timestamp

EMULATED = "labrunner.dev/emulated"
BOOTS_AT = "labrunner.dev/boots-at"
"""Annotation of a node or node claim: when its instance will have started."""
VERSION = "v1.32.9-eks-labrunner"

GIBIBYTE = 1024**3
DISK = 20 * GIBIBYTE
"""The root disk of a node whose class says nothing of it."""


def labels(kind: InstanceType, instance: Instance, capacity_type: str) -> dict[str, str]:
    """The labels that the kubelet and the cloud give every node, and the one that says what it is."""
    return {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/instance-type": kind.name,
        "beta.kubernetes.io/os": "linux",
        "failure-domain.beta.kubernetes.io/region": instance.region,
        "failure-domain.beta.kubernetes.io/zone": instance.zone,
        "k8s.io/cloud-provider-aws": hashlib.md5(capacity_type.encode(), usedforsecurity=False).hexdigest(),
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": instance.host_name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": kind.name,
        "topology.k8s.aws/zone-id": _zone_id(instance),
        "topology.kubernetes.io/region": instance.region,
        "topology.kubernetes.io/zone": instance.zone,
        EMULATED: "true",
    }


def node(instance: Instance, metadata: Mapping[str, object], taints: Sequence[Object] = ()) -> Object:
    """A node that has not started yet. `metadata` is added to what every node has."""
    meta = {"name": instance.host_name, **metadata}
    spec: Object = {"providerID": instance.provider_id}
    if taints:
        spec["taints"] = list(taints)
    return {"apiVersion": "v1", "kind": "Node", "metadata": meta, "spec": spec}


def started(kind: InstanceType, instance: Instance, kernel: str, now: datetime, disk: int = DISK) -> Object:
    """The status of a node whose kubelet has registered; devices are not there before their plugin is."""
    has = capacity(kind, disk)
    return {
        "addresses": [
            {"type": "InternalIP", "address": instance.address},
            {"type": "InternalDNS", "address": instance.host_name},
            {"type": "Hostname", "address": instance.host_name},
        ],
        "allocatable": resources.told(allocatable(kind, disk)),
        "capacity": resources.told(has),
        "conditions": _conditions(now),
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "images": [],
        "nodeInfo": _node_info(instance, kernel),
    }


def capacity(kind: InstanceType, disk: int = DISK) -> dict[str, Fraction]:
    """What a node of this type has, without the devices that a plugin brings."""
    return {
        "cpu": Fraction(kind.cpus),
        "ephemeral-storage": Fraction(disk),
        "hugepages-1Gi": Fraction(0),
        "hugepages-2Mi": Fraction(0),
        "memory": Fraction(kind.memory_bytes),
        "pods": Fraction(kind.pods),
    }


def allocatable(kind: InstanceType, disk: int = DISK) -> dict[str, Fraction]:
    """What of that pods may have: less what EKS reserves for the system."""
    reserved = {
        "cpu": Fraction(kind.reserved_millicpus, 1000),
        "ephemeral-storage": Fraction(disk, 10) + GIBIBYTE,
        "memory": Fraction(kind.reserved_memory_bytes),
    }
    return resources.subtracted(capacity(kind, disk), reserved)


def lease(name: str, now: datetime) -> Object:
    """The lease by which a kubelet shows that it is alive; here it is not renewed."""
    moment = now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name, "namespace": "kube-node-lease"},
        "spec": {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": moment},
    }


def devices(kind: InstanceType) -> list[str]:
    """Names of the device files that an instance's kernel would show: what a plugin looks for."""
    return [f"neuron{number}" for number in range(kind.devices)]


def _conditions(now: datetime) -> list[Object]:
    healthy = (
        ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    )
    times = {"lastHeartbeatTime": timestamp(now), "lastTransitionTime": timestamp(now)}
    return [
        {"type": kind, "status": status, "reason": reason, "message": message, **times}
        for kind, status, reason, message in healthy
    ]


def _node_info(instance: Instance, kernel: str) -> Object:
    digest = hashlib.sha256(instance.id.encode()).hexdigest()
    return {
        "architecture": "amd64",
        "bootID": str(uuid.UUID(digest[:32])),
        "containerRuntimeVersion": "bubblewrap://emulated",
        "kernelVersion": kernel or "emulated",
        "kubeProxyVersion": VERSION,
        "kubeletVersion": VERSION,
        "machineID": digest[:32],
        "operatingSystem": "linux",
        "osImage": "Amazon Linux 2 (emulated by labrunner)",
        "systemUUID": str(uuid.UUID(digest[32:])),
    }


def _zone_id(instance: Instance) -> str:
    parts = instance.region.split("-")
    return f"{parts[0]}{parts[1][0]}{parts[-1]}-az{ord(instance.zone[-1]) - ord('a') + 1}"
