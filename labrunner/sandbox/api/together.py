"""Things done at the same time until one of them is over, and nothing of any of them left behind."""

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
        error = None if task.cancelled() else task.exception()
        if error is not None and not _is_about_the_connection(error):
            raise error


async def stop(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait until they have ended.

    A client that hangs up cancels whoever waits here once more; the wait goes on all the same, so that what
    the tasks clean up has been cleaned up when this returns.
    """
    for task in tasks:
        task.cancel()
    interrupted: asyncio.CancelledError | None = None
    while waiting := [task for task in tasks if not task.done()]:
        try:
            # Unlike `gather`, this does not pass a cancellation on into the middle of the clean-up.
            await asyncio.wait(waiting)
        except asyncio.CancelledError as error:
            interrupted = error
    for task in tasks:
        if not task.cancelled():
            task.exception()  # has been seen; nobody is to be told that it never was
    if interrupted is not None:
        raise interrupted


def _is_about_the_connection(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(_is_about_the_connection(each) for each in error.exceptions)
    return isinstance(error, ConnectionError)
