"""Waits between tries."""

import pytest

from labrunner.sandbox.node.backoff import BackOff, spoken


def test_waits_double_up_to_the_limit() -> None:
    waits, now, seen = BackOff(10, 300), 0.0, []
    for _ in range(7):
        seen.append(waits.next(now))
        now += seen[-1] + 1
    assert seen == [10, 20, 40, 80, 160, 300, 300]


def test_the_first_try_again_may_come_at_once() -> None:
    waits = BackOff(10, 300, immediate=True)
    assert [waits.next(0), waits.next(1), waits.next(20)] == [0, 10, 20]


def test_long_without_trouble_counts_as_new() -> None:
    waits = BackOff(10, 300, immediate=True)
    assert [waits.next(0), waits.next(1), waits.next(700)] == [0, 10, 0]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(10, "10s"), (80, "1m20s"), (300, "5m0s"), (0.8, "0.8s"), (3600, "1h0m0s"), (0, "0s")],
)
def test_durations_are_spoken_as_go_does(seconds: float, text: str) -> None:
    assert spoken(seconds) == text
