"""The API's refusals, in the words of the real server: clients match on them, and so do people.

Only wording and codes live here. When something is refused is for the registry and the API to decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Named(Protocol):
    """What an error needs to know of a kind."""

    @property
    def group(self) -> str:
        """The API group, empty for the core one."""

    @property
    def kind(self) -> str:
        """The name in manifests, as `Pod`."""

    @property
    def plural(self) -> str:
        """The name in addresses, as `pods`."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason why an object is invalid."""

    reason: str  # machine-readable, as FieldValueRequired
    field: str  # JSON path, as spec.containers[0].image
    message: str  # as "Required value"

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class ApiError(Exception):
    """A request was refused, as the real server would have refused it.

    Attributes:
        code: The HTTP status.
        reason: One word for programs, as NotFound; empty where the real server has none.
        message: One sentence for people.
        details: What `status.details` says; empty for nothing.
    """

    def __init__(self, code: int, reason: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details or {}

    def status(self) -> dict[str, Any]:
        """Return the `Status` object that a client gets."""
        status: dict[str, Any] = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
        status["message"] = self.message
        if self.reason:
            status["reason"] = self.reason
        if self.details:
            status["details"] = self.details
        return status | {"code": self.code}


def qualified(group: str, first: str) -> str:
    """Return `pods` for the core group and `deployments.apps` for others."""
    return f"{first}.{group}" if group else first


def described(kind: Named, name: str) -> dict[str, Any]:
    """Return the details that name an object by its resource."""
    found = {"name": name, "group": kind.group, "kind": kind.plural}
    return {key: value for key, value in found.items() if value}


def not_found(kind: Named, name: str) -> ApiError:
    """404: there is no such object."""
    message = f'{qualified(kind.group, kind.plural)} "{name}" not found'
    return ApiError(404, "NotFound", message, described(kind, name))


def no_such_resource() -> ApiError:
    """404: the server does not serve that address at all."""
    return ApiError(404, "NotFound", "the server could not find the requested resource")


def already_exists(kind: Named, name: str) -> ApiError:
    """409: an object of that name is there."""
    message = f'{qualified(kind.group, kind.plural)} "{name}" already exists'
    return ApiError(409, "AlreadyExists", message, described(kind, name))


MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"


def conflict(kind: Named, name: str, why: str = MODIFIED) -> ApiError:
    """409: the object is not what the client thinks it is."""
    resource = qualified(kind.group, kind.plural)
    message = f'Operation cannot be fulfilled on {resource} "{name}": {why}'
    return ApiError(409, "Conflict", message, described(kind, name))


def invalid(kind: Named, name: str, causes: Sequence[Cause]) -> ApiError:
    """422: the object was understood and is wrong; `causes` say where."""
    message = f'{qualified(kind.group, kind.kind)} "{name}" is invalid: {_listed(causes)}'
    details = {"name": name, "group": kind.group, "kind": kind.kind}
    return ApiError(422, "Invalid", message, {k: v for k, v in details.items() if v} | _told(causes))


def invalid_patch(patch: str, why: str) -> ApiError:
    """422: what the patch leads to cannot be read as its kind."""
    cause = Cause("FieldValueInvalid", "patch", f"Invalid value: {_quoted(patch)}: {why}")
    return ApiError(422, "Invalid", f' "" is invalid: {cause}', _told([cause]))


def bad_request(message: str) -> ApiError:
    """400: the request makes no sense."""
    return ApiError(400, "BadRequest", message)


def forbidden(kind: Named, name: str, why: str, causes: Sequence[Cause] = ()) -> ApiError:
    """403: understood, and not allowed. Without a name it is about the whole collection."""
    resource = qualified(kind.group, kind.plural)
    subject = f'{resource} "{name}"' if name else resource
    details = described(kind, name) | (_told(causes) if causes else {})
    return ApiError(403, "Forbidden", f"{subject} is forbidden: {why}", details)


def unauthorized() -> ApiError:
    """401: the server does not know who is asking."""
    return ApiError(401, "Unauthorized", "Unauthorized")


def method_not_allowed() -> ApiError:
    """405: the resource has no such verb."""
    message = "the server does not allow this method on the requested resource"
    return ApiError(405, "MethodNotAllowed", message)


def not_acceptable(accepted: Sequence[str] = ("application/json", "application/yaml")) -> ApiError:
    """406: the client cannot read anything that the server writes."""
    message = f"only the following media types are accepted: {', '.join(accepted)}"
    return ApiError(406, "NotAcceptable", message)


def unsupported_media_type(accepted: Sequence[str]) -> ApiError:
    """415: the body's content type cannot be read."""
    listed = ", ".join(accepted)
    message = f"the body of the request was in an unknown format - accepted media types include: {listed}"
    return ApiError(415, "UnsupportedMediaType", message)


def expired(asked: int, oldest: int) -> ApiError:
    """410: the watch log no longer reaches back that far; the client has to list again."""
    return ApiError(410, "Expired", f"too old resource version: {asked} ({oldest})")


def too_many_requests(message: str, *, seconds: int = 10, causes: Sequence[Cause] = ()) -> ApiError:
    """429: not now; try again after `seconds`."""
    details: dict[str, Any] = {"retryAfterSeconds": seconds} if seconds else {}
    return ApiError(429, "TooManyRequests", message, details | (_told(causes) if causes else {}))


def internal(message: str) -> ApiError:
    """500: a mistake of the server's own."""
    full = f"Internal error occurred: {message}"
    return ApiError(500, "InternalError", full, {"causes": [{"message": message}]})


def _listed(causes: Sequence[Cause]) -> str:
    """One reason stands alone, several stand in brackets; a repeated one is said once."""
    told = list(dict.fromkeys(str(cause) for cause in causes))
    if not told:
        return "<nil>"
    return told[0] if len(told) == 1 else f"[{', '.join(told)}]"


def _told(causes: Sequence[Cause]) -> dict[str, Any]:
    listed = []
    for cause in causes:
        told = {"reason": cause.reason, "message": cause.message, "field": cause.field}
        listed.append({key: value for key, value in told.items() if value})
    return {"causes": listed}


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
