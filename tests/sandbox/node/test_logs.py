"""Logs as nodes keep them."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labrunner.sandbox.clock import ManualClock
from labrunner.sandbox.node.logs import LONGEST, Log, Query


async def read(log: Log, **query: object) -> str:
    return b"".join([chunk async for chunk in log.read(Query(**query))]).decode()  # type: ignore[arg-type]


Make = Callable[..., tuple[Log, ManualClock]]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Make]:
    """Makes logs, and closes them in the end."""
    logs = []

    def make(*, limit: int = 10_000) -> tuple[Log, ManualClock]:
        clock = ManualClock()
        logs.append(Log(tmp_path / f"{len(logs)}.log", clock, limit=limit))
        return logs[-1], clock

    yield make
    for log in logs:
        log.close()


def test_lines_come_back_however_they_were_cut(made: Make) -> None:
    text = b"one\ntwo \xff\n\nfour"
    for size in (1, 3, 100):
        log, _ = made()
        for start in range(0, len(text), size):
            log.write("stdout", text[start : start + size])
        log.end("stdout")
        assert b"".join(asyncio.run(chunks(log))) == text


async def chunks(log: Log) -> list[bytes]:
    return [chunk async for chunk in log.read(Query())]


def test_streams_do_not_mix_within_a_line(made: Make) -> None:
    log, _ = made()
    log.write("stdout", b"out")
    log.write("stderr", b"err\n")
    log.write("stdout", b"side\n")
    assert asyncio.run(read(log)) == "err\noutside\n"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"tail": 2}, "line 8\nline 9\n"),
        ({"tail": 0}, ""),
        ({"tail": 99}, "".join(f"line {number}\n" for number in range(10))),
        ({"since": 2.5}, "line 8\nline 9\n"),
        ({"since": 2.5, "tail": 1}, "line 9\n"),
        ({"tail": 2, "limit_bytes": 9}, "line 8\nli"),
        (
            {"tail": 1, "timestamps": True},
            "2025-01-01T00:00:09.000000000Z line 9\n",
        ),
    ],
)
def test_a_part_of_a_log_can_be_asked_for(made: Make, query: dict[str, object], expected: str) -> None:
    async def body() -> None:
        log, clock = made()
        for number in range(10):
            log.write("stdout", f"line {number}\n".encode())
            await clock.advance(1)
        assert await read(log, **query) == expected

    asyncio.run(body())


def test_a_very_long_line_is_kept_in_parts_and_comes_back_whole(made: Make, tmp_path: Path) -> None:
    log, _ = made(limit=10 << 20)
    line = b"x" * (5 * LONGEST + 7) + b"\n"
    for start in range(0, len(line), 1000):
        log.write("stdout", line[start : start + 1000])
    assert asyncio.run(chunks(log)) == [line]
    stored = (tmp_path / "0.log").read_bytes().splitlines()
    assert max(len(each) for each in stored) < LONGEST + 100


def test_a_log_is_bounded_and_keeps_its_end(made: Make, tmp_path: Path) -> None:
    log, _ = made(limit=1000)
    for number in range(1000):
        log.write("stdout", f"line {number}\n".encode())
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 2500
    kept = asyncio.run(read(log)).splitlines()
    assert kept[-1] == "line 999"
    assert kept == [f"line {number}" for number in range(1000 - len(kept), 1000)]


def test_following_goes_on_through_a_rotation_and_ends_with_the_log(made: Make) -> None:
    async def body() -> None:
        log, _ = made(limit=200)
        following = asyncio.create_task(read(log, follow=True))
        for number in range(20):
            log.write("stdout", f"line {number}\n".encode())
            await asyncio.sleep(0)
        log.close()
        assert await following == "".join(f"line {number}\n" for number in range(20))

    asyncio.run(body())
