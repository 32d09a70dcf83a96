"""Whoever asks is known by a token; service accounts may do what their roles allow, and strangers nothing."""

import asyncio
from typing import Any

import pytest
from asking import CONFIG_MAPS, Api, whole

from labrunner.sandbox.tokens import BoundObject

PODS = "/api/v1/namespaces/default/pods"
ACCOUNT = "system:serviceaccount:default:default"
REVIEWS = "/apis/authorization.k8s.io/v1"


def token(api: Api, **options: Any) -> str:
    cluster = api.cluster
    account = cluster.registry.get(cluster.kind("v1", "ServiceAccount"), "default", "default")
    now = cluster.registry.clock.now().timestamp()
    return cluster.tokens.issue("default", "default", account["metadata"]["uid"], **{"now": now, **options})


async def ask_with(api: Api, shown: str, path: str, method: str = "GET", body: Any = None) -> tuple[int, Any]:
    return await api.ask(method, path, body, Authorization=f"Bearer {shown}")


def allow(api: Api, verb: str, resource: str, group: str = "") -> None:
    api.cluster.create(
        "rbac.authorization.k8s.io/v1",
        "Role",
        "given",
        "default",
        rules=[{"verbs": [verb], "apiGroups": [group], "resources": [resource]}],
    )
    api.cluster.create(
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        "given",
        "default",
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "given"},
        subjects=[{"kind": "ServiceAccount", "name": "default", "namespace": "default"}],
    )


@whole
async def test_a_stranger_learns_the_version_and_nothing_else(api: Api) -> None:
    assert (await api.ask("GET", "/version", Authorization=""))[0] == 200
    status, refusal = await api.ask("GET", CONFIG_MAPS, Authorization="")
    assert status == 403
    assert refusal["message"] == (
        'configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" '
        'in API group "" in the namespace "default"'
    )
    for path in ("/api", "/apis", "/openapi/v3", "/labrunner/notes?take=1", "/labrunner/pending"):
        assert (await api.ask("GET", path, Authorization=""))[0] == 403


@pytest.mark.parametrize(
    "header", ["Bearer nonsense", "Bearer ", "Bearer a.b.c", "Basic dXNlcjpwYXNz", "Bearer \udce9"]
)
def test_a_token_that_is_none_is_refused(header: str, tmp_path: Any) -> None:
    @whole
    async def scenario(api: Api) -> None:
        status, refusal = await api.ask("GET", "/version", Authorization=header)
        assert (status, refusal["reason"], refusal["message"]) == (401, "Unauthorized", "Unauthorized")

    scenario(tmp_path)


@whole
async def test_a_service_account_may_do_what_its_role_allows(api: Api) -> None:
    own = token(api)
    status, refusal = await ask_with(api, own, CONFIG_MAPS)
    assert (status, refusal["reason"]) == (403, "Forbidden")
    allow(api, "list", "configmaps")
    assert (await ask_with(api, own, CONFIG_MAPS))[0] == 200
    assert (await ask_with(api, own, "/api/v1/configmaps"))[0] == 403
    assert (await ask_with(api, own, f"{CONFIG_MAPS}/a"))[0] == 403
    assert (await ask_with(api, own, f"{CONFIG_MAPS}?watch=true"))[0] == 403


@whole
async def test_a_service_account_may_look_around(api: Api) -> None:
    own = token(api)
    for path in ("/api", "/apis", "/openapi/v3", "/version"):
        assert (await ask_with(api, own, path))[0] == 200
    assert (await ask_with(api, own, "/labrunner/diagnosis"))[0] == 403
    assert (await ask_with(api, own, "/metrics"))[0] == 403


@whole
async def test_a_subresource_needs_a_right_of_its_own(api: Api) -> None:
    api.cluster.create_pod("web")
    allow(api, "get", "pods")
    own = token(api)
    assert (await ask_with(api, own, f"{PODS}/web"))[0] == 200
    for below in ("log", "exec?command=true&stdout=true", "portforward", "status"):
        assert (await ask_with(api, own, f"{PODS}/web/{below}"))[0] == 403


@whole
async def test_an_upgrade_to_spdy_needs_the_same_right(api: Api) -> None:
    api.cluster.create_pod("web")
    for shown, expected in ((token(api), b"403"), ("nonsense", b"401")):
        reader, writer = await asyncio.open_connection("127.0.0.1", api.cluster.port, ssl=api.cluster.context)
        lines = [
            f"POST {PODS}/web/exec?command=true&stdout=true HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {shown}",
            "Connection: Upgrade",
            "Upgrade: SPDY/3.1",
            "X-Stream-Protocol-Version: v4.channel.k8s.io",
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        assert (await reader.read()).split()[1] == expected
        writer.close()
        await writer.wait_closed()
    assert api.cluster.pods.processes == []


@whole
async def test_a_token_dies_with_its_service_account(api: Api) -> None:
    own = token(api)
    kind = api.cluster.kind("v1", "ServiceAccount")
    api.cluster.registry.delete(kind, "default", "default")
    assert (await ask_with(api, own, "/version"))[0] == 401
    api.cluster.create("v1", "ServiceAccount", "default", "default")
    assert (await ask_with(api, own, "/version"))[0] == 401


@whole
async def test_a_pod_s_token_dies_with_the_pod(api: Api) -> None:
    pod = api.cluster.create_pod("web")
    own = token(api, pod=BoundObject("web", pod["metadata"]["uid"]))
    assert (await ask_with(api, own, "/version"))[0] == 200
    await api.ask("DELETE", f"{PODS}/web?gracePeriodSeconds=0")
    assert (await ask_with(api, own, "/version"))[0] == 401


@whole
async def test_a_token_for_somebody_else_or_from_yesterday_is_refused(api: Api) -> None:
    yesterday = api.cluster.registry.clock.now().timestamp() - 86_400
    for wrong in (token(api, audiences=["sts.amazonaws.com"]), token(api, now=yesterday)):
        assert (await ask_with(api, wrong, "/version"))[0] == 401


@whole
async def test_the_lab_s_user_may_act_as_a_service_account(api: Api) -> None:
    assert (await api.ask("GET", CONFIG_MAPS, Impersonate_User=ACCOUNT))[0] == 403
    allow(api, "list", "configmaps")
    assert (await api.ask("GET", CONFIG_MAPS, Impersonate_User=ACCOUNT))[0] == 200


@whole
async def test_acting_as_somebody_unknown_is_not_acting_as_the_user(api: Api) -> None:
    assert (await api.ask("GET", CONFIG_MAPS, Impersonate_User="jane"))[0] == 403
    assert (await api.ask("GET", CONFIG_MAPS, Impersonate_Group="system:masters"))[0] == 400


@whole
async def test_nobody_else_may_act_as_another(api: Api) -> None:
    status, refusal = await api.ask(
        "GET", CONFIG_MAPS, Authorization=f"Bearer {token(api)}", Impersonate_User="kubernetes-admin"
    )
    assert (status, refusal["reason"]) == (403, "Forbidden")
    assert "cannot impersonate" in refusal["message"]


@whole
async def test_one_may_ask_what_one_may_do(api: Api) -> None:
    attributes = {"verb": "list", "resource": "configmaps", "namespace": "default"}
    question = {"spec": {"resourceAttributes": attributes}}
    own = token(api)
    path = f"{REVIEWS}/selfsubjectaccessreviews"
    status, told = await ask_with(api, own, path, "POST", question)
    assert (status, told["kind"], told["status"]) == (201, "SelfSubjectAccessReview", {"allowed": False})
    assert (await api.ask("POST", path, question))[1]["status"] == {"allowed": True}
    allow(api, "list", "configmaps")
    assert (await ask_with(api, own, path, "POST", question))[1]["status"] == {"allowed": True}
    address = {"spec": {"nonResourceAttributes": {"verb": "get", "path": "/version"}}}
    assert (await ask_with(api, own, path, "POST", address))[1]["status"] == {"allowed": True}
    assert (await api.ask("POST", path, {"spec": {}}))[0] == 400


@whole
async def test_one_may_ask_what_another_may_do(api: Api) -> None:
    attributes = {"verb": "list", "resource": "configmaps", "namespace": "default"}
    question = {"spec": {"user": ACCOUNT, "resourceAttributes": attributes}}
    path = f"{REVIEWS}/subjectaccessreviews"
    assert (await api.ask("POST", path, question))[1]["status"] == {"allowed": False}
    allow(api, "list", "configmaps")
    assert (await api.ask("POST", path, question))[1]["status"] == {"allowed": True}
    assert (await ask_with(api, token(api), path, "POST", question))[0] == 403
    assert (await api.ask("POST", path, {"spec": {"resourceAttributes": attributes}}))[0] == 400


@whole
async def test_one_may_ask_for_all_rules(api: Api) -> None:
    allow(api, "list", "configmaps")
    question = {"spec": {"namespace": "default"}}
    _, told = await ask_with(api, token(api), f"{REVIEWS}/selfsubjectrulesreviews", "POST", question)
    assert {"verbs": ["list"], "apiGroups": [""], "resources": ["configmaps"]} in told["status"][
        "resourceRules"
    ]
    assert (await api.ask("POST", f"{REVIEWS}/selfsubjectrulesreviews", {"spec": {}}))[0] == 400


@whole
async def test_one_may_ask_who_one_is(api: Api) -> None:
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    _, told = await ask_with(api, token(api), path, "POST", {})
    assert told["status"]["userInfo"]["username"] == ACCOUNT
    assert "system:serviceaccounts:default" in told["status"]["userInfo"]["groups"]


@whole
async def test_a_server_may_ask_whose_token_it_was_shown(api: Api) -> None:
    path = "/apis/authentication.k8s.io/v1/tokenreviews"
    _, told = await api.ask("POST", path, {"spec": {"token": token(api)}})
    assert told["status"]["authenticated"] is True
    assert told["status"]["user"]["username"] == ACCOUNT
    for_others = {"token": token(api, audiences=["vault"]), "audiences": ["vault", "other"]}
    _, told = await api.ask("POST", path, {"spec": for_others})
    assert told["status"]["audiences"] == ["vault"]
    _, told = await api.ask("POST", path, {"spec": {"token": "nonsense"}})
    assert "authenticated" not in told["status"]
    assert told["status"]["error"]


@whole
async def test_a_token_is_made_on_request(api: Api) -> None:
    path = "/api/v1/namespaces/default/serviceaccounts/default/token"
    _, made = await api.ask("POST", path, {"spec": {"expirationSeconds": 1200}})
    assert made["kind"] == "TokenRequest"
    assert (await ask_with(api, made["status"]["token"], "/version"))[0] == 200
    status, refusal = await api.ask("POST", path, {"spec": {"expirationSeconds": 10}})
    assert (status, refusal["reason"]) == (422, "Invalid")
    bound = {"boundObjectRef": {"kind": "Pod", "name": "ghost"}}
    assert (await api.ask("POST", path, {"spec": bound}))[0] == 404
    assert (await api.ask("POST", path.replace("default/token", "ghost/token"), {"spec": {}}))[0] == 404
