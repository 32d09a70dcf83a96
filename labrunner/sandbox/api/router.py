"""From a request to whoever answers it: who asks, for what, may they, and the refusal if not."""

import logging

from aiohttp import web

from labrunner.sandbox.api import accept, permission, reads, reviews, subresources, writes
from labrunner.sandbox.api.address import Address, parse, verb
from labrunner.sandbox.api.answer import refuse
from labrunner.sandbox.api.call import Call
from labrunner.sandbox.api.front import Head
from labrunner.sandbox.api.identity import Identities
from labrunner.sandbox.api.labrunner import Questions
from labrunner.sandbox.api.site import Site
from labrunner.sandbox.api.streams import NAMES, Streams
from labrunner.sandbox.errors import ApiError, internal, method_not_allowed, no_such_resource
from labrunner.sandbox.kinds.kind import Kind
from labrunner.sandbox.registry import Registry
from labrunner.sandbox.tokens import Tokens
from labrunner.sandbox.user import User

NOBODY_READS = 499
"""Status of an answer whose client has left; it is never sent."""

log = logging.getLogger(__name__)

_METHODS = {
    "GET": reads.get,
    "POST": writes.create,
    "PUT": writes.update,
    "PATCH": writes.patch,
    "DELETE": writes.delete,
}


class Router:
    """Answers every HTTP request of one API server."""

    def __init__(
        self, registry: Registry, tokens: Tokens, site: Site, streams: Streams, questions: Questions
    ) -> None:
        self._registry = registry
        self._tokens = tokens
        self._identities = Identities(registry, tokens)
        self._site = site
        self._streams = streams
        self._questions = questions

    async def answer(self, http: web.BaseRequest) -> web.StreamResponse:
        """Answer a request; a refusal is an answer too."""
        try:
            return await self._answer(http)
        except ApiError as refusal:
            return refuse(refusal)
        except ConnectionError:
            return web.Response(status=NOBODY_READS)
        except Exception:
            log.exception("%s %s could not be answered", http.method, http.path_qs)
            return refuse(internal("the sandbox's API server made a mistake; its log tells more"))

    def admit(self, head: Head, address: Address) -> None:
        """Refuse an upgrade to SPDY by somebody who may not do what it is for.

        Raises:
            ApiError: 401 or 403.
        """
        user = self._identities.user(head.headers)
        permission.check(user, verb(head.method, address, head.url.query), address, self._registry)

    async def _answer(self, http: web.BaseRequest) -> web.StreamResponse:
        user = self._identities.user(http.headers)
        address = parse(http.url.raw_path)
        if address is not None and address.resource:
            return await self._resource(http, user, address)
        if http.path.startswith("/labrunner/"):
            return self._questions.serve(http, user)
        permission.check_path(user, http.method.lower(), http.path, self._registry)
        if http.method not in ("GET", "HEAD"):
            raise method_not_allowed()
        return self._site.serve(http)

    async def _resource(self, http: web.BaseRequest, user: User, address: Address) -> web.StreamResponse:
        asked = verb(http.method, address, http.query)
        permission.check(user, asked, address, self._registry)
        kind = self._registry.kinds.by_resource(address.group, address.version, address.resource)
        _check_scope(kind, address)
        is_stream = (address.group, address.resource) == ("", "pods") and address.subresource in NAMES
        # What a stream carries is no object, and clients that want one accept all sorts of things.
        form = accept.PLAIN if is_stream else accept.choose(http.headers.get("Accept", ""))
        call = Call(http, self._registry, user, address, kind, form)
        if is_stream:
            return await self._streams.serve(call)
        if address.subresource:
            return await subresources.serve(call, self._tokens)
        if not kind.is_stored:
            return await self._unstored(call)
        is_for_one = http.method in ("PUT", "PATCH") and not address.name
        if asked not in kind.verbs or http.method not in _METHODS or is_for_one:
            raise method_not_allowed()
        return await _METHODS[http.method](call)

    async def _unstored(self, call: Call) -> web.StreamResponse:
        if call.http.method != "POST":
            raise method_not_allowed()
        if call.address.resource == "bindings":
            return await subresources.bind(call)
        return await reviews.review(call, self._identities)


def _check_scope(kind: Kind, address: Address) -> None:
    """An address with a namespace is for what lives in one; one without may still ask for all of them."""
    is_collection = not address.name
    if address.namespace and not kind.namespaced:
        raise no_such_resource()
    if kind.namespaced and not address.namespace and not is_collection:
        raise no_such_resource()
