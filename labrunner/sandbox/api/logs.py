"""A container's log as plain text, up to now or for as long as the container writes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from aiohttp import web

from labrunner.sandbox.api.address import is_true
from labrunner.sandbox.api.call import Call
from labrunner.sandbox.api.together import stop
from labrunner.sandbox.errors import bad_request
from labrunner.sandbox.node.process import PodService
from labrunner.sandbox.objects import moment

FIRST_LINE = 0.1
"""Seconds to wait for a first line before the answer begins without one.

A refusal has to come before the answer begins; a log that is followed may stay silent for long.
"""


async def serve(call: Call, pods: PodService) -> web.StreamResponse:
    """Answer with a log.

    Raises:
        ApiError: There is no such container, or it has no log yet; 400 for options that make no sense.
    """
    response = web.StreamResponse(
        headers={"Content-Type": "text/plain", "Cache-Control": "no-cache, private"}
    )
    async with aclosing(_lines(call, pods)) as lines:
        first = asyncio.create_task(anext(lines, b""))
        try:
            await asyncio.wait([first], timeout=FIRST_LINE)
            if first.done():
                first.result()
            await response.prepare(call.http)
            content = await first
            while content:
                await response.write(content)
                content = await anext(lines, b"")
        finally:
            await stop(first)
    await response.write_eof()
    return response


async def _lines(call: Call, pods: PodService) -> AsyncGenerator[bytes, None]:
    """The log, as something that can be closed whatever the pod service gave."""
    query = call.query
    lines = pods.logs(
        call.address.namespace,
        call.address.name,
        query.get("container") or None,
        follow=is_true(query.get("follow")),
        tail=_number(call, "tailLines"),
        since=_since(call),
        timestamps=is_true(query.get("timestamps")),
        previous=is_true(query.get("previous")),
        limit_bytes=_number(call, "limitBytes"),
    )
    try:
        async for content in lines:
            if content:
                yield content
    finally:
        if isinstance(lines, AsyncGenerator):
            await lines.aclose()


def _since(call: Call) -> float | None:
    seconds = _number(call, "sinceSeconds")
    since = call.query.get("sinceTime")
    if since is None:
        return None if seconds is None else float(seconds)
    try:
        return max((call.registry.clock.now() - moment(since)).total_seconds(), 0.0)
    except ValueError as error:
        raise bad_request(f'sinceTime: Invalid value: "{since}": not a time') from error


def _number(call: Call, parameter: str) -> int | None:
    text = call.query.get(parameter)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise bad_request(f'{parameter}: Invalid value: "{text}": must be greater than or equal to 0')
    return int(text)
