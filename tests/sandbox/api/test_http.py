"""The API over HTTP, asked by a plain client: what is created can be read, changed, watched and deleted."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from asking import CONFIG_MAPS, Api, whole

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


@whole
async def test_what_is_created_can_be_read(api: Api) -> None:
    created = await api.create("a", data={"k": "v"})
    assert created["metadata"]["namespace"] == "default"
    assert await api.ask("GET", f"{CONFIG_MAPS}/a") == (200, created)


@whole
async def test_a_list_has_its_items_without_what_it_says_itself(api: Api) -> None:
    await api.create("a")
    status, found = await api.ask("GET", CONFIG_MAPS)
    assert (status, found["kind"], found["apiVersion"]) == (200, "ConfigMapList", "v1")
    (item,) = found["items"]
    assert item["metadata"]["name"] == "a"
    assert not {"kind", "apiVersion"} & item.keys()


@whole
async def test_a_list_comes_in_pages(api: Api) -> None:
    for each in "abc":
        await api.create(each)
    _, first = await api.ask("GET", f"{CONFIG_MAPS}?limit=2")
    assert first["metadata"]["remainingItemCount"] == 1
    token = first["metadata"]["continue"]
    _, second = await api.ask("GET", f"{CONFIG_MAPS}?limit=2&continue={token}")
    assert [each["metadata"]["name"] for each in second["items"]] == ["c"]


@whole
async def test_a_list_is_also_a_table_or_nothing_but_metadata(api: Api) -> None:
    await api.create("a", data={"k": "v"})
    _, table = await api.ask("GET", CONFIG_MAPS, Accept=TABLE)
    assert table["kind"] == "Table"
    assert table["rows"][0]["cells"][0] == "a"
    partial = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
    _, found = await api.ask("GET", CONFIG_MAPS, Accept=partial)
    assert found["items"][0].keys() == {"kind", "apiVersion", "metadata"}


@whole
async def test_one_object_is_also_a_table_and_yaml(api: Api) -> None:
    await api.create("a", data={"k": "v"})
    _, table = await api.ask("GET", f"{CONFIG_MAPS}/a", Accept=TABLE)
    assert len(table["rows"]) == 1
    _, text = await api.ask("GET", f"{CONFIG_MAPS}/a", Accept="application/yaml")
    assert yaml.safe_load(text)["data"] == {"k": "v"}


@whole
async def test_a_selection_is_by_labels_and_fields(api: Api) -> None:
    await api.create("a", metadata={"labels": {"app": "web"}})
    await api.create("b")
    for query in ("labelSelector=app%3Dweb", "fieldSelector=metadata.name%3Da"):
        _, found = await api.ask("GET", f"{CONFIG_MAPS}?{query}")
        assert [each["metadata"]["name"] for each in found["items"]] == ["a"]


@whole
async def test_an_update_replaces_unless_something_came_in_between(api: Api) -> None:
    created = await api.create("a", data={"k": "1"})
    status, updated = await api.ask("PUT", f"{CONFIG_MAPS}/a", {**created, "data": {"k": "2"}})
    assert (status, updated["data"]) == (200, {"k": "2"})
    status, refusal = await api.ask("PUT", f"{CONFIG_MAPS}/a", {**created, "data": {"k": "3"}})
    assert (status, refusal["reason"]) == (409, "Conflict")


@pytest.mark.parametrize(
    ("kind", "patch"),
    [
        ("merge-patch+json", {"data": {"k": "2"}}),
        ("strategic-merge-patch+json", {"data": {"k": "2"}}),
        ("json-patch+json", [{"op": "replace", "path": "/data/k", "value": "2"}]),
    ],
)
def test_every_type_of_patch_changes_part(kind: str, patch: Any, tmp_path: Path) -> None:
    @whole
    async def scenario(api: Api) -> None:
        await api.create("a", data={"k": "1", "other": "x"})
        _, found = await api.ask("PATCH", f"{CONFIG_MAPS}/a", patch, Content_Type=f"application/{kind}")
        assert found["data"] == {"k": "2", "other": "x"}

    scenario(tmp_path)


@whole
async def test_an_apply_creates_and_then_changes(api: Api) -> None:
    address = f"{CONFIG_MAPS}/a?fieldManager=me"
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": "1"}}
    options = {"Content_Type": "application/apply-patch+yaml"}
    assert (await api.ask("PATCH", address, body, **options))[0] == 201
    status, found = await api.ask("PATCH", address, {**body, "data": {"k": "2"}}, **options)
    assert (status, found["data"]) == (200, {"k": "2"})
    status, refusal = await api.ask("PATCH", f"{CONFIG_MAPS}/a", body, **options)
    assert (status, refusal["reason"]) == (422, "Invalid")


@whole
async def test_a_deletion_is_told_as_a_status(api: Api) -> None:
    created = await api.create("a")
    status, told = await api.ask("DELETE", f"{CONFIG_MAPS}/a")
    assert status == 200
    assert told == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {"name": "a", "kind": "configmaps", "uid": created["metadata"]["uid"]},
    }
    status, refusal = await api.ask("GET", f"{CONFIG_MAPS}/a")
    assert refusal == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": 'configmaps "a" not found',
        "reason": "NotFound",
        "details": {"name": "a", "kind": "configmaps"},
        "code": 404,
    }


@whole
async def test_the_deletion_of_a_pod_is_told_as_the_pod(api: Api) -> None:
    api.cluster.create_pod("web")
    path = "/api/v1/namespaces/default/pods/web"
    _, told = await api.ask("DELETE", path)
    assert told["kind"] == "Pod"
    assert told["metadata"]["deletionGracePeriodSeconds"] == 30
    options = {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0}
    _, told = await api.ask("DELETE", path, options, Content_Type="application/json")
    assert told["kind"] == "Pod"
    assert (await api.ask("GET", path))[0] == 404


@whole
async def test_a_precondition_guards_a_deletion(api: Api) -> None:
    await api.create("a")
    status, refusal = await api.ask("DELETE", f"{CONFIG_MAPS}/a", {"preconditions": {"uid": "another"}})
    assert (status, refusal["reason"]) == (409, "Conflict")


@whole
async def test_a_whole_selection_can_be_deleted(api: Api) -> None:
    await api.create("a", metadata={"labels": {"app": "web"}})
    await api.create("b")
    status, told = await api.ask("DELETE", f"{CONFIG_MAPS}?labelSelector=app%3Dweb")
    assert (status, [each["metadata"]["name"] for each in told["items"]]) == (200, ["a"])
    _, left = await api.ask("GET", CONFIG_MAPS)
    assert [each["metadata"]["name"] for each in left["items"]] == ["b"]


@whole
async def test_a_dry_run_stores_nothing(api: Api) -> None:
    status, told = await api.ask("POST", f"{CONFIG_MAPS}?dryRun=All", {"metadata": {"name": "a"}})
    assert (status, told["metadata"]["name"]) == (201, "a")
    assert (await api.ask("GET", f"{CONFIG_MAPS}/a"))[0] == 404
    await api.create("a")
    assert (await api.ask("DELETE", f"{CONFIG_MAPS}/a?dryRun=All"))[0] == 200
    assert (await api.ask("GET", f"{CONFIG_MAPS}/a"))[0] == 200
    assert (await api.ask("POST", f"{CONFIG_MAPS}?dryRun=Some", {}))[0] == 400


@whole
async def test_an_unknown_field_is_refused_told_or_dropped(api: Api) -> None:
    body = {"metadata": {"name": "a"}, "dta": {"k": "v"}}
    status, refusal = await api.ask("POST", f"{CONFIG_MAPS}?fieldValidation=Strict", body)
    assert (status, refusal["reason"]) == (400, "BadRequest")
    assert 'strict decoding error: unknown field "dta"' in refusal["message"]
    await api.ask("POST", f"{CONFIG_MAPS}?fieldValidation=Ignore&dryRun=All", body)
    assert "Warning" not in api.headers
    status, created = await api.ask("POST", CONFIG_MAPS, body)
    assert (status, "dta" in created) == (201, False)
    assert api.headers["Warning"] == r'299 - "unknown field \"dta\""'


@whole
async def test_a_field_that_is_there_twice_is_refused(api: Api) -> None:
    body = b'{"metadata":{"name":"a"},"data":{"k":"1","k":"2"}}'
    status, refusal = await api.ask("POST", f"{CONFIG_MAPS}?fieldValidation=Strict", body)
    assert (status, 'duplicate field "data.k"' in refusal["message"]) == (400, True)


@whole
async def test_a_body_that_is_too_large_is_refused(api: Api) -> None:
    body = {"metadata": {"name": "a"}, "data": {"k": "x" * (4 << 20)}}
    status, refusal = await api.ask("POST", CONFIG_MAPS, body)
    assert (status, refusal["reason"]) == (413, "RequestEntityTooLarge")


@whole
async def test_a_watch_tells_what_happens(api: Api) -> None:
    await api.create("a")
    async with api.session.get(f"{CONFIG_MAPS}?watch=true&resourceVersion=0") as response:
        first = json.loads(await response.content.readline())
        assert (first["type"], first["object"]["metadata"]["name"]) == ("ADDED", "a")
        assert first["object"]["kind"] == "ConfigMap"
        await api.create("b")
        await api.ask("DELETE", f"{CONFIG_MAPS}/a")
        events = [json.loads(await response.content.readline()) for _ in range(2)]
        assert [each["type"] for each in events] == ["ADDED", "DELETED"]


@whole
async def test_only_the_first_table_of_a_watch_has_its_columns(api: Api) -> None:
    await api.create("a")
    await api.create("b")
    async with api.session.get(f"{CONFIG_MAPS}?watch=true", headers={"Accept": TABLE}) as response:
        events = [json.loads(await response.content.readline()) for _ in range(2)]
        await api.create("c")
        events.append(json.loads(await response.content.readline()))
    assert [bool(each["object"]["columnDefinitions"]) for each in events] == [True, False, False]
    assert [each["object"]["rows"][0]["cells"][0] for each in events] == ["a", "b", "c"]


@whole
async def test_a_watch_ends_by_itself_when_its_time_is_up(api: Api) -> None:
    async with api.session.get(f"{CONFIG_MAPS}?watch=true&timeoutSeconds=1") as response:
        assert await response.read() == b""


@whole
async def test_a_watcher_that_hangs_up_leaves_no_subscription(api: Api) -> None:
    store = api.cluster.registry.store
    before = len(store._subscribers)
    response = await api.session.get(f"{CONFIG_MAPS}?watch=true")
    assert len(store._subscribers) == before + 1
    response.close()
    async with asyncio.timeout(5):
        while len(store._subscribers) > before:
            await asyncio.sleep(0.001)


@whole
async def test_the_scale_is_read_and_set_apart(api: Api) -> None:
    spec = {
        "selector": {"matchLabels": {"a": "b"}},
        "template": {
            "metadata": {"labels": {"a": "b"}},
            "spec": {"containers": [{"name": "c", "image": "i"}]},
        },
    }
    path = "/apis/apps/v1/namespaces/default/deployments"
    await api.ask("POST", path, {"metadata": {"name": "web"}, "spec": spec})
    _, scale = await api.ask("GET", f"{path}/web/scale")
    assert (scale["kind"], scale["spec"]) == ("Scale", {"replicas": 1})
    merge = "application/merge-patch+json"
    _, scale = await api.ask("PATCH", f"{path}/web/scale", {"spec": {"replicas": 3}}, Content_Type=merge)
    assert scale["spec"] == {"replicas": 3}
    status, _ = await api.ask("PUT", f"{path}/web/scale", {**scale, "spec": {"replicas": 2}})
    assert status == 200
    _, deployment = await api.ask("GET", f"{path}/web")
    assert deployment["spec"]["replicas"] == 2


@whole
async def test_the_status_is_written_apart(api: Api) -> None:
    api.cluster.create_pod("web")
    path = "/api/v1/namespaces/default/pods/web/status"
    _, pod = await api.ask("GET", path)
    status, updated = await api.ask("PUT", path, {**pod, "status": {"phase": "Failed"}})
    assert (status, updated["status"]["phase"]) == (200, "Failed")


@whole
async def test_a_pod_is_bound_and_evicted(api: Api) -> None:
    pods = "/api/v1/namespaces/default/pods"
    spec = {"containers": [{"name": "c", "image": "i"}]}
    await api.ask("POST", pods, {"metadata": {"name": "web"}, "spec": spec})
    binding = {"kind": "Binding", "metadata": {"name": "web"}, "target": {"kind": "Node", "name": "n1"}}
    assert (await api.ask("POST", f"{pods}/web/binding", binding))[0] == 201
    _, pod = await api.ask("GET", f"{pods}/web")
    assert pod["spec"]["nodeName"] == "n1"
    eviction = {"kind": "Eviction", "metadata": {"name": "web"}, "deleteOptions": {"gracePeriodSeconds": 0}}
    assert (await api.ask("POST", f"{pods}/web/eviction", eviction))[0] == 201
    assert (await api.ask("GET", f"{pods}/web"))[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/nonsense", 404),
        ("GET", "/apis/nonsense/v1/things", 404),
        ("GET", "/api/v1/namespaces/default/things", 404),
        ("GET", "/api/v1/configmaps/a", 404),
        ("GET", "/api/v1/namespaces/default/nodes", 404),
        ("GET", f"{CONFIG_MAPS}/a/nonsense", 404),
        ("POST", f"{CONFIG_MAPS}/a", 405),
        ("PUT", CONFIG_MAPS, 405),
        ("OPTIONS", CONFIG_MAPS, 405),
        ("POST", "/version", 405),
        ("GET", "/api/v1/namespaces/default/pods/a/proxy/", 501),
        ("GET", f"{CONFIG_MAPS}?limit=x", 400),
        ("GET", f"{CONFIG_MAPS}?labelSelector=%3D%3D", 400),
        ("GET", f"{CONFIG_MAPS}?fieldSelector=data.k%3Dv", 400),
        ("DELETE", f"{CONFIG_MAPS}/a?gracePeriodSeconds=x", 400),
        ("DELETE", f"{CONFIG_MAPS}/a?propagationPolicy=x", 400),
        ("GET", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", 405),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_status(
    method: str, path: str, code: int, tmp_path: Path
) -> None:
    @whole
    async def scenario(api: Api) -> None:
        status, refusal = await api.ask(method, path)
        assert (status, refusal["kind"], refusal["code"]) == (code, "Status", code)

    scenario(tmp_path)


@whole
async def test_what_the_client_cannot_read_is_not_sent(api: Api) -> None:
    status, refusal = await api.ask("GET", CONFIG_MAPS, Accept="application/vnd.kubernetes.protobuf")
    assert (status, refusal["reason"]) == (406, "NotAcceptable")


@whole
async def test_the_server_says_what_it_is_and_how_it_is(api: Api) -> None:
    _, version = await api.ask("GET", "/version?timeout=5s")
    assert (version["major"], version["minor"]) == ("1", "32")
    assert (await api.ask("GET", "/version/"))[1] == version
    for path in ("/healthz", "/livez", "/readyz", "/readyz/etcd"):
        assert await api.ask("GET", path) == (200, "ok")


@whole
async def test_older_clients_find_every_resource_too(api: Api) -> None:
    assert (await api.ask("GET", "/api"))[1]["versions"] == ["v1"]
    _, groups = await api.ask("GET", "/apis")
    for group in groups["groups"]:
        for version in group["versions"]:
            _, found = await api.ask("GET", f"/apis/{version['groupVersion']}")
            assert found["groupVersion"] == version["groupVersion"]
            assert found["resources"]


@whole
async def test_discovery_and_openapi_are_kept_until_a_custom_kind_comes(api: Api) -> None:
    aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
    seen = {}
    for path in ("/apis", "/openapi/v3"):
        await api.ask("GET", path, Accept=aggregated)
        seen[path] = api.headers["ETag"]
        assert (await api.ask("GET", path, Accept=aggregated, If_None_Match=seen[path]))[0] == 304
    api.cluster.registry.create(
        api.cluster.kind("apiextensions.k8s.io/v1", "CustomResourceDefinition"), custom_definition()
    )
    for path, tag in seen.items():
        status, found = await api.ask("GET", path, Accept=aggregated, If_None_Match=tag)
        assert status == 200
        assert "example.org" in json.dumps(found)


@whole
async def test_a_custom_kind_is_served_and_described(api: Api) -> None:
    api.cluster.registry.create(
        api.cluster.kind("apiextensions.k8s.io/v1", "CustomResourceDefinition"), custom_definition()
    )
    path = "/apis/example.org/v1/namespaces/default/boxes"
    status, _ = await api.ask("POST", path, {"metadata": {"name": "a"}, "spec": {"size": 3}})
    assert status == 201
    _, found = await api.ask("GET", path)
    assert (found["kind"], found["items"][0]["kind"]) == ("BoxList", "Box")
    _, index = await api.ask("GET", "/openapi/v3")
    url = index["paths"]["apis/example.org/v1"]["serverRelativeURL"]
    _, document = await api.ask("GET", url)
    assert "immutable" in api.headers["Cache-Control"]
    assert document["components"]["schemas"]["org.example.v1.Box"]["properties"]["spec"]
    strategic = "application/strategic-merge-patch+json"
    assert (await api.ask("PATCH", f"{path}/a", {}, Content_Type=strategic))[0] == 415


def custom_definition() -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}},
    }
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "metadata": {"name": "boxes.example.org"},
        "spec": {
            "group": "example.org",
            "scope": "Namespaced",
            "names": {"plural": "boxes", "singular": "box", "kind": "Box", "listKind": "BoxList"},
            "versions": [version],
        },
    }


@whole
async def test_tokens_can_be_verified_by_what_the_server_publishes(api: Api) -> None:
    _, configuration = await api.ask("GET", "/.well-known/openid-configuration")
    assert configuration["issuer"] == "https://kubernetes.default.svc.cluster.local"
    assert (await api.ask("GET", "/openid/v1/jwks"))[1] == api.cluster.tokens.jwks()


@whole
async def test_requests_in_the_middle_of_everything_do_not_block_a_stop(api: Api) -> None:
    responses = [await api.session.get(f"{CONFIG_MAPS}?watch=true") for _ in range(3)]
    async with asyncio.timeout(2):
        await api.cluster.server.stop()
    for response in responses:
        response.close()
