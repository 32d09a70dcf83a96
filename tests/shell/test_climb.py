"""Interrupt, terminate, kill, replace: each when its time has come."""

from labrunner.shell.climb import GRACE, Climb


def test_each_stage_has_its_time() -> None:
    climb = Climb.start(100.0)
    assert not climb.advance(100.0 + GRACE["interrupt"] - 0.01)
    now = 100.0
    for stage in ("interrupt", "terminate", "kill"):
        assert climb.stage == stage
        now += GRACE[stage]
        assert climb.advance(now)
    assert climb.stage == "replace"
    assert not climb.advance(now + 1000)
    assert climb.reached == ["interrupt", "terminate", "kill", "replace"]


def test_at_once_goes_straight_to_the_kill_and_no_further() -> None:
    climb = Climb.start(0.0)
    assert climb.advance(0.1, at_once=True)
    assert climb.stage == "kill"
    assert not climb.advance(0.2, at_once=True)
    assert climb.advance(0.1 + GRACE["kill"], at_once=True)
    assert climb.reached == ["interrupt", "kill", "replace"]
