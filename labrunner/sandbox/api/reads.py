"""Reading resources: get, list and watch."""

from collections.abc import Iterable

from aiohttp import web

from labrunner.sandbox.api.address import verb
from labrunner.sandbox.api.answer import write
from labrunner.sandbox.api.call import Call
from labrunner.sandbox.api.listing import page
from labrunner.sandbox.api.watching import Event, Watch, read_options
from labrunner.sandbox.view import View


async def get(call: Call) -> web.StreamResponse:
    """One object, a list, or a watch."""
    match verb("GET", call.address, call.query):
        case "get":
            found = call.registry.get(call.kind, call.address.name, call.address.namespace)
            return call.answer(found)
        case "watch":
            return await _watch(call)
    return call.answer_list(page(_view(call), call.registry.store, call.query))


def _view(call: Call) -> View:
    return call.registry.view(
        call.kind,
        call.address.namespace or None,
        labels=call.query.get("labelSelector", ""),
        fields=call.query.get("fieldSelector", ""),
    )


async def _watch(call: Call) -> web.StreamResponse:
    watch = Watch(_view(call), call.registry.store, read_options(call.query))
    response = web.StreamResponse(
        headers={"Content-Type": "application/json", "Cache-Control": "no-cache, private"}
    )
    # The client may go at any moment; the server then cancels this, which ends the subscription.
    await response.prepare(call.http)
    headed = True
    async for events in watch.events():
        await response.write(_lines(call, events, headed=headed))
        headed = False
    await response.write_eof()
    return response


def _lines(call: Call, events: Iterable[Event], *, headed: bool) -> bytes:
    lines = []
    for event in events:
        lines.append(write({"type": event.type, "object": _shown(call, event, headed=headed)}))
        headed = False
    return b"\n".join([*lines, b""])


def _shown(call: Call, event: Event, *, headed: bool) -> object:
    if event.type == "ERROR":
        return event.object
    return call.shown(event.object, headed=headed)
