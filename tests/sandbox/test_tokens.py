"""Tokens name their service account to those for whom they are meant, while they last, and to nobody else."""

import base64
import json
from functools import cache

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import assume, given
from hypothesis import strategies as st

from labrunner.sandbox.tokens import ISSUER, BoundObject, InvalidTokenError, Tokens

NOW = 1_700_000_000.0


@cache
def tokens() -> Tokens:
    return Tokens.create()


def issue(**options: object) -> str:
    return tokens().issue("aiml", "inference", "uid-1", **{"now": NOW, **options})  # type: ignore[arg-type]


def decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_a_token_names_its_service_account() -> None:
    identity = tokens().verify(issue(), now=NOW)
    assert identity.username == "system:serviceaccount:aiml:inference"
    assert identity.uid == "uid-1"
    assert identity.groups == (
        "system:serviceaccounts",
        "system:serviceaccounts:aiml",
        "system:authenticated",
    )


def test_the_claims_are_those_of_a_real_cluster() -> None:
    token = issue(pod=BoundObject("web", "uid-2"), node=BoundObject("n1", "uid-3"), seconds=600)
    claims = json.loads(decode(token.split(".")[1]))
    del claims["jti"]
    assert claims == {
        "aud": [ISSUER],
        "exp": NOW + 600,
        "iat": NOW,
        "iss": ISSUER,
        "kubernetes.io": {
            "namespace": "aiml",
            "node": {"name": "n1", "uid": "uid-3"},
            "pod": {"name": "web", "uid": "uid-2"},
            "serviceaccount": {"name": "inference", "uid": "uid-1"},
        },
        "nbf": NOW,
        "sub": "system:serviceaccount:aiml:inference",
    }


def test_the_token_of_a_pod_names_the_pod() -> None:
    pod = BoundObject("web", "uid-2")
    assert tokens().verify(issue(pod=pod), now=NOW).pod == pod


def test_a_token_for_sts_is_not_one_for_the_api_server() -> None:
    token = issue(audiences=["sts.amazonaws.com"])
    assert tokens().verify(token, now=NOW, audience="sts.amazonaws.com").name == "inference"
    with pytest.raises(InvalidTokenError, match="audiences"):
        tokens().verify(token, now=NOW)


def test_a_token_expires() -> None:
    token = issue(seconds=600)
    tokens().verify(token, now=NOW + 600)
    with pytest.raises(InvalidTokenError, match="expired"):
        tokens().verify(token, now=NOW + 611)


def test_a_token_from_the_future_is_refused() -> None:
    with pytest.raises(InvalidTokenError, match="not valid yet"):
        tokens().verify(issue(), now=NOW - 11)


def test_another_cluster_s_token_is_refused() -> None:
    foreign = Tokens.create().issue("aiml", "inference", "uid-1", now=NOW)
    with pytest.raises(InvalidTokenError):
        tokens().verify(foreign, now=NOW)


def test_a_token_that_asks_for_no_signature_is_refused() -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    body = issue().split(".")[1]
    with pytest.raises(InvalidTokenError):
        tokens().verify(f"{header}.{body}.", now=NOW)


@given(st.text())
def test_any_text_is_a_token_or_refused(text: str) -> None:
    with pytest.raises(InvalidTokenError):
        tokens().verify(text, now=NOW)


@given(st.data())
def test_a_changed_token_is_refused(data: st.DataObject) -> None:
    token = issue()
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABCabc019-_."))
    changed = token[:at] + other + token[at + 1 :]
    # The last character of each part has bits that mean nothing.
    assume(changed != token and token[at + 1 : at + 2] not in ("", "."))
    with pytest.raises(InvalidTokenError):
        tokens().verify(changed, now=NOW)


def test_others_can_verify_with_the_public_key() -> None:
    signed, _, signature = issue().rpartition(".")
    key = serialization.load_pem_public_key(tokens().public_key_pem.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(decode(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())


def test_the_key_set_holds_the_key_that_tokens_name() -> None:
    (key,) = tokens().jwks()["keys"]
    assert json.loads(decode(issue().split(".")[0]))["kid"] == key["kid"]
    public = rsa.RSAPublicNumbers(
        int.from_bytes(decode(key["e"]), "big"), int.from_bytes(decode(key["n"]), "big")
    )
    assert public.public_key() == serialization.load_pem_public_key(tokens().public_key_pem.encode())


def test_only_the_user_s_token_is_the_user_s() -> None:
    assert tokens().is_user(tokens().user)
    assert not tokens().is_user("")
    assert not tokens().is_user("\udce9")  # a byte that is not text, as the HTTP server hands it on
    assert tokens().user != Tokens.create().user
