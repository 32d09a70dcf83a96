"""The store against the simplest thing that could be right: a dict and a list."""

import pytest
from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.objects import Object, version
from labrunner.sandbox.store import Change, Key, Store, WrongVersionError

KEYS = some.builds(
    Key,
    some.sampled_from(["", "apps"]),
    some.sampled_from(["pods", "nodes"]),
    some.sampled_from(["", "a", "a-b", "b"]),
    some.sampled_from(["x", "y"]),
)


class StoreAgainstDict(RuleBasedStateMachine):
    """Writes anything anywhere and compares."""

    @initialize()
    def begin(self) -> None:
        self.store = Store(log_length=5)
        self.model: dict[Key, Object] = {}
        self.log: list[tuple[str, Key]] = []
        self.heard: list[Change] = []
        self.store.subscribe(self.heard.append)

    @rule(key=KEYS, value=some.integers())
    def put(self, key: Key, value: int) -> None:
        self.log.append(("MODIFIED" if key in self.model else "ADDED", key))
        stored = self.store.put(key, {"metadata": {"name": key.name}, "data": value})
        assert stored["data"] == value
        assert version(stored) == self.store.version
        self.model[key] = stored

    @rule(key=KEYS)
    def delete(self, key: Key) -> None:
        gone = self.store.delete(key)
        assert (gone is None) == (key not in self.model)
        if gone is not None:
            self.log.append(("DELETED", key))
            assert gone["data"] == self.model.pop(key)["data"]

    @rule(key=KEYS, expected=some.integers(0, 30))
    def put_expecting(self, key: Key, expected: int) -> None:
        there = version(self.model[key]) if key in self.model else 0
        before = self.store.version
        if expected == there:
            self.log.append(("MODIFIED" if there else "ADDED", key))
            self.model[key] = self.store.put(key, {"data": 0}, expect=expected)
            return
        with pytest.raises(WrongVersionError) as wrong:
            self.store.put(key, {"data": 0}, expect=expected)
        assert wrong.value.found == there
        assert self.store.version == before

    @rule(back=some.integers(0, 8))
    def look_back(self, back: int) -> None:
        start = max(self.store.version - back, 0)
        if start < self.store.oldest:
            with pytest.raises(ApiError, match="too old resource version") as refused:
                self.store.since(start)
            assert refused.value.code == 410
        else:
            found = [(each.type, each.key) for each in self.store.since(start)]
            assert found == self.log[start:]

    @invariant()
    def everything_is_there_in_order(self) -> None:
        for group in ("", "apps"):
            for resource in ("pods", "nodes"):
                for within in (None, "", "a", "a-b", "b"):
                    keys = [
                        key
                        for key in sorted(self.model, key=lambda key: (key.namespace, key.name))
                        if (key.group, key.resource) == (group, resource) and within in (None, key.namespace)
                    ]
                    assert self.store.list(group, resource, within) == [self.model[key] for key in keys]

    @invariant()
    def everybody_heard_of_everything(self) -> None:
        assert [(each.type, each.key) for each in self.heard] == self.log
        assert [each.version for each in self.heard] == list(range(1, len(self.log) + 1))


StoreAgainstDict.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestStoreAgainstDict = StoreAgainstDict.TestCase

ONE = Key("", "pods", "a", "x")
OTHER = Key("", "pods", "a", "y")


def test_a_change_carries_what_was_there_before() -> None:
    store, heard = Store(), []
    store.subscribe(heard.append)
    store.put(ONE, {"data": 1})
    store.put(ONE, {"data": 2})
    store.delete(ONE)
    assert [(each.previous or {}).get("data") for each in heard] == [None, 1, 2]
    assert heard[-1].object["metadata"]["resourceVersion"] == "3"


def test_whoever_writes_while_listening_keeps_everybody_in_the_same_order() -> None:
    store = Store()
    seen: dict[str, list[int]] = {"early": [], "late": []}

    def echo(change: Change) -> None:
        seen["early"].append(change.version)
        if change.key == ONE:
            store.put(OTHER, {"data": "echo"})

    store.subscribe(echo)
    store.subscribe(lambda change: seen["late"].append(change.version))
    store.put(ONE, {"data": 1})
    assert seen == {"early": [1, 2], "late": [1, 2]}


def test_whoever_unsubscribes_hears_no_more() -> None:
    store, heard = Store(), []
    end = store.subscribe(heard.append)
    store.put(ONE, {})
    end()
    store.put(ONE, {})
    assert len(heard) == 1


def test_what_is_stored_does_not_change_when_it_is_replaced() -> None:
    store = Store()
    first = store.put(ONE, {"metadata": {"labels": {"a": "b"}}})
    store.put(ONE, {"metadata": {}})
    assert first["metadata"] == {"labels": {"a": "b"}, "resourceVersion": "1"}
