"""The clock that stands still, and what wakes when it is moved."""

import asyncio

from labrunner.sandbox.clock import ManualClock, SystemClock


def test_sleepers_wake_in_the_order_of_their_deadlines() -> None:
    async def go() -> list[str]:
        clock, woken = ManualClock(), []

        async def sleeper(name: str, seconds: float) -> None:
            await clock.sleep(seconds)
            woken.append(f"{name}@{clock.monotonic():g}")

        tasks = [asyncio.create_task(sleeper(*each)) for each in (("c", 30), ("a", 10), ("b", 10), ("d", 99))]
        await clock.advance(30)
        assert clock.next_deadline == 69
        tasks[-1].cancel()
        return woken

    assert asyncio.run(go()) == ["a@10", "b@10", "c@30"]


def test_who_waits_again_is_woken_again_within_the_same_time() -> None:
    async def go() -> int:
        clock, rounds = ManualClock(), 0

        async def often() -> None:
            nonlocal rounds
            while True:
                await clock.sleep(1)
                rounds += 1

        task = asyncio.create_task(often())
        await clock.advance(300)
        task.cancel()
        return rounds

    assert asyncio.run(go()) == 300


def test_a_cancelled_wait_is_forgotten() -> None:
    async def go() -> None:
        clock = ManualClock()
        task = asyncio.create_task(clock.sleep(5))
        await clock.advance(1)
        task.cancel()
        await clock.advance(10)
        assert clock.next_deadline is None
        assert clock.monotonic() == 11

    asyncio.run(go())


def test_dates_move_with_the_seconds() -> None:
    async def go() -> str:
        clock = ManualClock()
        await clock.advance(3661)
        return clock.now().isoformat()

    assert asyncio.run(go()) == "2025-01-01T01:01:01+00:00"


def test_the_system_clock_tells_utc() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() is not None
    assert clock.monotonic() <= clock.monotonic()
    asyncio.run(clock.sleep(0))
