"""The loop itself: order, repetition, putting off, and what it does about refusals."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.sandbox.clock import ManualClock, SystemClock
from labrunner.sandbox.control.actions import Action, Create, HostFile, Once, Record, RequeueAfter, Update
from labrunner.sandbox.control.controller import Controller, itself
from labrunner.sandbox.control.loop import Loop
from labrunner.sandbox.control.queue import LONGEST_PAUSE, Queue
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import Object, name
from labrunner.sandbox.registry import Registry

CONFIG_MAPS = ("", "configmaps")


def config_map(called: str = "one", **more: object) -> Object:
    meta = {"name": called, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, **more}


def registry(clock: ManualClock | SystemClock | None = None) -> Registry:
    made = Registry(clock=clock or ManualClock())
    for obj in ({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}},):
        made.create(made.kind_of(obj), obj)
    return made


def loop(cluster: Registry, reconcile: Callable[..., object], folder: Path = Path("unused")) -> Loop:
    watching = Controller("watching", {CONFIG_MAPS: itself}, reconcile)  # type: ignore[arg-type]
    return Loop(cluster, [watching], lambda node: folder / node)


def create(cluster: Registry, obj: Object) -> Object:
    return cluster.create(cluster.kind_of(obj), obj)


def test_an_object_that_changed_often_is_looked_at_once() -> None:
    cluster, seen = registry(), []

    def reconcile(obj: Object | None, view: View) -> Iterator[Action]:
        seen.append((obj or {}).get("data"))
        yield from ()

    running = loop(cluster, reconcile)
    made = create(cluster, config_map())
    for number in "123":
        made = cluster.update(cluster.kind_of(made), {**made, "data": {"number": number}})
    running.settle()
    assert seen == [{"number": "3"}]


def test_objects_are_looked_at_in_the_order_of_their_changes() -> None:
    cluster, seen = registry(), []

    def reconcile(obj: Object | None, view: View) -> Iterator[Action]:
        seen.append(name(obj or {}))
        yield from ()

    running = loop(cluster, reconcile)
    for called in ("c", "a", "b"):
        create(cluster, config_map(called))
    running.settle()
    assert seen == ["c", "a", "b"]


def test_what_is_to_be_done_follows_from_the_state_before_any_of_it_is_done() -> None:
    cluster, seen = registry(), []

    def reconcile(obj: Object | None, view: View) -> Iterator[Action]:
        if view.get("v1", "ConfigMap", "made", "default") is None:
            yield Create(config_map("made"))
            seen.append(view.get("v1", "ConfigMap", "made", "default"))

    running = loop(cluster, reconcile)
    create(cluster, config_map())
    running.settle()
    assert seen == [None]


def test_a_key_can_be_put_off() -> None:
    clock = ManualClock()
    cluster, seen = registry(clock), []

    def reconcile(obj: Object | None, view: View) -> Iterator[Action]:
        seen.append(clock.monotonic())
        yield RequeueAfter(10)

    running = loop(cluster, reconcile)
    create(cluster, config_map())
    running.settle()
    assert running.next_moment == 10
    for _ in range(25):
        asyncio.run(clock.advance(1))
        running.settle()
    assert seen == [0, 10, 20]


def test_a_conflict_is_tried_again_with_what_is_there_then() -> None:
    clock = ManualClock()
    cluster = registry(clock)

    def reconcile(obj: Object | None, view: View) -> Iterator[Action]:
        if obj is None or "done" in (obj.get("data") or {}):
            return
        if "raced" not in (obj.get("data") or {}):
            # Somebody is faster than the update that follows.
            cluster.update(cluster.kind_of(obj), {**obj, "data": {"raced": "yes"}})
        yield Update({**obj, "data": {**(obj.get("data") or {}), "done": "yes"}})

    running = loop(cluster, reconcile)
    made = create(cluster, config_map())
    running.settle()
    asyncio.run(clock.advance(1))
    running.settle()
    assert cluster.get(cluster.kind_of(made), "one", "default")["data"] == {"raced": "yes", "done": "yes"}


def test_a_controller_that_breaks_is_asked_again_and_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    cluster, tries = registry(clock), []

    def reconcile(obj: Object | None, view: View) -> Iterator[Action]:
        tries.append(clock.monotonic())
        if len(tries) < 4:
            raise ValueError("a mistake of ours")
        yield from ()

    running = loop(cluster, reconcile)
    create(cluster, config_map())
    for _ in range(20):
        running.settle()
        asyncio.run(clock.advance(0.05))
    assert tries == pytest.approx([0, 0.05, 0.15, 0.35], abs=0.051)  # a twentieth is one turn
    assert "a mistake of ours" in caplog.text
    assert not running.busy


def test_like_events_are_counted() -> None:
    clock = ManualClock()
    cluster = registry(clock)

    def reconcile(obj: Object | None, view: View) -> Iterator[Action]:
        assert obj is not None
        yield Record(obj, "Looked", "It was looked at.", "somebody")
        yield RequeueAfter(60)

    running = loop(cluster, reconcile)
    made = create(cluster, config_map())
    running.settle()
    asyncio.run(clock.advance(60))
    running.settle()
    (event,) = cluster.list(cluster.kinds.by_kind("v1", "Event"))
    assert event["count"] == 2
    assert (event["firstTimestamp"], event["lastTimestamp"]) == (
        "2025-01-01T00:00:00Z",
        "2025-01-01T00:01:00Z",
    )
    assert event["source"] == {"component": "somebody"}
    assert event["involvedObject"]["uid"] == made["metadata"]["uid"]


def test_news_is_told_once_and_again_when_it_has_changed(tmp_path: Path) -> None:
    clock, gists = ManualClock(), iter("aabba")
    cluster = registry(clock)

    def reconcile(obj: Object | None, view: View) -> Iterator[Action]:
        if gist := next(gists, ""):
            yield Once("topic", gist, (HostFile("node", "log", gist, append=True),))
            yield RequeueAfter(1)

    running = loop(cluster, reconcile, tmp_path)
    create(cluster, config_map())
    for _ in range(8):
        running.settle()
        asyncio.run(clock.advance(1))
    assert (tmp_path / "node" / "log").read_text() == "aba"


def test_it_runs_by_itself_and_wakes_for_changes_and_for_what_was_put_off() -> None:
    cluster = registry(SystemClock())
    looked = asyncio.Queue[str]()

    def reconcile(obj: Object | None, view: View) -> Iterator[Action]:
        assert obj is not None
        looked.put_nowait(name(obj))
        if looked.qsize() < 3:
            yield RequeueAfter(0.01)

    async def scene() -> list[str]:
        running = loop(cluster, reconcile)
        task = asyncio.create_task(running.run())
        create(cluster, config_map())
        seen = [await looked.get() for _ in range(3)]
        create(cluster, config_map("two"))
        while "two" not in seen:
            seen.append(await looked.get())
        task.cancel()
        await asyncio.wait([task])
        running.close()
        return seen

    seen = asyncio.run(asyncio.wait_for(scene(), 30))
    assert seen[:3] == ["one"] * 3


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), max_size=20))
def test_whatever_is_put_off_comes_once_at_its_earliest_moment(wishes: list[tuple[str, int]]) -> None:
    queue: Queue[str] = Queue()
    for item, moment in wishes:
        queue.add_at(item, moment)
    earliest = {item: min(m for i, m in wishes if i == item) for item, _ in wishes}
    came = []
    for now in range(7):
        while (item := queue.take(now)) is not None:
            came.append((item, now))
    assert sorted(came) == sorted(earliest.items())


def test_pauses_grow_to_a_limit_and_start_small_again_after_success() -> None:
    queue: Queue[str] = Queue()
    pauses = [queue.put_off("a", 0) for _ in range(15)]
    assert pauses[:3] == [0.05, 0.1, 0.2]
    assert pauses[-1] == LONGEST_PAUSE
    queue.succeeded("a")
    assert queue.put_off("a", 0) == 0.05
