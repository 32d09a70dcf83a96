"""Who is asking: from a request's headers to a user. What users may do is for `permission`."""

from collections.abc import Mapping

from multidict import MultiMapping

from labrunner.sandbox.api.permission import as_admin_only
from labrunner.sandbox.errors import ApiError, unauthorized
from labrunner.sandbox.objects import uid
from labrunner.sandbox.registry import Registry
from labrunner.sandbox.tokens import Identity, InvalidTokenError, Tokens
from labrunner.sandbox.user import ADMIN, AUTHENTICATED, User, service_account

ANONYMOUS = User("system:anonymous", ("system:unauthenticated",))
"""Somebody who shows no token."""

_IMPERSONATION = "impersonate-"
_SERVICE_ACCOUNT = "system:serviceaccount:"


class Identities:
    """Knows the lab's user and every service account by their tokens."""

    def __init__(self, registry: Registry, tokens: Tokens) -> None:
        self._registry = registry
        self._tokens = tokens

    def user(self, headers: MultiMapping[str]) -> User:
        """Say who sent a request.

        Raises:
            ApiError: 401, the token is not a valid one; 403, it may not be used to act as somebody else.
        """
        user = self._bearer(headers.get("Authorization", ""))
        if any(name.lower().startswith(_IMPERSONATION) for name in headers):
            return _impersonated(user, headers)
        return user

    def service_account(self, token: str, *, audience: str | None = None) -> Identity:
        """Return whose token this is, if it is still valid: the account and the pod are still there.

        Raises:
            ApiError: 401.
        """
        options: Mapping[str, str] = {} if audience is None else {"audience": audience}
        now = self._registry.clock.now().timestamp()
        try:
            identity = self._tokens.verify(token, now=now, **options)
        except InvalidTokenError as error:
            raise unauthorized() from error
        self._check_exists("ServiceAccount", identity.namespace, identity.name, identity.uid)
        if identity.pod is not None:
            self._check_exists("Pod", identity.namespace, identity.pod.name, identity.pod.uid)
        return identity

    def _bearer(self, header: str) -> User:
        scheme, _, token = header.partition(" ")
        if not header:
            return ANONYMOUS
        if scheme.lower() != "bearer":
            raise unauthorized()
        if self._tokens.is_user(token.strip()):
            return ADMIN
        identity = self.service_account(token.strip())
        return service_account(identity.namespace, identity.name)

    def _check_exists(self, kind: str, namespace: str, name: str, expected: str) -> None:
        found = self._registry.find(self._registry.kinds.by_kind("v1", kind), name, namespace)
        if found is None or uid(found) != expected:
            raise unauthorized()


def _impersonated(user: User, headers: MultiMapping[str]) -> User:
    wanted = headers.get("Impersonate-User", "")
    as_admin_only(
        user, f'users "{wanted}" is forbidden: User "{user.name}" cannot impersonate resource "users"'
    )
    if not wanted:
        raise ApiError(400, "BadRequest", "requested groups, uid or extra without impersonating a user")
    if wanted.startswith(_SERVICE_ACCOUNT) and wanted.count(":") == 3:
        return service_account(*wanted.removeprefix(_SERVICE_ACCOUNT).split(":"))
    groups = tuple(headers.getall("Impersonate-Group", []))
    return User(wanted, (*groups, AUTHENTICATED))
