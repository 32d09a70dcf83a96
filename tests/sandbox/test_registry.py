"""The registry's promises to the API and to controllers."""

import pytest

from labrunner.sandbox.clock import ManualClock
from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.objects import Object, metadata, name
from labrunner.sandbox.patch import Patch
from labrunner.sandbox.registry import ADMIN, DeleteOptions, Registry

POD = {"metadata": {"name": "web"}, "spec": {"containers": [{"name": "main", "image": "nginx:1.27"}]}}


@pytest.fixture
def registry() -> Registry:
    """A registry with the namespace `lab` and its default service account."""
    registry = Registry(clock=ManualClock())
    registry.create(registry.kinds.by_kind("v1", "Namespace"), {"metadata": {"name": "lab"}})
    accounts = registry.kinds.by_kind("v1", "ServiceAccount")
    registry.create(accounts, {"metadata": {"name": "default"}}, namespace="lab")
    return registry


def kind(registry: Registry, named: str, api_version: str = "v1") -> Kind:
    """The kind of that name."""
    return registry.kinds.by_kind(api_version, named)


def config_map(registry: Registry, **fields: object) -> Object:
    """Create a config map in `lab`."""
    obj = {"metadata": {"name": "settings"}, "data": {"a": "1"}} | fields
    return registry.create(kind(registry, "ConfigMap"), obj, namespace="lab")


def test_a_new_object_gets_what_only_the_server_can_give(registry: Registry) -> None:
    made = config_map(registry)
    meta = metadata(made)
    assert made["apiVersion"] == "v1"
    assert made["kind"] == "ConfigMap"
    assert meta["namespace"] == "lab"
    assert meta["creationTimestamp"] == "2025-01-01T00:00:00Z"
    assert len(meta["uid"]) == 36
    assert int(meta["resourceVersion"]) == registry.store.version


def test_generated_names_begin_as_asked(registry: Registry) -> None:
    made = config_map(registry, metadata={"generateName": "settings-"})
    assert name(made).startswith("settings-")
    assert len(name(made)) == len("settings-") + 5


def test_a_second_object_of_the_same_name_is_refused(registry: Registry) -> None:
    config_map(registry)
    with pytest.raises(ApiError, match='configmaps "settings" already exists') as refused:
        config_map(registry)
    assert (refused.value.code, refused.value.reason) == (409, "AlreadyExists")


def test_a_namespace_has_to_be_there(registry: Registry) -> None:
    with pytest.raises(ApiError, match='namespaces "none" not found'):
        registry.create(kind(registry, "ConfigMap"), {"metadata": {"name": "a"}}, namespace="none")


def test_a_namespace_that_goes_takes_nothing_new(registry: Registry) -> None:
    registry.delete(kind(registry, "Namespace"), "lab")
    assert registry.get(kind(registry, "Namespace"), "lab")["status"] == {"phase": "Terminating"}
    with pytest.raises(ApiError, match="because it is being terminated") as refused:
        config_map(registry)
    assert refused.value.details["causes"][0]["reason"] == "NamespaceTerminating"


def test_an_update_of_an_old_version_conflicts(registry: Registry) -> None:
    old = config_map(registry)
    registry.update(kind(registry, "ConfigMap"), {**old, "data": {"a": "2"}})
    with pytest.raises(ApiError) as refused:
        registry.update(kind(registry, "ConfigMap"), {**old, "data": {"a": "3"}})
    assert str(refused.value) == (
        'Operation cannot be fulfilled on configmaps "settings": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )


def test_an_update_that_changes_nothing_writes_nothing(registry: Registry) -> None:
    made = config_map(registry)
    assert registry.update(kind(registry, "ConfigMap"), made) is made


def test_status_and_spec_are_written_apart(registry: Registry) -> None:
    pods = kind(registry, "Pod")
    made = registry.create(pods, POD, namespace="lab")
    labelled = {**made, "metadata": {**made["metadata"], "labels": {"a": "b"}}, "status": {"phase": "Failed"}}
    assert registry.update(pods, labelled)["status"]["phase"] == "Pending"
    current = registry.get(pods, "web", "lab")
    running = {**current, "status": {"phase": "Running"}, "spec": {}}
    changed = registry.update(pods, running, subresource="status")
    assert changed["status"]["phase"] == "Running"
    assert changed["spec"] == made["spec"]


def test_a_finalizer_keeps_an_object_until_it_is_taken_out(registry: Registry) -> None:
    maps = kind(registry, "ConfigMap")
    config_map(registry, metadata={"name": "settings", "finalizers": ["example.com/keep"]})
    marked = registry.delete(maps, "settings", "lab")
    assert metadata(marked)["deletionTimestamp"] == "2025-01-01T00:00:00Z"
    registry.patch(maps, "settings", "lab", Patch("merge", {"metadata": {"finalizers": None}}))
    assert registry.find(maps, "settings", "lab") is None


def test_propagation_is_written_down_for_the_garbage_collector(registry: Registry) -> None:
    maps = kind(registry, "ConfigMap")
    config_map(registry)
    marked = registry.delete(maps, "settings", "lab", options=DeleteOptions(propagation="Foreground"))
    assert metadata(marked)["finalizers"] == ["foregroundDeletion"]


def test_preconditions_protect_a_successor_of_the_same_name(registry: Registry) -> None:
    config_map(registry)
    with pytest.raises(ApiError, match="Precondition failed: UID in precondition: other") as refused:
        registry.delete(kind(registry, "ConfigMap"), "settings", "lab", options=DeleteOptions(uid="other"))
    assert refused.value.code == 409


def test_a_pod_on_a_node_gets_its_grace_period(registry: Registry) -> None:
    pods = kind(registry, "Pod")
    registry.create(pods, POD, namespace="lab")
    registry.bind("lab", "web", "node-1")
    marked = registry.delete(pods, "web", "lab")
    assert metadata(marked)["deletionGracePeriodSeconds"] == 30
    assert metadata(marked)["deletionTimestamp"] == "2025-01-01T00:00:30Z"
    registry.delete(pods, "web", "lab", options=DeleteOptions(grace_seconds=0))
    assert registry.find(pods, "web", "lab") is None


def test_a_pod_on_no_node_goes_at_once(registry: Registry) -> None:
    pods = kind(registry, "Pod")
    registry.create(pods, POD, namespace="lab")
    registry.delete(pods, "web", "lab")
    assert registry.find(pods, "web", "lab") is None


def test_a_pod_is_bound_once(registry: Registry) -> None:
    registry.create(kind(registry, "Pod"), POD, namespace="lab")
    registry.bind("lab", "web", "node-1")
    with pytest.raises(ApiError, match='pod web is already assigned to node "node-1"'):
        registry.bind("lab", "web", "node-2")


def test_dry_runs_store_nothing(registry: Registry) -> None:
    before = registry.store.version
    made = registry.create(kind(registry, "Pod"), POD, namespace="lab", dry_run=True)
    assert made["spec"]["restartPolicy"] == "Always"
    assert registry.store.version == before


def test_what_a_person_relies_on_without_effect_is_noted_once(registry: Registry) -> None:
    policies = kind(registry, "NetworkPolicy", "networking.k8s.io/v1")
    policy = {"metadata": {"name": "deny"}, "spec": {"podSelector": {}}}
    registry.create(policies, policy, namespace="lab", user=ADMIN)
    (noted,) = registry.notes.take()
    assert "NetworkPolicy" in noted
    assert registry.notes.take() == ()


def test_what_the_cluster_stores_for_itself_is_not_noted(registry: Registry) -> None:
    policies = kind(registry, "NetworkPolicy", "networking.k8s.io/v1")
    registry.create(policies, {"metadata": {"name": "deny"}, "spec": {"podSelector": {}}}, namespace="lab")
    assert registry.notes.take() == ()
