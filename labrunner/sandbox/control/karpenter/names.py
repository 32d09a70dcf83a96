"""Labels, annotations and resources that Karpenter and EKS give names to."""

PROVISIONER = "karpenter.sh/provisioner-name"
NODE_POOL = "karpenter.sh/nodepool"
CAPACITY_TYPE = "karpenter.sh/capacity-type"
INITIALIZED = "karpenter.sh/initialized"
REGISTERED = "karpenter.sh/registered"
TERMINATION = "karpenter.sh/termination"
"""Finalizer of nodes and node claims: they are drained first."""
CLASS_TERMINATION = "karpenter.k8s.aws/termination"
"""Finalizer of EC2 node classes: they wait for their node claims."""
DO_NOT_EVICT = "karpenter.sh/do-not-evict"
DO_NOT_DISRUPT = "karpenter.sh/do-not-disrupt"
EMPTY_SINCE = "karpenter.sh/emptiness-timestamp"
NODE_CLASS = "karpenter.k8s.aws/ec2nodeclass"
ZONE = "topology.kubernetes.io/zone"
ARCH = "kubernetes.io/arch"
SYSTEM = "kubernetes.io/os"
INSTANCE_TYPE = "node.kubernetes.io/instance-type"
UNREGISTERED = {"key": "karpenter.sh/unregistered", "effect": "NoExecute"}
DISRUPTED = {"key": "karpenter.sh/disrupted", "effect": "NoSchedule"}

WELL_KNOWN = (
    INSTANCE_TYPE,
    ZONE,
    ARCH,
    SYSTEM,
    CAPACITY_TYPE,
    "topology.kubernetes.io/region",
    "kubernetes.io/hostname",
    *(
        f"karpenter.k8s.aws/instance-{each}"
        for each in (
            "category",
            "family",
            "generation",
            "size",
            "cpu",
            "memory",
            "pods",
            "hypervisor",
            "accelerator-name",
            "accelerator-manufacturer",
            "accelerator-count",
            "gpu-count",
        )
    ),
)
"""Labels that every node has, so that a pod may ask for them though no provisioner mentions them."""

ALIASES = {
    "beta.kubernetes.io/instance-type": INSTANCE_TYPE,
    "beta.kubernetes.io/arch": ARCH,
    "beta.kubernetes.io/os": SYSTEM,
    "failure-domain.beta.kubernetes.io/zone": ZONE,
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
}
"""Older names of the same labels."""
