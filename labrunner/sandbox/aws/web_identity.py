"""Whether a token opens a role: what STS checks before it hands out credentials for a web identity.

Pure: bytes and policies in, claims or a refusal out. Codes and sentences are those that STS answers with,
so that a search for them finds the right advice. What is not understood here is refused, never let through.
"""

import base64
import binascii
import fnmatch
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from labrunner.sandbox.aws.order import provider_arn, provider_name

AUDIENCE = "sts.amazonaws.com"
ACTION = "sts:AssumeRoleWithWebIdentity"
# The operators that trust policies for service accounts are written with.
OPERATORS = {"StringEquals", "StringLike"}

Claims = Mapping[str, Any]


class Refused(Exception):  # noqa: N818 - reads as what it is
    """STS says no.

    Attributes:
        code: The error's code as AWS spells it.
        message: Its sentence.
        status: The HTTP status.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def check_token(token: str, key: bytes, issuer: str, *, now: float) -> Claims:
    """Verify a service-account token.

    Args:
        token: A JWT in compact form, signed with RS256 as Kubernetes does by default.
        key: The issuer's public key, PEM.
        issuer: The one issuer that is registered in the account.
        now: Seconds since the epoch.

    Raises:
        Refused: With STS's code: InvalidIdentityToken or ExpiredTokenException.
    """
    claims, signed, signature = _parse(token)
    if claims.get("iss") != issuer:
        raise _invalid(f"No OpenIDConnect provider found in your account for {claims.get('iss')}")
    _check_signature(key, signed, signature)
    _check_time(claims, now)
    if AUDIENCE not in _listed(claims.get("aud")):
        raise _invalid("Incorrect token audience")
    return claims


def check_trust(document: Mapping[str, Any], claims: Claims, issuer: str) -> None:
    """Hold a token's claims against a role's trust policy.

    Raises:
        Refused: AccessDenied: no statement lets this token in, or one keeps it out.
    """
    statements = [s for s in _listed(document.get("Statement")) if _concerns(s, claims, issuer)]
    effects = {statement.get("Effect") for statement in statements}
    if effects != {"Allow"}:
        raise denied()


def denied() -> Refused:
    """What STS answers for a role that is closed to the token, and for one that does not exist."""
    return Refused("AccessDenied", f"Not authorized to perform {ACTION}", 403)


def _parse(token: str) -> tuple[Claims, bytes, bytes]:
    try:
        header, payload, signature = token.strip().split(".")
        if _json(header).get("alg") != "RS256":
            raise ValueError("not RS256")
        return _json(payload), f"{header}.{payload}".encode(), _decoded(signature)
    except (ValueError, binascii.Error) as error:
        raise _invalid("The ID Token provided is not a valid JWT.") from error


def _json(part: str) -> dict[str, Any]:
    value = json.loads(_decoded(part))
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _check_signature(key: bytes, signed: bytes, signature: bytes) -> None:
    public = load_pem_public_key(key)
    assert isinstance(public, RSAPublicKey)
    try:
        public.verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise _invalid("The web identity token provided could not be validated") from error


def _check_time(claims: Claims, now: float) -> None:
    expires = claims.get("exp")
    if not isinstance(expires, int | float):
        raise _invalid("Missing a required claim: exp")
    if now >= expires:
        clock = f"current date/time {int(now)} must be before the expiration date/time {int(expires)}"
        raise Refused("ExpiredTokenException", f"Token expired: {clock}")


def _concerns(statement: Mapping[str, Any], claims: Claims, issuer: str) -> bool:
    actions = _listed(statement.get("Action"))
    principal = statement.get("Principal")
    federated = _listed(principal.get("Federated")) if isinstance(principal, Mapping) else []
    conditions = statement.get("Condition") or {}
    if statement.get("Effect") == "Deny" and not conditions.keys() <= OPERATORS:
        conditions = {}  # when in doubt a denial counts
    return (
        any(fnmatch.fnmatchcase(ACTION.lower(), str(action).lower()) for action in actions)
        and provider_arn(issuer) in federated
        and _conditions_hold(conditions, claims, provider_name(issuer))
    )


def _conditions_hold(conditions: Mapping[str, Mapping[str, Any]], claims: Claims, provider: str) -> bool:
    return all(
        _condition_holds(operator, _claim(claims, key, provider), [str(v) for v in _listed(wanted)])
        for operator, pairs in conditions.items()
        for key, wanted in pairs.items()
    )


def _condition_holds(operator: str, values: Sequence[str], wanted: Sequence[str]) -> bool:
    if operator == "StringEquals":
        return any(value in wanted for value in values)
    if operator == "StringLike":
        return any(_like(value, pattern) for value in values for pattern in wanted)
    return False  # an operator that is not known here cannot be said to hold


def _like(value: str, pattern: str) -> bool:
    # `fnmatch` also knows [sets]; IAM knows `*` and `?` only.
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))


def _claim(claims: Claims, key: str, provider: str) -> list[str]:
    prefix, _, name = key.rpartition(":")
    return [str(value) for value in _listed(claims.get(name))] if prefix == provider else []


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _invalid(message: str) -> Refused:
    return Refused("InvalidIdentityToken", message)
