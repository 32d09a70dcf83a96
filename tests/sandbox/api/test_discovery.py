"""Discovery tells the same in its aggregated and in its older form."""

import pytest

from labrunner.sandbox.api import discovery
from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.kinds.builtin import builtin_kinds
from labrunner.sandbox.kinds.kind import Kind
from labrunner.sandbox.kinds.known import Kinds


def kinds() -> Kinds:
    return Kinds(builtin_kinds())


def versions_of(document: dict, group: str) -> dict:
    (found,) = (each for each in document["items"] if each["metadata"].get("name", "") == group)
    return {each["version"]: each["resources"] for each in found["versions"]}


def test_the_core_group_is_apart_from_all_others() -> None:
    core = discovery.aggregated(kinds(), core=True)
    others = discovery.aggregated(kinds(), core=False)
    assert [each["metadata"].get("name") for each in core["items"]] == [None]
    names = [each["metadata"]["name"] for each in others["items"]]
    assert "apps" in names
    assert len(names) == len(set(names))


def test_a_resource_tells_how_it_is_called_and_used() -> None:
    resources = versions_of(discovery.aggregated(kinds(), core=False), "apps")["v1"]
    (deployments,) = (each for each in resources if each["resource"] == "deployments")
    assert deployments["responseKind"] == {"group": "apps", "version": "v1", "kind": "Deployment"}
    assert deployments["scope"] == "Namespaced"
    assert deployments["shortNames"] == ["deploy"]
    assert deployments["categories"] == ["all"]
    assert {"create", "get", "list", "watch", "patch"} <= set(deployments["verbs"])
    subresources = {each["subresource"]: each["responseKind"]["kind"] for each in deployments["subresources"]}
    assert subresources == {"scale": "Scale", "status": "Deployment"}


def test_a_subresource_may_be_of_another_group() -> None:
    resources = versions_of(discovery.aggregated(kinds(), core=True), "")["v1"]
    (pods,) = (each for each in resources if each["resource"] == "pods")
    (eviction,) = (each for each in pods["subresources"] if each["subresource"] == "eviction")
    assert eviction["responseKind"] == {"group": "policy", "version": "v1", "kind": "Eviction"}


def test_both_forms_tell_the_same() -> None:
    served = kinds()
    for core in (True, False):
        for group in discovery.aggregated(served, core=core)["items"]:
            for version in group["versions"]:
                name = group["metadata"].get("name", "")
                older = discovery.resource_list(served, name, version["version"])["resources"]
                plain = [each["name"] for each in older if "/" not in each["name"]]
                assert plain == [each["resource"] for each in version["resources"]]
                below = [
                    f"{each['resource']}/{sub['subresource']}"
                    for each in version["resources"]
                    for sub in each.get("subresources", ())
                ]
                assert [each["name"] for each in older if "/" in each["name"]] == below


def test_the_list_of_groups_names_versions_with_the_best_first() -> None:
    served = kinds()
    served.replace(
        "example.org", "boxes", [Kind("example.org", v, "Box", "boxes") for v in ("v1beta1", "v1")]
    )
    (group,) = (each for each in discovery.group_list(served)["groups"] if each["name"] == "example.org")
    assert group["preferredVersion"] == {"groupVersion": "example.org/v1", "version": "v1"}
    assert [each["version"] for each in group["versions"]] == ["v1", "v1beta1"]
    assert discovery.group(served, "example.org") == {"kind": "APIGroup", "apiVersion": "v1"} | group


def test_what_is_not_served_is_not_there() -> None:
    for ask in (
        lambda: discovery.group(kinds(), "nonsense"),
        lambda: discovery.resource_list(kinds(), "apps", "v9"),
    ):
        with pytest.raises(ApiError) as refusal:
            ask()
        assert refusal.value.code == 404


def test_older_clients_learn_the_server_s_address() -> None:
    assert discovery.core_versions("127.0.0.1:6443") == {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:6443"}],
    }
