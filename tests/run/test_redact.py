"""Secrets never come out, however output is cut; what only looks a little like one does."""

import itertools
import string
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.run.redact import LONGEST_HELD, Redactor, redact

ALNUM = string.ascii_letters + string.digits


def value(alphabet: str, least: int, most: int | None = None, *, prefix: str = "") -> st.SearchStrategy[str]:
    # Random enough to be a secret: `aaaaaaaaaaaa` is a placeholder.
    return st.text(alphabet, min_size=least - 7, max_size=(most or least) - 7).map(
        lambda tail: f"{prefix}Q7R2ZK9{tail}"
    )


@dataclass(frozen=True)
class Kind:
    before: str
    value: st.SearchStrategy[str]
    after: str = "\n"


KINDS = (
    Kind("", value(string.ascii_uppercase + string.digits, 16, prefix="AKIA")),
    Kind("aws_secret_access_key = ", value(ALNUM + "/+", 40)),
    Kind('  "SecretAccessKey": "', value(ALNUM + "/+", 40), '",\n'),
    Kind("export AWS_SESSION_TOKEN=", value(ALNUM + "/+=", 100, 300)),
    Kind("x ", value(ALNUM + "/+", 60, 300, prefix="IQoJb3JpZ2lu")),
    Kind(" ", st.tuples(*[value(ALNUM + "-_", 10, 60)] * 3).map(lambda t: f"eyJ{t[0]}.eyJ{t[1]}.{t[2]}")),
    Kind("> ", value(ALNUM, 36, prefix="ghp_"), " <\n"),
    Kind("Authorization: Bearer ", value(ALNUM, 20, 60), "\r\n"),
    Kind("    client-key-data: ", value(ALNUM, 30, 12_000)),
    Kind("    token: ", value(ALNUM, 20, 60)),
    Kind("password = ", value(ALNUM + "!@#%^*[]+äß", 12, 40)),
    Kind("postgres://admin:", value(ALNUM, 12, 20), "@host/db\n"),
    Kind('\x1b[34;1m"token"\x1b[0m\x1b[1;39m: \x1b[0;32m"', value(ALNUM, 20, 40), '"\x1b[0m\n'),
    Kind("-----BEGIN PRIVATE KEY-----\n", value(ALNUM, 40, 400), "\n-----END PRIVATE KEY-----\n"),
)
ORDINARY = (
    "pod/web created\r\n",
    " 12% ====>      \r",
    "arn:aws:iam::123456789012:role/reader ",
    "eyJ ",
    "password: ",
    "(token)",
    "-----BEGIN CERTIFICATE-----\n",
    "AKIA ",
    "http://host:8080/path ",
    "ghp",
    "İ ",
)


@st.composite
def outputs(draw: st.DrawFn) -> tuple[str, list[str]]:
    text, values = "", []
    for kind in draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4)):
        values.append(draw(kind.value))
        text += f"{draw(st.sampled_from(ORDINARY))}\n{kind.before}{values[-1]}{kind.after}"
    return text + draw(st.sampled_from(ORDINARY)), values


def in_pieces(text: str, places: list[int]) -> str:
    redactor = Redactor()
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    pieces = [text[a:b] for a, b in itertools.pairwise(edges)]
    return "".join([*map(redactor.feed, pieces), redactor.finish()])


@given(outputs(), st.lists(st.integers(min_value=0), max_size=40))
def test_nothing_leaks_however_output_is_cut(output: tuple[str, list[str]], places: list[int]) -> None:
    text, values = output
    seen = in_pieces(text, places)
    for secret in values:
        assert secret not in seen
        assert secret[-12:] not in seen
        assert secret[4:16] not in seen
    if max(map(len, values)) < LONGEST_HELD:
        assert seen == redact(text)


@given(st.text(), st.lists(st.integers(min_value=0), max_size=10))
def test_ordinary_text_comes_out_as_it_went_in(text: str, places: list[int]) -> None:
    assert in_pieces(text, places) == redact(text)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.before.strip() or "key id")
@given(data=st.data())
def test_byte_by_byte_is_as_whole(kind: Kind, data: st.DataObject) -> None:
    text = kind.before + data.draw(kind.value)[:300] + kind.after
    assert in_pieces(text, list(range(len(text)))) == redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "token: <your-token-here>",
        "token: ${GITHUB_TOKEN}",
        "NextToken: abcdef1234567890abcd",
        "The token authentication2024request was refused",
        "MYSQL_ROOT_PASSWORD: my-secret-password",
        "account 123456789012, instance i-09ddba6280017ae4d",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "-----BEGIN CERTIFICATE-----\nMIIBkTCB+wIJAKHHCgVZU1+zMA0GCSqGSIb3DQEBCwUAMBExDzANBgNVBAMMBnRl",
        "https://kubernetes.default.svc:443/api/v1?limit=500",
        "secret/web created\nserviceaccount/token-reader created\n",
        "Bearer authentication-is-required",
        "token: 0000-1111-0000-1111",
        "token: /var/run/secrets/v1/token-2",
        "key id AKIAXXXXXXXXXXXXXXXX",
    ],
)
def test_placeholders_and_ordinary_output_are_left_alone(text: str) -> None:
    assert redact(text) == text


def test_credentials_side_by_side_are_masked_together() -> None:
    secret = "abcdefghijklmnopqrstuvwxyz0123456789/+AB"
    assert redact(f"AKIA1234567890ABCDEF\t2026-01-01T00:00:00Z\t{secret}\n") == "[masked: AWS credentials]\n"


def test_a_password_may_hold_any_character() -> None:
    assert redact('{"password": "Päß5w@rd!2"}\n') == '{"password": "[masked: password]"}\n'


def test_the_name_before_a_secret_stays() -> None:
    assert redact("password=hunter2hunter2\n") == "password=[masked: password]\n"


def test_a_question_is_seen_while_it_waits_for_its_answer() -> None:
    assert Redactor().feed("Password: ") == "Password: "
    assert Redactor().feed("Go on? [y/N] ") == "Go on? [y/N] "


def test_a_progress_bar_streams() -> None:
    redactor = Redactor()
    assert redactor.feed("\r 10% ##") == "\r 10% ##"
    assert redactor.feed("\r 20% ####") == "\r 20% ####"


def test_a_secret_longer_than_is_held_back_is_masked_to_its_end() -> None:
    redactor = Redactor()
    seen = redactor.feed("client-key-data: Q7R")
    for _ in range(100):
        seen += redactor.feed("abcdefghij0123456789" * 50)
    seen += redactor.feed("\nname: admin\n") + redactor.finish()
    assert seen == "client-key-data: [masked: client key]\nname: admin\n"


def test_what_is_held_back_is_bounded() -> None:
    redactor = Redactor()
    for _ in range(1000):
        redactor.feed("eyJhbGciOiJSUzI1NiIsImtpZCI6IjEyMzQ1Njc4OTAifQ" * 10)
    assert len(redactor._text) <= 2 * LONGEST_HELD


def test_an_encrypted_key_with_headers_is_masked() -> None:
    text = (
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123\n\n"
        "MIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n"
    )
    assert "MIIE" not in redact(text)
    assert in_pieces(text, list(range(len(text)))) == redact(text)
