"""What a run asks of its sandbox: what was only stored, what is not settled, what is wrong."""

from asking import Api, whole


@whole
async def test_notes_are_told_once(api: Api) -> None:
    api.cluster.registry.notes.note("nothing enforces this", "default")
    assert await api.ask("GET", "/labrunner/notes?take=1") == (
        200,
        ["nothing enforces this (namespace default)"],
    )
    assert await api.ask("GET", "/labrunner/notes?take=1") == (200, [])
    assert (await api.ask("GET", "/labrunner/notes"))[0] == 400


@whole
async def test_a_pod_that_is_reached_past_a_network_policy_is_noted(api: Api) -> None:
    api.cluster.create_pod("web")
    path = "/api/v1/namespaces/default/pods/web/log"
    await api.ask("GET", path)
    policy = {"podSelector": {}, "policyTypes": ["Ingress"]}
    api.cluster.create("networking.k8s.io/v1", "NetworkPolicy", "closed", "default", spec=policy)
    await api.ask("GET", "/labrunner/notes?take=1")
    await api.ask("GET", path)
    _, notes = await api.ask("GET", "/labrunner/notes?take=1")
    assert len(notes) == 1
    assert "NetworkPolicy" in notes[0]


@whole
async def test_what_is_not_settled_is_told_until_it_is(api: Api) -> None:
    assert await api.ask("GET", "/labrunner/pending") == (200, [])
    api.cluster.create_namespace("other")
    api.cluster.create_pod("web", phase="Pending", conditions=[])
    assert await api.ask("GET", "/labrunner/pending") == (200, ["pod default/web is being started"])
    assert await api.ask("GET", "/labrunner/pending?namespace=other") == (200, [])
    await api.ask("DELETE", "/api/v1/namespaces/default/pods/web?gracePeriodSeconds=0")
    assert await api.ask("GET", "/labrunner/pending") == (200, [])


@whole
async def test_what_is_wrong_is_told_in_lines(api: Api) -> None:
    api.cluster.create_pod("web", phase="Failed", message="out of memory")
    assert await api.ask("GET", "/labrunner/diagnosis?namespace=default") == (
        200,
        ["pod default/web is Failed: out of memory", "the cluster has no nodes"],
    )


@whole
async def test_other_questions_are_refused(api: Api) -> None:
    assert (await api.ask("GET", "/labrunner/nonsense"))[0] == 404
    assert (await api.ask("POST", "/labrunner/pending"))[0] == 405
