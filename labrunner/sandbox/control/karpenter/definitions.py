"""The custom resource definitions that Karpenter brings, of both generations. Pure.

The fields are those of the real ones, so that a misspelt one is refused as it would be; descriptions and the
finer rules (CEL) are left out. Field names are facts from Karpenter's API reference.
"""

from collections.abc import Iterator
from typing import Any

from labrunner.sandbox.objects import Object

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "integer", "format": "int64"}
ANYTHING: Schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
QUANTITY: Schema = {
    "anyOf": [{"type": "integer"}, {"type": "string"}],
    "pattern": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
    "x-kubernetes-int-or-string": True,
}
OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]
DURATION: Schema = {"type": "string", "pattern": r"^(([0-9]+(s|m|h))+)|(Never)$"}


def struct(*required: str, **fields: Schema) -> Schema:
    """An object with these fields and no others."""
    schema: Schema = {"type": "object", "properties": fields}
    return {**schema, "required": list(required)} if required else schema


def several(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def table(values: Schema = TEXT) -> Schema:
    """Any keys, values of one type."""
    return {"type": "object", "additionalProperties": values}


def one_of(*values: str) -> Schema:
    """One of these words."""
    return {"type": "string", "enum": list(values)}


OPERATOR = one_of(*OPERATORS)
REQUIREMENT = struct("key", "operator", key=TEXT, operator=OPERATOR, values=several(TEXT), minValues=NUMBER)
EFFECT = one_of("NoSchedule", "PreferNoSchedule", "NoExecute")
TAINT = struct("key", "effect", key=TEXT, value=TEXT, effect=EFFECT, timeAdded=TEXT)
CONDITION = struct(
    type=TEXT,
    status=TEXT,
    reason=TEXT,
    message=TEXT,
    lastTransitionTime=TEXT,
    observedGeneration=NUMBER,
    severity=TEXT,
)
AMOUNTS = table(QUANTITY)
KUBELET = struct(
    clusterDNS=several(TEXT),
    containerRuntime=TEXT,
    cpuCFSQuota=FLAG,
    evictionHard=table(),
    evictionMaxPodGracePeriod=NUMBER,
    evictionSoft=table(),
    evictionSoftGracePeriod=table(),
    imageGCHighThresholdPercent=NUMBER,
    imageGCLowThresholdPercent=NUMBER,
    kubeReserved=AMOUNTS,
    maxPods=NUMBER,
    podsPerCore=NUMBER,
    systemReserved=AMOUNTS,
)
DISK = struct(
    deleteOnTermination=FLAG,
    encrypted=FLAG,
    iops=NUMBER,
    kmsKeyID=TEXT,
    snapshotID=TEXT,
    throughput=NUMBER,
    volumeSize=QUANTITY,
    volumeType=TEXT,
)
DISKS = several(struct(deviceName=TEXT, ebs=DISK, rootVolume=FLAG))
METADATA_OPTIONS = struct(
    httpEndpoint=TEXT, httpProtocolIPv6=TEXT, httpPutResponseHopLimit=NUMBER, httpTokens=TEXT
)

PROVISIONER = struct(
    annotations=table(),
    consolidation=struct(enabled=FLAG),
    kubeletConfiguration=KUBELET,
    labels=table(),
    limits=struct(resources=AMOUNTS),
    provider=ANYTHING,
    providerRef=struct(apiVersion=TEXT, kind=TEXT, name=TEXT),
    requirements=several(REQUIREMENT),
    startupTaints=several(TAINT),
    taints=several(TAINT),
    ttlSecondsAfterEmpty=NUMBER,
    ttlSecondsUntilExpired=NUMBER,
    weight={**NUMBER, "minimum": 1, "maximum": 100},
)
NODE_TEMPLATE = struct(
    amiFamily=TEXT,
    amiSelector=table(),
    apiVersion=TEXT,
    blockDeviceMappings=DISKS,
    context=TEXT,
    detailedMonitoring=FLAG,
    instanceProfile=TEXT,
    kind=TEXT,
    launchTemplate=TEXT,
    metadataOptions=METADATA_OPTIONS,
    securityGroupSelector=table(),
    subnetSelector=table(),
    tags=table(),
    userData=TEXT,
)
CLASS_REFERENCE = struct("group", "kind", "name", group=TEXT, kind=TEXT, name=TEXT)
CLAIM_FIELDS: dict[str, Schema] = {
    "expireAfter": DURATION,
    "nodeClassRef": CLASS_REFERENCE,
    "requirements": {**several(REQUIREMENT), "maxItems": 100},
    "startupTaints": several(TAINT),
    "taints": several(TAINT),
    "terminationGracePeriod": DURATION,
}
BUDGET = struct("nodes", nodes=TEXT, schedule=TEXT, duration=TEXT, reasons=several(TEXT))
POLICY = {**one_of("WhenEmpty", "WhenEmptyOrUnderutilized"), "default": "WhenEmptyOrUnderutilized"}
DISRUPTION = struct(
    "consolidateAfter",
    budgets=several(BUDGET),
    consolidateAfter=DURATION,
    consolidationPolicy=POLICY,
)
DISRUPTION["default"] = {"consolidateAfter": "0s"}
NODE_POOL = struct(
    "template",
    disruption=DISRUPTION,
    limits=AMOUNTS,
    template=struct(
        "spec",
        metadata=struct(annotations=table(), labels=table()),
        spec=struct("nodeClassRef", "requirements", **CLAIM_FIELDS),
    ),
    weight={**NUMBER, "minimum": 1, "maximum": 100},
)
NODE_CLAIM = struct("nodeClassRef", "requirements", **CLAIM_FIELDS, resources=struct(requests=AMOUNTS))
NODE_CLAIM_STATUS = struct(
    allocatable=AMOUNTS,
    capacity=AMOUNTS,
    conditions=several(CONDITION),
    imageID=TEXT,
    lastPodEventTime=TEXT,
    nodeName=TEXT,
    providerID=TEXT,
)
SELECTOR = several(struct(id=TEXT, name=TEXT, tags=table()))
IMAGE = struct(alias=TEXT, id=TEXT, name=TEXT, owner=TEXT, ssmParameter=TEXT, tags=table())
CLASS = struct(
    "amiSelectorTerms",
    "securityGroupSelectorTerms",
    "subnetSelectorTerms",
    amiFamily=TEXT,
    amiSelectorTerms=several(IMAGE),
    associatePublicIPAddress=FLAG,
    blockDeviceMappings=DISKS,
    capacityReservationSelectorTerms=several(ANYTHING),
    context=TEXT,
    detailedMonitoring=FLAG,
    instanceProfile=TEXT,
    instanceStorePolicy=TEXT,
    kubelet=KUBELET,
    metadataOptions=METADATA_OPTIONS,
    role=TEXT,
    securityGroupSelectorTerms=SELECTOR,
    subnetSelectorTerms=SELECTOR,
    tags=table(),
    userData=TEXT,
)
STATUS = struct(conditions=several(CONDITION), resources=AMOUNTS, lastScaleTime=TEXT)
CLASS_STATUS = struct(
    amis=several(ANYTHING),
    conditions=several(CONDITION),
    instanceProfile=TEXT,
    securityGroups=several(ANYTHING),
    subnets=several(ANYTHING),
)

READY = ("Ready", "string", '.status.conditions[?(@.type=="Ready")].status')
AGE = ("Age", "date", ".metadata.creationTimestamp")
CAPACITY = ("Capacity", "string", ".metadata.labels.karpenter\\.sh/capacity-type")
TYPE = ("Type", "string", ".metadata.labels.node\\.kubernetes\\.io/instance-type")
ZONE = ("Zone", "string", ".metadata.labels.topology\\.kubernetes\\.io/zone")
Columns = tuple[tuple[str, str, str], ...]


def definitions() -> Iterator[Object]:
    """All of them."""
    core, aws = "karpenter.sh", "karpenter.k8s.aws"
    yield _definition(core, "v1alpha5", "Provisioner", PROVISIONER, STATUS)
    yield _definition(aws, "v1alpha1", "AWSNodeTemplate", NODE_TEMPLATE, ANYTHING)
    pool_columns: Columns = (
        ("NodeClass", "string", ".spec.template.spec.nodeClassRef.name"),
        ("Nodes", "string", ".status.resources.nodes"),
        READY,
        AGE,
    )
    yield _definition(core, "v1", "NodePool", NODE_POOL, STATUS, pool_columns)
    claim_columns: Columns = (TYPE, CAPACITY, ZONE, ("Node", "string", ".status.nodeName"), READY, AGE)
    yield _definition(core, "v1", "NodeClaim", NODE_CLAIM, NODE_CLAIM_STATUS, claim_columns)
    class_columns: Columns = (READY, AGE)
    yield _definition(aws, "v1", "EC2NodeClass", CLASS, CLASS_STATUS, class_columns, ("ec2nc", "ec2ncs"))


def _definition(
    group: str,
    version: str,
    kind: str,
    spec: Schema,
    status: Schema,
    columns: Columns = (),
    short: tuple[str, ...] = (),
) -> Object:
    plural = f"{kind.lower()}{'es' if kind.endswith('s') else 's'}"
    served: Object = {
        "name": version,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": struct(spec=spec, status=status)},
    }
    if columns:
        told = [{"name": name, "type": type_, "jsonPath": path} for name, type_, path in columns]
        served["additionalPrinterColumns"] = told
    names: Object = {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"}
    names["categories"] = ["karpenter"]
    if short:
        names["shortNames"] = list(short)
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {"group": group, "scope": "Cluster", "names": names, "versions": [served]},
    }
