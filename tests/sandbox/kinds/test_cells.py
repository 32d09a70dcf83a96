"""Ages and lists, as kubectl writes them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from labrunner.sandbox.kinds import cells

DAY = 86400


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<invalid>"), (-1.5, "0s"), (0, "0s"), (1.9, "1s"), (119, "119s"), (120, "2m"), (125, "2m5s"),
        (599, "9m59s"), (600, "10m"), (179 * 60, "179m"), (3 * 3600, "3h"), (3 * 3600 + 60, "3h1m"),
        (8 * 3600, "8h"), (47 * 3600, "47h"), (2 * DAY, "2d"), (2 * DAY + 3600, "2d1h"), (8 * DAY, "8d"),
        (729 * DAY, "729d"), (730 * DAY, "2y"), (731 * DAY, "2y1d"), (9 * 365 * DAY, "9y"),
    ],
)  # fmt: skip
def test_durations_get_coarser_with_time(seconds: float, text: str) -> None:
    assert cells.duration(seconds) == text


@given(some.floats(0, 10**10))
def test_every_duration_is_written(seconds: float) -> None:
    assert cells.duration(seconds)[-1] in "smhdy"


def test_without_a_time_the_age_is_unknown() -> None:
    now = datetime(2025, 1, 1, 0, 5, tzinfo=UTC)
    assert cells.age({"metadata": {}}, now) == "<unknown>"
    assert cells.age({"metadata": {"creationTimestamp": "2025-01-01T00:00:00Z"}}, now) == "5m"


def test_labels_and_selectors_are_listed_or_none() -> None:
    assert cells.pairs({"b": "2", "a": "1"}) == "a=1,b=2"
    assert cells.pairs({}) == "<none>"
    expression = {"key": "tier", "operator": "In", "values": ["b", "a"]}
    assert (
        cells.selector({"matchLabels": {"app": "x"}, "matchExpressions": [expression]})
        == "app=x,tier in (a,b)"
    )
    assert cells.selector({}) == "<none>"
