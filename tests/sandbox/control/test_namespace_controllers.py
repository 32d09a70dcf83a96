"""Namespaces: what each of them has, and how they go."""

from played_cluster import Cluster

from labrunner.sandbox.objects import Object, at, condition


def namespace(name: str = "aiml") -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def config_map(name: str = "settings", space: str = "aiml", **metadata: object) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": space, **metadata},
    }


def test_a_new_cluster_has_the_usual_namespaces(cluster: Cluster) -> None:
    names = {each["metadata"]["name"] for each in cluster.list("v1", "Namespace")}
    assert names == {"default", "kube-system", "kube-public", "kube-node-lease", "karpenter"}


def test_every_namespace_has_a_service_account_and_the_clusters_certificate(cluster: Cluster) -> None:
    cluster.create(namespace())
    assert cluster.find("v1", "ServiceAccount", "default", "aiml") is not None
    assert cluster.get("v1", "ConfigMap", "kube-root-ca.crt", "aiml")["data"] == {"ca.crt": "a certificate"}


def test_both_come_back_when_somebody_deletes_them(cluster: Cluster) -> None:
    cluster.delete(cluster.get("v1", "ServiceAccount", "default", "default"))
    cluster.delete(cluster.get("v1", "ConfigMap", "kube-root-ca.crt", "default"))
    assert cluster.find("v1", "ServiceAccount", "default", "default") is not None
    assert cluster.find("v1", "ConfigMap", "kube-root-ca.crt", "default") is not None


def test_the_certificate_is_put_right_when_somebody_changes_it(cluster: Cluster) -> None:
    cluster.change(cluster.get("v1", "ConfigMap", "kube-root-ca.crt", "default"), data={})
    assert cluster.get("v1", "ConfigMap", "kube-root-ca.crt", "default")["data"] == {
        "ca.crt": "a certificate"
    }


def test_a_deleted_namespace_is_emptied_and_gone(cluster: Cluster) -> None:
    cluster.create(namespace())
    cluster.create(config_map())
    cluster.delete(cluster.get("v1", "Namespace", "aiml"))
    cluster.advance(2)
    assert cluster.find("v1", "Namespace", "aiml") is None
    assert cluster.list("v1", "ConfigMap", "aiml") == []


def test_what_is_in_it_can_be_deleted_in_the_same_breath(cluster: Cluster) -> None:
    cluster.create(namespace())
    cluster.create(config_map())
    cluster.delete(cluster.get("v1", "Namespace", "aiml"))
    cluster.delete(cluster.get("v1", "ConfigMap", "settings", "aiml"))
    cluster.advance(2)
    assert cluster.find("v1", "Namespace", "aiml") is None


def test_it_waits_for_its_pods_to_end_and_says_so(cluster: Cluster) -> None:
    cluster.create(namespace())
    container = {"name": "main", "image": "pause"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "aiml"}}
    cluster.create({**pod, "spec": {"containers": [container]}})
    cluster.work()
    cluster.delete(cluster.get("v1", "Namespace", "aiml"))
    cluster.advance(2)
    waiting = cluster.get("v1", "Namespace", "aiml")
    assert at(waiting, "status.phase") == "Terminating"
    told = condition(waiting, "NamespaceContentRemaining")
    assert told is not None
    assert told["message"] == "Some resources are remaining: pods. has 1 resource instances"
    cluster.work()
    assert cluster.find("v1", "Namespace", "aiml") is None


def test_a_finalizer_inside_keeps_it_and_is_named(cluster: Cluster) -> None:
    cluster.create(namespace())
    cluster.create(config_map(finalizers=["example.com/keep"]))
    cluster.delete(cluster.get("v1", "Namespace", "aiml"))
    cluster.advance(2)
    told = condition(cluster.get("v1", "Namespace", "aiml"), "NamespaceFinalizersRemaining")
    assert told is not None
    assert told["message"].endswith("finalizers remaining: example.com/keep in 1 resource instances")
    kept = cluster.get("v1", "ConfigMap", "settings", "aiml")
    cluster.change(kept, metadata={**kept["metadata"], "finalizers": []})
    assert cluster.find("v1", "Namespace", "aiml") is None


def test_what_belongs_to_nobody_any_more_is_collected(cluster: Cluster) -> None:
    owner = cluster.create(config_map("owner", "default"))
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"]}
    cluster.create(config_map("child", "default", ownerReferences=[reference]))
    cluster.delete(owner)
    assert cluster.find("v1", "ConfigMap", "child", "default") is None


def test_what_names_an_owner_of_another_life_is_collected(cluster: Cluster) -> None:
    cluster.create(config_map("owner", "default"))
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": "of-an-earlier-one"}
    cluster.create(config_map("child", "default", ownerReferences=[reference]))
    assert cluster.find("v1", "ConfigMap", "child", "default") is None


def test_one_of_two_owners_is_enough_to_stay(cluster: Cluster) -> None:
    owners = [cluster.create(config_map(name, "default")) for name in ("one", "two")]
    references = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "name": each["metadata"]["name"],
            "uid": each["metadata"]["uid"],
        }
        for each in owners
    ]
    cluster.create(config_map("child", "default", ownerReferences=references))
    cluster.delete(owners[0])
    child = cluster.get("v1", "ConfigMap", "child", "default")
    assert [each["name"] for each in child["metadata"]["ownerReferences"]] == ["two"]
