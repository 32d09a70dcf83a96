"""Pages of a list together show one moment, however the objects change in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.sandbox.api.listing import Page, page, read_token, write_token
from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.objects import name
from labrunner.sandbox.registry import Registry
from labrunner.sandbox.store import Store
from labrunner.sandbox.view import View

NAMES = ["a", "b", "c", "d", "e", "f"]


class Cluster:
    """Config maps to list, written straight into the store: only listing is looked at here."""

    def __init__(self, *, log_length: int = 100) -> None:
        self.registry = Registry(store=Store(log_length=log_length))
        self.kind = self.registry.kinds.by_kind("v1", "ConfigMap")

    @property
    def store(self) -> Store:
        return self.registry.store

    def put(self, name: str, data: str = "", **labels: str) -> None:
        obj = {"metadata": {"name": name, "namespace": "n", "labels": labels}, "data": {"k": data}}
        self.store.put(self.registry.key(self.kind, name, "n"), obj)

    def delete(self, name: str) -> None:
        self.store.delete(self.registry.key(self.kind, name, "n"))

    def view(self, labels: str = "") -> View:
        return self.registry.view(self.kind, "n", labels=labels)

    def page(self, view: View | None = None, **query: str) -> Page:
        return page(view or self.view(), self.store, query)


def filled(*names: str, log_length: int = 100) -> Cluster:
    cluster = Cluster(log_length=log_length)
    for each in names:
        cluster.put(each)
    return cluster


def names(found: Page) -> list[str]:
    return [name(each) for each in found.objects]


def test_a_list_without_a_limit_is_whole() -> None:
    found = filled(*NAMES).page()
    assert names(found) == NAMES
    assert found.metadata == {"resourceVersion": "6"}


def test_a_page_says_where_it_goes_on() -> None:
    first = filled(*NAMES).page(limit="4")
    assert names(first) == NAMES[:4]
    assert first.metadata == {"resourceVersion": "6", "continue": first.token, "remainingItemCount": 2}


def test_a_list_that_just_fits_has_one_page() -> None:
    assert filled(*NAMES).page(limit="6").token == ""


def test_a_selection_does_not_say_how_many_are_left() -> None:
    cluster = Cluster()
    for each in NAMES:
        cluster.put(each, app="web")
    found = cluster.page(cluster.view("app=web"), limit="1")
    assert found.token
    assert found.remaining is None


actions = st.lists(
    st.tuples(st.sampled_from(["put", "delete", "label"]), st.sampled_from([*NAMES, "aa", "z"])), max_size=12
)


@given(st.lists(actions, min_size=3, max_size=3), st.sampled_from(["", "app=web"]))
def test_pages_show_the_moment_of_the_first(between: list[list[tuple[str, str]]], labels: str) -> None:
    cluster = Cluster()
    for each in NAMES:
        cluster.put(each, app="web")
    before = cluster.page(cluster.view(labels))
    found, token = [], ""
    for happened in between:
        part = cluster.page(cluster.view(labels), limit="2", **({"continue": token} if token else {}))
        assert part.version == before.version
        found += part.objects
        token = part.token
        for number, (action, each) in enumerate(happened):
            if action == "delete":
                cluster.delete(each)
            else:
                cluster.put(each, str(number), **({"app": "web"} if action == "put" else {}))
    assert token == ""
    assert found == list(before.objects)


def test_an_exact_version_shows_what_was_there_then() -> None:
    cluster = filled("a", "b")
    cluster.put("c")
    cluster.delete("a")
    assert names(cluster.page()) == ["b", "c"]
    assert names(cluster.page(resourceVersion="2", resourceVersionMatch="Exact")) == ["a", "b"]
    assert names(cluster.page(resourceVersion="0")) == ["b", "c"]
    assert names(cluster.page(resourceVersion="1", resourceVersionMatch="NotOlderThan")) == ["b", "c"]


def test_a_forgotten_version_has_expired() -> None:
    cluster = filled(*NAMES, log_length=2)
    with pytest.raises(ApiError) as refusal:
        cluster.page(resourceVersion="1", resourceVersionMatch="Exact")
    assert (refusal.value.code, refusal.value.reason) == (410, "Expired")


def test_a_version_that_has_not_come_yet_is_waited_for_in_vain() -> None:
    with pytest.raises(ApiError) as refusal:
        filled("a").page(resourceVersion="9")
    assert (refusal.value.code, refusal.value.reason) == (504, "Timeout")
    assert refusal.value.message == "Timeout: Too large resource version: 9, current: 1"


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "-1"},
        {"limit": "x"},
        {"resourceVersion": "abc"},
        {"resourceVersionMatch": "Exact"},
        {"resourceVersionMatch": "Exact", "resourceVersion": "0"},
        {"resourceVersionMatch": "Nearly", "resourceVersion": "1"},
        {"continue": "nonsense"},
        {"continue": "e30"},
    ],
)
def test_what_makes_no_sense_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(ApiError) as refusal:
        page(filled("a").view(), Store(), query)
    assert refusal.value.code == 400


@given(st.integers(1, 2**62), st.text("abc-.", min_size=1), st.text("abc-.", min_size=0))
def test_a_token_says_what_was_put_in(version: int, last_name: str, last_namespace: str) -> None:
    last = {"metadata": {"name": last_name, "namespace": last_namespace}}
    assert read_token(write_token(version, last)) == (version, (last_namespace, last_name))
