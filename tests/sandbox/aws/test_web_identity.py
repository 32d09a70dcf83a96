"""What STS lets in and what it keeps out, with its own codes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.sandbox.aws import web_identity
from labrunner.sandbox.aws.order import RoleOrder, policy, provider_arn, provider_name
from labrunner.sandbox.aws.web_identity import Refused
from labrunner.sandbox.tokens import ISSUER, Tokens

NOW = 1_700_000_000.0
TOKENS = Tokens.create()
KEY = TOKENS.public_key_pem.encode()
ROLE = RoleOrder("inference", "aiml/inference")


def token(*, audience: str = "sts.amazonaws.com", name: str = "inference", tokens: Tokens = TOKENS) -> str:
    return tokens.issue("aiml", name, "uid", now=NOW, seconds=3600, audiences=(audience,))


def code_for(text: str, *, now: float = NOW, issuer: str = ISSUER) -> str:
    with pytest.raises(Refused) as caught:
        web_identity.check_token(text, KEY, issuer, now=now)
    return f"{caught.value.code}: {caught.value.message}"


def test_a_pods_own_token_is_taken() -> None:
    claims = web_identity.check_token(token(), KEY, ISSUER, now=NOW)

    assert claims["sub"] == "system:serviceaccount:aiml:inference"
    web_identity.check_trust(ROLE.trust(ISSUER), claims, ISSUER)


def test_the_api_servers_token_has_the_wrong_audience() -> None:
    assert code_for(token(audience=ISSUER)) == "InvalidIdentityToken: Incorrect token audience"


def test_a_token_expires() -> None:
    assert code_for(token(), now=NOW + 3600) == (
        "ExpiredTokenException: Token expired: current date/time 1700003600 must be before "
        "the expiration date/time 1700003600"
    )


def test_another_clusters_signature_is_refused() -> None:
    assert code_for(token(tokens=Tokens.create())).startswith("InvalidIdentityToken:")


def test_another_issuer_is_named() -> None:
    assert ISSUER in code_for(token(), issuer="https://oidc.example")


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "....", token()[:-1] + "é", "e30.e30.e30"])
def test_what_is_no_token_is_refused(text: str) -> None:
    assert code_for(text).startswith("InvalidIdentityToken:")


@given(st.text())
def test_no_text_gets_past_or_breaks_the_check(text: str) -> None:
    assert code_for(text).startswith("InvalidIdentityToken:")


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_no_changed_byte_gets_past(place: int, byte: int) -> None:
    good = token().encode()
    place %= len(good)
    changed = good[:place] + bytes([byte]) + good[place + 1 :]
    # The last characters of base64 may have spare bits: what decodes alike is alike.
    if changed.rpartition(b".")[0] == good.rpartition(b".")[0]:
        return
    code_for(changed.decode("latin-1"))


def claims(name: str = "inference") -> dict[str, Any]:
    return {"sub": f"system:serviceaccount:aiml:{name}", "aud": ["sts.amazonaws.com"]}


def lets_in(document: dict[str, Any], name: str = "inference") -> bool:
    try:
        web_identity.check_trust(document, claims(name), ISSUER)
    except Refused:
        return False
    return True


def statement(**changes: Any) -> dict[str, Any]:
    return {**ROLE.trust(ISSUER)["Statement"][0], **changes}


def test_only_the_named_service_account_is_let_in() -> None:
    assert lets_in(ROLE.trust(ISSUER))
    assert not lets_in(ROLE.trust(ISSUER), "default")


def test_a_closed_role_is_refused_in_the_words_of_sts() -> None:
    with pytest.raises(Refused, match=r"^Not authorized to perform sts:AssumeRoleWithWebIdentity$") as caught:
        web_identity.check_trust(ROLE.trust(ISSUER), claims("default"), ISSUER)

    assert (caught.value.code, caught.value.status) == ("AccessDenied", 403)


def test_a_pattern_lets_in_what_it_matches() -> None:
    sub = f"{provider_name(ISSUER)}:sub"
    document = policy(statement(Condition={"StringLike": {sub: "system:serviceaccount:aiml:inf*"}}))

    assert lets_in(document)
    assert not lets_in(document, "default")


@pytest.mark.parametrize(
    "changes",
    [
        {"Effect": "Deny"},
        {"Action": "sts:AssumeRole"},
        {"Principal": {"Federated": "arn:aws:iam::000000000000:oidc-provider/elsewhere"}},
        {"Principal": {"AWS": provider_arn(ISSUER)}},
        {"Condition": {"StringNotEquals": {"x:sub": "y"}}},
        {"Condition": {"StringEquals": {"elsewhere:sub": "system:serviceaccount:aiml:inference"}}},
    ],
    ids=json.dumps,
)
def test_what_does_not_say_yes_means_no(changes: dict[str, Any]) -> None:
    assert not lets_in(policy(statement(**changes)))


def test_a_denial_wins_even_when_its_condition_is_not_understood() -> None:
    doubtful = statement(Effect="Deny", Condition={"DateGreaterThan": {"aws:CurrentTime": "2020-01-01"}})

    assert not lets_in(policy(statement(), doubtful))


def test_a_role_without_statements_lets_nobody_in() -> None:
    assert not lets_in(policy())
