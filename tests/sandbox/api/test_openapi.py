"""OpenAPI documents have schemas to explain, and stubs that leave validation to us."""

from collections.abc import Mapping
from typing import Any

from labrunner.sandbox.api import openapi
from labrunner.sandbox.kinds.builtin import builtin_kinds
from labrunner.sandbox.kinds.known import Kinds
from labrunner.sandbox.schemas.library import definitions


def document(group: str, version: str) -> dict[str, Any]:
    return openapi.document(group, version, Kinds(builtin_kinds()).in_group(group, version), definitions())


def references(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, Mapping):
        return set()
    own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
    return own.union(*map(references, value.values()))


def test_every_reference_leads_somewhere() -> None:
    for group in Kinds(builtin_kinds()).groups():
        for version in group.versions:
            found = document(group.name, version)
            named = {openapi.REFERENCE + name for name in found["components"]["schemas"]}
            assert references(found) <= named, group


def test_a_patch_leaves_validation_and_dry_runs_to_the_server() -> None:
    paths = document("apps", "v1")["paths"]
    patch = paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"]
    names = {"group": "apps", "version": "v1", "kind": "Deployment"}
    assert patch["x-kubernetes-group-version-kind"] == names
    assert {each["name"] for each in patch["parameters"]} == {"dryRun", "fieldManager", "fieldValidation"}


def test_cluster_scoped_kinds_have_no_namespace_in_their_path() -> None:
    assert "/api/v1/nodes/{name}" in document("", "v1")["paths"]


def test_a_kind_can_be_found_by_its_names() -> None:
    schemas = document("apps", "v1")["components"]["schemas"]
    deployment = schemas["io.k8s.api.apps.v1.Deployment"]
    assert deployment["x-kubernetes-group-version-kind"] == [
        {"group": "apps", "version": "v1", "kind": "Deployment"}
    ]
    assert "io.k8s.api.core.v1.Container" in schemas


def test_a_kind_s_own_name_is_no_enumeration() -> None:
    pod = document("", "v1")["components"]["schemas"]["io.k8s.api.core.v1.Pod"]
    assert "enum" not in pod["properties"]["kind"]
    assert "enum" in definitions()["io.k8s.api.core.v1.Pod"]["properties"]["kind"]


def test_lists_keep_the_keys_by_which_they_merge() -> None:
    spec = document("", "v1")["components"]["schemas"]["io.k8s.api.core.v1.PodSpec"]
    assert spec["properties"]["containers"]["x-kubernetes-patch-merge-key"] == "name"


def test_the_older_document_is_protobuf_with_a_version() -> None:
    content = openapi.v2_document()
    assert content.startswith(b"\x0a\x032.0")
    assert b"Kubernetes" in content


def test_the_index_names_each_document_with_its_hash() -> None:
    assert openapi.index({"api/v1": "AB", "apis/apps/v1": "CD"}) == {
        "paths": {
            "api/v1": {"serverRelativeURL": "/openapi/v3/api/v1?hash=AB"},
            "apis/apps/v1": {"serverRelativeURL": "/openapi/v3/apis/apps/v1?hash=CD"},
        }
    }
