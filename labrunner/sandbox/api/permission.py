"""What a user may ask for: the questions to `rbac`, which reads the roles, and the refusals."""

from dataclasses import dataclass

from labrunner.sandbox import rbac
from labrunner.sandbox.api.address import Address
from labrunner.sandbox.errors import ApiError, forbidden
from labrunner.sandbox.registry import Registry
from labrunner.sandbox.user import AUTHENTICATED, MASTERS, User

OPEN_TO_ALL = ("/version", "/healthz", "/livez", "/readyz")
OPEN_TO_KNOWN = (*OPEN_TO_ALL, "/api", "/apis", "/openapi", "/openid", "/.well-known")


def is_admin(user: User) -> bool:
    """Whether the user may do everything."""
    return MASTERS in user.groups


def as_admin_only(user: User, why: str) -> None:
    """Refuse everybody who may not do everything.

    Raises:
        ApiError: 403, in these words.
    """
    if not is_admin(user):
        raise ApiError(403, "Forbidden", why)


def check(user: User, verb: str, address: Address, registry: Registry) -> None:
    """Make sure that the user may do this to a resource.

    Raises:
        ApiError: 403, in the real server's words.
    """
    if not may(user, verb, address, registry):
        resource = f"{address.resource}/{address.subresource}" if address.subresource else address.resource
        scope = f'in the namespace "{address.namespace}"' if address.namespace else "at the cluster scope"
        why = f'User "{user.name}" cannot {verb} resource "{resource}" in API group "{address.group}" {scope}'
        raise forbidden(_Resource(address.group, address.resource), address.name, why)


def may(user: User, verb: str, address: Address, registry: Registry) -> bool:
    """Whether the user may do this to a resource."""
    if verb == "create" and AUTHENTICATED in user.groups and _is_about_oneself(address):
        return True
    where = (address.group, address.resource, address.subresource, address.name, address.namespace)
    return rbac.allows(user, verb, *where, registry)


def check_path(user: User, verb: str, path: str, registry: Registry) -> None:
    """Make sure that the user may ask for an address that is no resource's: discovery, health, the version.

    Raises:
        ApiError: 403.
    """
    if not may_path(user, verb, path, registry):
        raise ApiError(403, "Forbidden", f'forbidden: User "{user.name}" cannot {verb} path "{path}"')


def may_path(user: User, verb: str, path: str, registry: Registry) -> bool:
    """Whether the user may ask for an address that is no resource's."""
    first = "/" + path.strip("/").partition("/")[0]
    allowed = OPEN_TO_KNOWN if AUTHENTICATED in user.groups else OPEN_TO_ALL
    return (verb == "get" and first in allowed) or rbac.allows_path(user, verb, path, registry)


def _is_about_oneself(address: Address) -> bool:
    # What the real server's role `system:basic-user` gives to everybody whom it knows.
    return address.group in ("authentication.k8s.io", "authorization.k8s.io") and address.resource.startswith(
        "selfsubject"
    )


@dataclass(frozen=True, slots=True)
class _Resource:
    """A resource as refusals name it, whether or not it is served."""

    group: str
    plural: str
    kind: str = ""
