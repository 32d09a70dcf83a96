"""Answers are written in the form that was asked for; documents that the client has are not sent again."""

import json

import yaml

from labrunner.sandbox.api.accept import Form
from labrunner.sandbox.api.answer import answer, kept, refuse, write
from labrunner.sandbox.errors import too_many_requests, unauthorized


def test_json_is_compact_unless_it_is_for_people() -> None:
    assert write({"a": [1, "é"]}) == '{"a":[1,"é"]}'.encode()
    assert write({"a": 1}, pretty=True) == b'{\n  "a": 1\n}\n'


def test_yaml_writes_shared_parts_out() -> None:
    shared = {"x": "1"}
    written = write({"a": shared, "b": shared}, Form(yaml=True))
    assert b"&" not in written
    assert yaml.safe_load(written) == {"a": shared, "b": shared}


def test_half_a_character_does_not_break_an_answer() -> None:
    assert json.loads(write({"a": "\ud800"})) == {"a": "\ud800"}


def test_warnings_are_headers_of_one_line_each() -> None:
    response = answer({}, warnings=['unknown field "spec.a"', "two\nlines – é"])
    assert response.headers.getall("Warning") == [
        r'299 - "unknown field \"spec.a\""',
        r'299 - "two lines \\u2013 \\xe9"',
    ]


def test_a_refusal_is_a_status_with_its_code() -> None:
    response = refuse(unauthorized())
    assert response.status == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert isinstance(response.body, bytes)
    assert json.loads(response.body) == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": "Unauthorized",
        "reason": "Unauthorized",
        "code": 401,
    }


def test_a_refusal_for_now_says_when_to_try_again() -> None:
    assert refuse(too_many_requests("later", seconds=7)).headers["Retry-After"] == "7"


def test_a_document_that_the_client_has_is_not_sent_again() -> None:
    first = kept(b"x", "application/json", "tag", {}, immutable=False)
    assert (first.status, first.body) == (200, b"x")
    again = kept(b"x", "application/json", "tag", {"If-None-Match": first.headers["ETag"]}, immutable=False)
    assert (again.status, again.body) == (304, None)


def test_a_document_whose_address_names_its_version_may_be_kept_for_ever() -> None:
    assert "immutable" in kept(b"x", "application/json", "tag", {}, immutable=True).headers["Cache-Control"]
