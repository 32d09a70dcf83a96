"""Questions that are asked by creating an object and answered in its status: who am I, may I, whose token.

Nothing of them is stored.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from labrunner.sandbox import rbac
from labrunner.sandbox.api import permission
from labrunner.sandbox.api.address import Address
from labrunner.sandbox.api.call import Call
from labrunner.sandbox.api.identity import Identities
from labrunner.sandbox.api.writes import read_object
from labrunner.sandbox.errors import ApiError, bad_request, no_such_resource
from labrunner.sandbox.objects import Object, metadata
from labrunner.sandbox.tokens import ISSUER
from labrunner.sandbox.user import User


async def review(call: Call, identities: Identities) -> web.Response:
    """Answer a review.

    Raises:
        ApiError: 400, the question makes no sense; 404, there is no such review.
    """
    asked = (await read_object(call)).object
    spec = asked.get("spec") or {}
    match call.kind.kind:
        case "SelfSubjectAccessReview":
            status = _access(call, call.user, spec)
        case "SubjectAccessReview" | "LocalSubjectAccessReview":
            status = _access(call, _subject(spec), spec)
        case "SelfSubjectRulesReview":
            status = _rules(call, spec)
        case "SelfSubjectReview":
            status = {"userInfo": _user_info(call.user)}
        case "TokenReview":
            status = _token(identities, spec)
        case _:
            raise no_such_resource()
    kept = {"metadata": metadata(asked) or {"creationTimestamp": None}}
    head = {"kind": call.kind.kind, "apiVersion": call.kind.api_version}
    return call.answer(head | kept | {"spec": spec, "status": status}, status=201)


def _access(call: Call, user: User, spec: Mapping[str, Any]) -> Object:
    resource, other = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if (resource is None) == (other is None):
        raise bad_request("exactly one of nonResourceAttributes or resourceAttributes must be specified")
    if other is not None:
        path, verb = other.get("path", ""), other.get("verb", "")
        return {"allowed": permission.may_path(user, verb, path, call.registry)}
    assert resource is not None
    names = ("group", "version", "resource", "namespace", "name", "subresource")
    address = Address(**{name: resource.get(name, "") for name in names})
    return {"allowed": permission.may(user, resource.get("verb", ""), address, call.registry)}


def _subject(spec: Mapping[str, Any]) -> User:
    if not spec.get("user") and not spec.get("groups"):
        raise bad_request("at least one of user or group must be specified")
    return User(spec.get("user", ""), tuple(spec.get("groups") or ()))


def _rules(call: Call, spec: Mapping[str, Any]) -> Object:
    if not spec.get("namespace"):
        raise bad_request("no namespace on request")
    rules = list(rbac.rules(call.user, spec["namespace"], call.registry))
    known: Object = {"verbs": ["get"], "nonResourceURLs": list(permission.OPEN_TO_KNOWN)}
    return {
        "resourceRules": [dict(rule) for rule in rules if "resources" in rule],
        "nonResourceRules": [*(dict(rule) for rule in rules if "nonResourceURLs" in rule), known],
        "incomplete": False,
    }


def _token(identities: Identities, spec: Mapping[str, Any]) -> Object:
    audiences = spec.get("audiences") or [ISSUER]
    try:
        identity = identities.service_account(spec.get("token", ""), audience=audiences[0])
    except ApiError:
        return {"user": {}, "error": "[invalid bearer token]"}
    user = User(identity.username, identity.groups)
    return {
        "authenticated": True,
        "user": _user_info(user) | {"uid": identity.uid},
        "audiences": [each for each in audiences if each in identity.audiences],
    }


def _user_info(user: User) -> Object:
    return {"username": user.name, "groups": list(user.groups)}
