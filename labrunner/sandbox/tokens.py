"""Who a client is: the lab user's own token, and the signed tokens of service accounts.

A service account's token is a JWT with the claims of a real cluster's, signed with a key that only this
process has. Anyone may verify it with the public half, as STS does for web identities. What a user may do
is for `rbac`.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ISSUER = "https://kubernetes.default.svc.cluster.local"
"""Who signs the tokens, and the audience of a token that names none, as with kubeadm."""

LEEWAY = 10.0
"""Seconds by which a verifier's clock may be off."""


@dataclass(frozen=True, slots=True)
class BoundObject:
    """What a token is bound to besides its service account: it dies with it."""

    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class Identity:
    """A service account as a valid token names it."""

    namespace: str
    name: str
    uid: str
    audiences: tuple[str, ...]
    pod: BoundObject | None
    """The pod that got the token; `None` for one made with `kubectl create token`."""
    claims: Mapping[str, Any]
    """All claims, as they were signed."""

    @property
    def username(self) -> str:
        """The name by which role bindings and audit logs know it."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that every token of the namespace's service accounts is in."""
        return (
            "system:serviceaccounts",
            f"system:serviceaccounts:{self.namespace}",
            "system:authenticated",
        )


class InvalidTokenError(Exception):
    """The token says who it is for, but not credibly: its form, signature, time or audience is wrong."""


class Tokens:
    """Makes and verifies this cluster's tokens.

    Attributes:
        user: The lab user's own token: random, valid as long as the sandbox.
        public_key_pem: The public half of the signing key, for other verifiers.
        key_id: The name of the signing key in the header of each token and in `jwks`.
    """

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        self.user = secrets.token_urlsafe(24)
        public = key.public_key()
        der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.key_id = _encode(hashlib.sha256(der).digest())
        self.public_key_pem = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()

    @classmethod
    def create(cls) -> "Tokens":
        """With a new key. Takes about a tenth of a second, outside the interpreter lock: use a thread."""
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=2048))

    def jwks(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set."""
        numbers = self._key.public_key().public_numbers()
        key = {"use": "sig", "kty": "RSA", "kid": self.key_id, "alg": "RS256"}
        return {"keys": [key | {"n": _encode_number(numbers.n), "e": _encode_number(numbers.e)}]}

    def issue(
        self,
        namespace: str,
        name: str,
        uid: str,
        *,
        now: float,
        seconds: float = 3600.0,
        audiences: Sequence[str] = (),
        pod: BoundObject | None = None,
        node: BoundObject | None = None,
    ) -> str:
        """Sign a token for a service account.

        Args:
            namespace: The service account's namespace.
            name: The service account's name.
            uid: Its uid: the token is no longer valid once another one has taken the name.
            now: Seconds since the epoch.
            seconds: How long it is valid.
            audiences: Whom it is for; empty is the API server.
            pod: The pod that gets it.
            node: The node on which that pod runs.
        """
        bound: dict[str, Any] = {"namespace": namespace, "serviceaccount": {"name": name, "uid": uid}}
        for kind, each in (("pod", pod), ("node", node)):
            if each is not None:
                bound[kind] = {"name": each.name, "uid": each.uid}
        claims = {
            "aud": list(audiences) or [ISSUER],
            "exp": int(now + seconds),
            "iat": int(now),
            "iss": ISSUER,
            "jti": secrets.token_hex(16),
            "kubernetes.io": bound,
            "nbf": int(now),
            "sub": f"system:serviceaccount:{namespace}:{name}",
        }
        return self._sign(claims)

    def is_user(self, token: str) -> bool:
        """Whether this is the lab user's own token."""
        return secrets.compare_digest(token.encode(errors="surrogateescape"), self.user.encode())

    def verify(self, token: str, *, now: float, audience: str = ISSUER) -> Identity:
        """Say whose token this is.

        Whether the service account still exists, with that uid, is for the caller to look up.

        Args:
            token: As the client sent it.
            now: Seconds since the epoch.
            audience: For whom it must have been made.

        Raises:
            InvalidTokenError: It is not a token of this cluster, has expired, or is for someone else.
        """
        claims = self._verified_claims(token)
        if now > claims["exp"] + LEEWAY:
            raise InvalidTokenError("service account token has expired")
        if now < claims["nbf"] - LEEWAY:
            raise InvalidTokenError("service account token is not valid yet")
        if audience not in claims["aud"]:
            raise InvalidTokenError(f"token audiences {json.dumps(claims['aud'])} is invalid for {audience}")
        return _identity(claims)

    def _sign(self, claims: Mapping[str, Any]) -> str:
        header = {"alg": "RS256", "kid": self.key_id}
        signed = f"{_encode_json(header)}.{_encode_json(claims)}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_encode(signature)}"

    def _verified_claims(self, token: str) -> dict[str, Any]:
        signed, _, signature = token.rpartition(".")
        head, _, body = signed.partition(".")
        try:
            # The key alone decides the algorithm; the header's word for it is only checked.
            if json.loads(_decode(head)).get("alg") != "RS256":
                raise InvalidTokenError("square/go-jose: unexpected signature algorithm")
            self._key.public_key().verify(
                _decode(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
            )
            claims: dict[str, Any] = json.loads(_decode(body))
        except (ValueError, AttributeError, InvalidSignature) as error:
            raise InvalidTokenError("invalid bearer token") from error
        return claims


def _identity(claims: Mapping[str, Any]) -> Identity:
    bound = claims["kubernetes.io"]
    account, pod = bound["serviceaccount"], bound.get("pod")
    return Identity(
        namespace=bound["namespace"],
        name=account["name"],
        uid=account["uid"],
        audiences=tuple(claims["aud"]),
        pod=BoundObject(pod["name"], pod["uid"]) if pod else None,
        claims=claims,
    )


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encode_json(value: Mapping[str, Any]) -> str:
    return _encode(json.dumps(value, separators=(",", ":")).encode())


def _encode_number(number: int) -> str:
    return _encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))
