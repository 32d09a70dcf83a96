"""What stands below an object's address and is not a stream: status, scale, binding, eviction, token."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from labrunner.sandbox import causes
from labrunner.sandbox.api import writes
from labrunner.sandbox.api.call import Call
from labrunner.sandbox.errors import ApiError, bad_request, invalid, method_not_allowed, no_such_resource
from labrunner.sandbox.kinds.kind import Kind
from labrunner.sandbox.objects import Object, timestamp, uid
from labrunner.sandbox.tokens import ISSUER, BoundObject, Tokens

SHORTEST_TOKEN = 600
"""Seconds; the real server refuses a token that is valid for less."""


async def serve(call: Call, tokens: Tokens) -> web.Response:
    """Answer a request for a subresource.

    Raises:
        ApiError: 404 or 405, there is no such subresource or it is not used in this way.
    """
    if call.kind.subresource(call.address.subresource) is None:
        raise no_such_resource()
    match call.address.subresource, call.http.method:
        case "status" | "scale" | "finalize", "PUT":
            return await writes.update(call)
        case "status" | "scale", "PATCH":
            return await writes.patch(call)
        case "status" | "scale", "GET":
            return _get(call)
        case ("binding" | "eviction") as name, "POST":
            return await _POSTED[name](call)
        case "token", "POST":
            return await _token(call, tokens)
        case "proxy", _:
            raise ApiError(
                501,
                "NotImplemented",
                "the sandbox's API server is no proxy; use kubectl port-forward instead",
            )
    raise method_not_allowed()


def _get(call: Call) -> web.Response:
    place = (call.kind, call.address.name, call.address.namespace)
    if call.address.subresource == "scale":
        return call.answer(call.registry.scale(*place))
    return call.answer(call.registry.get(*place))


async def bind(call: Call) -> web.Response:
    """Put a pod onto a node."""
    sent = (await writes.read_object(call)).object
    target = sent.get("target") or {}
    if target.get("kind", "Node") not in ("", "Node") or not target.get("name"):
        raise bad_request("a binding's target has to be a node")
    metadata = sent.get("metadata") or {}
    name = call.address.name or metadata.get("name", "")
    call.registry.bind(call.address.namespace, name, target["name"], uid=metadata.get("uid") or "")
    return call.answer(_success(), status=201)


async def _evict(call: Call) -> web.Response:
    sent = (await writes.read_object(call)).object
    options = writes.delete_options(call, sent.get("deleteOptions") or {})
    call.registry.evict(call.address.namespace, call.address.name, options=options)
    return call.answer(_success(), status=201)


_POSTED: Mapping[str, Callable[[Call], Awaitable[web.Response]]] = {"binding": bind, "eviction": _evict}


async def _token(call: Call, tokens: Tokens) -> web.Response:
    sent = (await writes.read_object(call)).object
    spec = sent.get("spec") or {}
    account = call.registry.get(call.kind, call.address.name, call.address.namespace)
    seconds = spec.get("expirationSeconds") or 3600
    if seconds < SHORTEST_TOKEN:
        cause = causes.wrong(
            "spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes"
        )
        raise invalid(_TOKEN_REQUEST, "", [cause])
    audiences = spec.get("audiences") or [ISSUER]
    now = call.registry.clock.now()
    token = tokens.issue(
        call.address.namespace,
        call.address.name,
        uid(account),
        now=now.timestamp(),
        seconds=seconds,
        audiences=audiences,
        pod=_bound_pod(call, spec),
    )
    head = {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1"}
    metadata = {
        "name": call.address.name,
        "namespace": call.address.namespace,
        "creationTimestamp": timestamp(now),
    }
    asked = dict(spec) | {"audiences": audiences, "expirationSeconds": seconds}
    status = {"token": token, "expirationTimestamp": timestamp(now + timedelta(seconds=seconds))}
    return call.answer(head | {"metadata": metadata, "spec": asked, "status": status}, status=201)


_TOKEN_REQUEST = Kind("authentication.k8s.io", "v1", "TokenRequest", "")


def _bound_pod(call: Call, spec: Mapping[str, Any]) -> BoundObject | None:
    reference = spec.get("boundObjectRef")
    if not reference:
        return None
    if reference.get("kind") != "Pod":
        raise bad_request(f"cannot bind token for serviceaccount to object type {reference.get('kind')}")
    pod = call.registry.get(
        call.registry.kinds.by_kind("v1", "Pod"), reference.get("name", ""), call.address.namespace
    )
    return BoundObject(reference["name"], uid(pod))


def _success() -> Object:
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
