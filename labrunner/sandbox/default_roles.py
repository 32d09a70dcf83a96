"""The cluster roles and bindings that every cluster has, as far as labs refer to them. Pure."""

from collections.abc import Iterator, Sequence

from labrunner.sandbox.kinds.roles import GROUP
from labrunner.sandbox.objects import Object
from labrunner.sandbox.user import AUTHENTICATED, MASTERS

READ = ("get", "list", "watch")
WRITE = ("create", "delete", "deletecollection", "patch", "update")
AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-"
BOOTSTRAP = {"kubernetes.io/bootstrapping": "rbac-defaults"}
UPDATED = {"rbac.authorization.kubernetes.io/autoupdate": "true"}

# What people with a hand in a namespace look at and change, by API group.
_CORE = (
    "configmaps", "endpoints", "persistentvolumeclaims", "pods", "replicationcontrollers", "serviceaccounts",
    "services",
)  # fmt: skip
_SEEN = ("bindings", "events", "limitranges", "namespaces", "pods/log", "pods/status", "resourcequotas")
_REACHED = ("pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "services/proxy")
_APPS = (
    "controllerrevisions",
    "daemonsets",
    "deployments",
    "deployments/scale",
    "replicasets",
    "statefulsets",
)
_OTHERS = (
    ("apps", _APPS),
    ("autoscaling", ("horizontalpodautoscalers",)),
    ("batch", ("cronjobs", "jobs")),
    ("networking.k8s.io", ("ingresses", "networkpolicies")),
    ("policy", ("poddisruptionbudgets",)),
)
_ADDRESSES = ("/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*")
_HEALTH = ("/healthz", "/livez", "/readyz", "/version", "/version/")
_REVIEWS = ("selfsubjectaccessreviews", "selfsubjectrulesreviews")


def objects() -> Iterator[Object]:
    """Yield roles and bindings, to be created when a cluster begins."""
    everything = [_rule("*", "*", ["*"]), {"nonResourceURLs": ["*"], "verbs": ["*"]}]
    yield _role("cluster-admin", everything)
    yield _binding("cluster-admin", MASTERS)
    yield from _people()
    yield from _everybody()
    yield from _components()


def _people() -> Iterator[Object]:
    """The three roles that namespaces' users get; each holds the one before, and what others add to it."""
    view = [_rule("", (*_CORE, *_SEEN), READ), *(_rule(group, names, READ) for group, names in _OTHERS)]
    edit = [
        _rule("", (*_REACHED, "secrets"), READ),
        _rule("", (*_CORE, *_REACHED, "secrets"), WRITE),
        _rule("", ("serviceaccounts",), ("impersonate",)),
        *(_rule(group, names, WRITE) for group, names in _OTHERS),
        _rule("coordination.k8s.io", ("leases",), (*READ, *WRITE)),
    ]
    admin = [
        _rule(GROUP, ("roles", "rolebindings"), (*READ, *WRITE)),
        _rule("authorization.k8s.io", ("localsubjectaccessreviews",), ("create",)),
    ]
    yield _role("system:aggregate-to-view", view, into="view")
    yield _role("system:aggregate-to-edit", edit, into="edit")
    yield _role("system:aggregate-to-admin", admin, into="admin")
    yield _aggregated("view", ("view",), into="edit")
    yield _aggregated("edit", ("view", "edit"), into="admin")
    yield _aggregated("admin", ("view", "edit", "admin"))


def _everybody() -> Iterator[Object]:
    """What whoever is known may do: find out what there is, and what they may do."""
    yield _role("system:discovery", [_paths((*_ADDRESSES, *_HEALTH))])
    yield _binding("system:discovery", AUTHENTICATED)
    reviews = [
        _rule("authorization.k8s.io", _REVIEWS, ("create",)),
        _rule("authentication.k8s.io", ("selfsubjectreviews",), ("create",)),
    ]
    yield _role("system:basic-user", reviews)
    yield _binding("system:basic-user", AUTHENTICATED)
    yield _role("system:public-info-viewer", [_paths(_HEALTH)])
    yield _binding("system:public-info-viewer", AUTHENTICATED)
    yield _role(
        "system:service-account-issuer-discovery",
        [_paths(("/.well-known/openid-configuration", "/openid/v1/jwks"))],
    )


def _components() -> Iterator[Object]:
    """The roles of the cluster's own programs, which manifests sometimes bind to theirs."""
    delegate = [
        _rule("authentication.k8s.io", ("tokenreviews",), ("create",)),
        _rule("authorization.k8s.io", ("subjectaccessreviews",), ("create",)),
    ]
    yield _role("system:auth-delegator", delegate)
    nodes = [_rule("", ("nodes",), READ), _rule("", ("nodes", "nodes/status"), ("patch", "update", "create"))]
    yield _role("system:node", [*nodes, _rule("", ("pods", "configmaps", "secrets", "services"), READ)])
    yield _role("system:node-proxier", [_rule("", ("endpoints", "services", "nodes"), READ)])
    schedule = [_rule("", ("pods", "nodes"), READ), _rule("", ("pods/binding", "bindings"), ("create",))]
    yield _role("system:kube-scheduler", [*schedule, _rule("", ("pods/status",), ("patch", "update"))])
    yield _role(
        "system:persistent-volume-provisioner",
        [_rule("", ("persistentvolumes",), (*READ, "create", "delete"))],
    )


def _rule(group: str, resources: str | Sequence[str], verbs: Sequence[str]) -> Object:
    named = [resources] if isinstance(resources, str) else list(resources)
    return {"apiGroups": [group], "resources": named, "verbs": list(verbs)}


def _paths(paths: Sequence[str]) -> Object:
    return {"nonResourceURLs": list(paths), "verbs": ["get"]}


def _role(called: str, rules: list[Object], *, into: str = "") -> Object:
    more = {f"{AGGREGATE}{into}": "true"} if into else {}
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": called, "labels": {**BOOTSTRAP, **more}, "annotations": UPDATED},
        "rules": rules,
    }


def _aggregated(called: str, parts: Sequence[str], *, into: str = "") -> Object:
    selectors = [{"matchLabels": {f"{AGGREGATE}{part}": "true"}} for part in parts]
    role = _role(called, [], into=into)
    return {**role, "aggregationRule": {"clusterRoleSelectors": selectors}}


def _binding(called: str, group: str) -> Object:
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": called, "labels": BOOTSTRAP, "annotations": UPDATED},
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": called},
        "subjects": [{"apiGroup": GROUP, "kind": "Group", "name": group}],
    }
