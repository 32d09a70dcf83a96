"""A watch tells every change once and in order, from the version that it is given."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from serving import run

from labrunner.sandbox.api import watching
from labrunner.sandbox.api.watching import Event, Watch, read_options
from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.registry import Registry
from labrunner.sandbox.store import Store


class Cluster:
    """Config maps to watch, written straight into the store."""

    def __init__(self, *, log_length: int = 100) -> None:
        self.registry = Registry(store=Store(log_length=log_length))
        self.kind = self.registry.kinds.by_kind("v1", "ConfigMap")
        self.unwatched = len(self.registry.store._subscribers)

    def put(self, name: str, kind: str = "ConfigMap", **labels: str) -> None:
        obj = {"metadata": {"name": name, "namespace": "n", "labels": labels}}
        self.registry.store.put(self.registry.key(self.registry.kinds.by_kind("v1", kind), name, "n"), obj)

    def watch(self, labels: str = "", **query: str) -> Any:
        view = self.registry.view(self.kind, "n", labels=labels)
        return aclosing(Watch(view, self.registry.store, read_options(query)).events())

    @property
    def is_watched(self) -> bool:
        return len(self.registry.store._subscribers) > self.unwatched


def told(events: list[Event]) -> list[tuple[str, str]]:
    return [(each.type, each.object["metadata"].get("name", "")) for each in events]


async def soon(events: AsyncIterator[list[Event]]) -> list[tuple[str, str]]:
    return told(await asyncio.wait_for(anext(events), 5))


def test_without_a_version_everything_is_told_first() -> None:
    async def scenario() -> None:
        cluster = Cluster()
        cluster.put("a")
        cluster.put("b")
        async with cluster.watch() as events:
            assert await soon(events) == [("ADDED", "a"), ("ADDED", "b")]
            cluster.put("c")
            assert await soon(events) == [("ADDED", "c")]
        assert not cluster.is_watched

    run(scenario())


def test_with_a_version_only_what_came_after_is_told() -> None:
    async def scenario() -> None:
        cluster = Cluster()
        cluster.put("a")
        cluster.put("b")
        cluster.put("a")
        async with cluster.watch(resourceVersion="1") as events:
            assert await soon(events) == [("ADDED", "b"), ("MODIFIED", "a")]

    run(scenario())


def test_what_happens_while_the_client_reads_is_told_once_in_order() -> None:
    async def scenario() -> None:
        cluster = Cluster()
        cluster.put("a")
        async with cluster.watch(resourceVersion="0") as events:
            await soon(events)
            for each in "bcd":
                cluster.put(each)
                await asyncio.sleep(0)
            cluster.put("secret", "Secret")
            assert await soon(events) == [("ADDED", "b"), ("ADDED", "c"), ("ADDED", "d")]

    run(scenario())


def test_a_selection_sees_objects_come_and_go() -> None:
    async def scenario() -> None:
        cluster = Cluster()
        cluster.put("a", app="web")
        async with cluster.watch("app=web") as events:
            assert await soon(events) == [("ADDED", "a")]
            cluster.put("a")
            assert await soon(events) == [("DELETED", "a")]
            cluster.put("b", app="db")
            cluster.put("a", app="web")
            assert await soon(events) == [("ADDED", "a")]

    run(scenario())


def test_a_watch_list_says_when_everything_has_been_told() -> None:
    async def scenario() -> None:
        cluster = Cluster()
        cluster.put("a")
        query = {
            "sendInitialEvents": "true",
            "resourceVersionMatch": "NotOlderThan",
            "allowWatchBookmarks": "true",
        }
        async with cluster.watch(**query) as events:
            added, bookmark = await anext(events)
            assert told([added]) == [("ADDED", "a")]
            assert bookmark == Event(
                "BOOKMARK",
                {
                    "kind": "ConfigMap",
                    "apiVersion": "v1",
                    "metadata": {
                        "resourceVersion": "1",
                        "creationTimestamp": None,
                        "annotations": {"k8s.io/initial-events-end": "true"},
                    },
                },
            )

    run(scenario())


def test_a_forgotten_version_is_told_as_an_error_and_ends_the_watch() -> None:
    async def scenario() -> None:
        cluster = Cluster(log_length=2)
        for each in "abcdef":
            cluster.put(each)
        async with cluster.watch(resourceVersion="1") as events:
            (event,) = await anext(events)
            assert (event.type, event.object["code"], event.object["reason"]) == ("ERROR", 410, "Expired")
            with pytest.raises(StopAsyncIteration):
                await anext(events)
        assert not cluster.is_watched

    run(scenario())


def test_a_watch_ends_when_its_time_is_up() -> None:
    async def scenario() -> None:
        cluster = Cluster()
        async with cluster.watch(timeoutSeconds="1") as events:
            with pytest.raises(StopAsyncIteration):
                await anext(events)

    run(scenario())


def test_bookmarks_are_sent_to_those_who_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "BOOKMARK_INTERVAL", 0.01)

    async def scenario() -> None:
        cluster = Cluster()
        cluster.put("a")
        async with cluster.watch(resourceVersion="1", allowWatchBookmarks="true") as events:
            assert await soon(events) == [("BOOKMARK", "")]

    run(scenario())


def test_a_client_that_does_not_read_has_to_start_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST_UNSENT", 3)

    async def scenario() -> None:
        cluster = Cluster()
        cluster.put("a")
        async with cluster.watch() as events:
            await soon(events)
            for each in "bcdef":
                cluster.put(each)
            assert [each for each, _ in await soon(events)] == ["ADDED"] * 3
            with pytest.raises(StopAsyncIteration):
                await anext(events)

    run(scenario())


@pytest.mark.parametrize(
    "query",
    [
        {"resourceVersionMatch": "NotOlderThan"},
        {"sendInitialEvents": "true"},
        {"sendInitialEvents": "true", "resourceVersionMatch": "Exact"},
        {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"},
    ],
)
def test_a_watch_list_that_is_only_half_asked_for_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(ApiError, match=r'ListOptions.meta.k8s.io "" is invalid') as refusal:
        read_options(query)
    assert refusal.value.code == 422


@pytest.mark.parametrize("query", [{"timeoutSeconds": "-1"}, {"resourceVersion": "x"}])
def test_numbers_that_are_none_are_refused(query: dict[str, str]) -> None:
    with pytest.raises(ApiError) as refusal:
        read_options(query)
    assert refusal.value.code == 400
