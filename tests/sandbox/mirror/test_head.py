"""Heads of requests to a proxy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.sandbox.mirror.head import BadHead, Head


def parse(text: str) -> Head:
    return Head.parse(text.replace("\n", "\r\n").encode("latin-1"))


def test_a_tunnel_has_a_host_and_a_port() -> None:
    assert parse("CONNECT example.com:8443 HTTP/1.1\nHost: x\n\n").authority() == ("example.com", 8443)
    assert parse("CONNECT [::1]:443 HTTP/1.1\n\n").authority() == ("::1", 443)


def test_a_plain_request_names_its_server() -> None:
    assert parse("GET http://127.0.0.5:8080/a?b HTTP/1.1\n\n").upstream() == ("127.0.0.5", 8080)
    assert parse("GET http://example.com/ HTTP/1.1\n\n").upstream() == ("example.com", 80)


def test_a_request_is_passed_on_as_its_own_server_wants_it() -> None:
    head = parse("GET http://h:1/a?b HTTP/1.1\nHost: h:1\nProxy-Connection: x\nConnection: keep-alive\n\n")

    assert head.origin_form() == b"GET /a?b HTTP/1.1\r\nhost: h:1\r\nconnection: close\r\n\r\n"


def test_connections_are_kept_as_the_client_asks() -> None:
    assert parse("GET / HTTP/1.1\n\n").keeps
    assert not parse("GET / HTTP/1.1\nConnection: close\n\n").keeps
    assert not parse("GET / HTTP/1.0\n\n").keeps


@pytest.mark.parametrize("text", ["", "GET /", "GET / FTP/1", "\x16\x03\x01", "GET / HTTP/1.1 x"])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(BadHead):
        parse(text)


@pytest.mark.parametrize("target", ["", ":1", "h:x", "[::1", "h:99999999"])
def test_a_tunnel_to_nowhere_is_refused(target: str) -> None:
    with pytest.raises(BadHead):
        parse(f"CONNECT {target} HTTP/1.1\n\n").authority()


@given(st.binary())
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        Head.parse(data)
    except BadHead:
        return
