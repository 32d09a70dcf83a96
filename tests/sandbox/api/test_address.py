"""A path names a resource the way Kubernetes reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.sandbox.api.address import Address, is_true, parse, verb


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/api/v1", Address("", "v1", "")),
        ("/api/v1/pods", Address("", "v1", "pods")),
        ("/api/v1/namespaces", Address("", "v1", "namespaces")),
        ("/api/v1/namespaces/aiml", Address("", "v1", "namespaces", name="aiml")),
        ("/api/v1/namespaces/a/finalize", Address("", "v1", "namespaces", "", "a", "finalize")),
        ("/api/v1/namespaces/aiml/pods", Address("", "v1", "pods", "aiml")),
        ("/api/v1/namespaces/aiml/pods/", Address("", "v1", "pods", "aiml")),
        ("/api/v1/namespaces/aiml/pods/web/log", Address("", "v1", "pods", "aiml", "web", "log")),
        ("/apis/apps/v1/deployments", Address("apps", "v1", "deployments")),
        (
            "/apis/apps/v1/namespaces/a/deployments/b/scale",
            Address("apps", "v1", "deployments", "a", "b", "scale"),
        ),
        (
            "/api/v1/namespaces/a/services/b:80/proxy/x/y",
            Address("", "v1", "services", "a", "b:80", "proxy", "x/y"),
        ),
        (
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Aadmin",
            Address("rbac.authorization.k8s.io", "v1", "clusterroles", "", "system:admin"),
        ),
    ],
)
def test_a_path_names_a_resource(path: str, address: Address) -> None:
    assert parse(path) == address


@pytest.mark.parametrize("path", ["/", "", "/api", "/apis", "/apis/apps", "/version", "/openapi/v3/api/v1"])
def test_other_paths_name_none(path: str) -> None:
    assert parse(path) is None


@given(st.text())
def test_any_path_can_be_read(path: str) -> None:
    parse("/api/v1/" + path)


@pytest.mark.parametrize(
    ("method", "path", "query", "expected"),
    [
        ("GET", "/api/v1/pods", {}, "list"),
        ("GET", "/api/v1/pods", {"watch": "true"}, "watch"),
        ("GET", "/api/v1/pods", {"watch": "false"}, "list"),
        ("GET", "/api/v1/namespaces/a/pods/b", {}, "get"),
        ("POST", "/api/v1/namespaces/a/pods", {}, "create"),
        ("POST", "/api/v1/namespaces/a/pods/b/exec", {}, "create"),
        ("PUT", "/api/v1/nodes/a", {}, "update"),
        ("PATCH", "/api/v1/nodes/a", {}, "patch"),
        ("DELETE", "/api/v1/nodes/a", {}, "delete"),
        ("DELETE", "/api/v1/nodes", {}, "deletecollection"),
        ("TRACE", "/api/v1/nodes", {}, ""),
    ],
)
def test_a_request_has_the_verb_that_roles_name(
    method: str, path: str, query: dict[str, str], expected: str
) -> None:
    address = parse(path)
    assert address is not None
    assert verb(method, address, query) == expected


def test_a_switch_is_on_unless_it_says_no() -> None:
    assert [is_true(value) for value in ("true", "1", "", "True")] == [True] * 4
    assert [is_true(value) for value in ("false", "0", "False", None)] == [False] * 4
