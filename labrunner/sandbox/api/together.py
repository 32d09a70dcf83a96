"""Two things done at the same time until one of them is over, and nothing of either left behind."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def first_of(*works: Coroutine[Any, Any, None]) -> None:
    """Run all until the first ends, then cancel the others and wait for their ends.

    A connection that the client has left is no error: whoever was writing to it is simply over.
    """
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await stop(*tasks)
    for task in done:
        error = task.exception()
        if error is not None and not _is_about_the_connection(error):
            raise error


async def stop(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait until they have ended, also when this wait is itself cancelled."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _is_about_the_connection(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(_is_about_the_connection(each) for each in error.exceptions)
    return isinstance(error, ConnectionError)
