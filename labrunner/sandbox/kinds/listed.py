"""Which behaviour belongs to which kind. A kind that is not listed is stored, and says so."""

from collections.abc import Mapping

from labrunner.sandbox.kinds.config import CONFIG_MAP, SECRET
from labrunner.sandbox.kinds.coordination import LEASE
from labrunner.sandbox.kinds.custom_resource_definitions import DEFINITION
from labrunner.sandbox.kinds.daemon_sets import DAEMON_SET
from labrunner.sandbox.kinds.deployments import DEPLOYMENT
from labrunner.sandbox.kinds.events import EVENT, EVENTS_V1
from labrunner.sandbox.kinds.generic import ANSWERED
from labrunner.sandbox.kinds.kind import Behaviour
from labrunner.sandbox.kinds.namespaces import NAMESPACE
from labrunner.sandbox.kinds.networking import (
    ENDPOINT_SLICE,
    ENDPOINTS,
    INGRESS,
    INGRESS_CLASS,
    NETWORK_POLICY,
    SERVICE,
)
from labrunner.sandbox.kinds.nodes import NODE
from labrunner.sandbox.kinds.pods import POD
from labrunner.sandbox.kinds.policy import (
    AUTOSCALER,
    AUTOSCALER_V1,
    DISRUPTION_BUDGET,
    LIMIT_RANGE,
    RESOURCE_QUOTA,
    RUNTIME_CLASS,
    WEBHOOKS,
)
from labrunner.sandbox.kinds.priority_classes import PRIORITY_CLASS
from labrunner.sandbox.kinds.replica_sets import REPLICA_SET
from labrunner.sandbox.kinds.roles import BINDING, ROLE
from labrunner.sandbox.kinds.service_accounts import SERVICE_ACCOUNT
from labrunner.sandbox.kinds.storage import (
    CSI_DRIVER,
    CSI_NODE,
    PERSISTENT_VOLUME,
    PERSISTENT_VOLUME_CLAIM,
    STORAGE_CLASS,
    VOLUME_ATTACHMENT,
)
from labrunner.sandbox.kinds.stored_workloads import (
    CONTROLLER_REVISION,
    CRON_JOB,
    JOB,
    POD_TEMPLATE,
    REPLICATION_CONTROLLER,
    STATEFUL_SET,
)

# By group, version and kind.
BEHAVIOURS: Mapping[tuple[str, str, str], Behaviour] = {
    ("", "v1", "Binding"): ANSWERED,
    ("", "v1", "ConfigMap"): CONFIG_MAP,
    ("", "v1", "Endpoints"): ENDPOINTS,
    ("", "v1", "Event"): EVENT,
    ("", "v1", "LimitRange"): LIMIT_RANGE,
    ("", "v1", "Namespace"): NAMESPACE,
    ("", "v1", "Node"): NODE,
    ("", "v1", "PersistentVolume"): PERSISTENT_VOLUME,
    ("", "v1", "PersistentVolumeClaim"): PERSISTENT_VOLUME_CLAIM,
    ("", "v1", "Pod"): POD,
    ("", "v1", "PodTemplate"): POD_TEMPLATE,
    ("", "v1", "ReplicationController"): REPLICATION_CONTROLLER,
    ("", "v1", "ResourceQuota"): RESOURCE_QUOTA,
    ("", "v1", "Secret"): SECRET,
    ("", "v1", "Service"): SERVICE,
    ("", "v1", "ServiceAccount"): SERVICE_ACCOUNT,
    ("admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration"): WEBHOOKS,
    ("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration"): WEBHOOKS,
    ("apiextensions.k8s.io", "v1", "CustomResourceDefinition"): DEFINITION,
    ("apps", "v1", "ControllerRevision"): CONTROLLER_REVISION,
    ("apps", "v1", "DaemonSet"): DAEMON_SET,
    ("apps", "v1", "Deployment"): DEPLOYMENT,
    ("apps", "v1", "ReplicaSet"): REPLICA_SET,
    ("apps", "v1", "StatefulSet"): STATEFUL_SET,
    ("authentication.k8s.io", "v1", "SelfSubjectReview"): ANSWERED,
    ("authentication.k8s.io", "v1", "TokenReview"): ANSWERED,
    ("authorization.k8s.io", "v1", "LocalSubjectAccessReview"): ANSWERED,
    ("authorization.k8s.io", "v1", "SelfSubjectAccessReview"): ANSWERED,
    ("authorization.k8s.io", "v1", "SelfSubjectRulesReview"): ANSWERED,
    ("authorization.k8s.io", "v1", "SubjectAccessReview"): ANSWERED,
    ("autoscaling", "v1", "HorizontalPodAutoscaler"): AUTOSCALER_V1,
    ("autoscaling", "v2", "HorizontalPodAutoscaler"): AUTOSCALER,
    ("batch", "v1", "CronJob"): CRON_JOB,
    ("batch", "v1", "Job"): JOB,
    ("coordination.k8s.io", "v1", "Lease"): LEASE,
    ("discovery.k8s.io", "v1", "EndpointSlice"): ENDPOINT_SLICE,
    ("events.k8s.io", "v1", "Event"): EVENTS_V1,
    ("networking.k8s.io", "v1", "Ingress"): INGRESS,
    ("networking.k8s.io", "v1", "IngressClass"): INGRESS_CLASS,
    ("networking.k8s.io", "v1", "NetworkPolicy"): NETWORK_POLICY,
    ("node.k8s.io", "v1", "RuntimeClass"): RUNTIME_CLASS,
    ("policy", "v1", "PodDisruptionBudget"): DISRUPTION_BUDGET,
    ("rbac.authorization.k8s.io", "v1", "ClusterRole"): ROLE,
    ("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding"): BINDING,
    ("rbac.authorization.k8s.io", "v1", "Role"): ROLE,
    ("rbac.authorization.k8s.io", "v1", "RoleBinding"): BINDING,
    ("scheduling.k8s.io", "v1", "PriorityClass"): PRIORITY_CLASS,
    ("storage.k8s.io", "v1", "CSIDriver"): CSI_DRIVER,
    ("storage.k8s.io", "v1", "CSINode"): CSI_NODE,
    ("storage.k8s.io", "v1", "StorageClass"): STORAGE_CLASS,
    ("storage.k8s.io", "v1", "VolumeAttachment"): VOLUME_ATTACHMENT,
}
