"""Clients that trust the sandbox's authority accept its servers under their names, and no others."""

import ssl
import stat
from pathlib import Path

import pytest

from labrunner.sandbox.certificates import Authority


def handshake(authority: Authority, hosts: list[str], asked: str, trusted: str) -> None:
    certificate, key = authority.issue(hosts)
    server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_context.load_cert_chain(certificate, key)
    client_context = ssl.create_default_context(cadata=trusted)
    # What Python 3.13 does by default; the strictest client that labs bring.
    client_context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    client = client_context.wrap_bio(to_client, to_server, server_hostname=asked)
    finished = set()
    while len(finished) < 2:
        for side in (client, server):
            try:
                side.do_handshake()
                finished.add(side)
            except ssl.SSLWantReadError:
                pass


def test_a_client_that_trusts_the_authority_accepts_each_name(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path / "pki")
    hosts = ["127.0.0.1", "localhost", "kubernetes.default.svc"]
    for host in hosts:
        handshake(authority, hosts, host, authority.certificate_pem)


def test_another_name_is_refused(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(authority, ["localhost"], "example.org", authority.certificate_pem)


def test_another_authority_is_refused(tmp_path: Path) -> None:
    stranger = Authority.create(tmp_path / "stranger")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(
            Authority.create(tmp_path / "own"), ["localhost"], "localhost", trusted=stranger.certificate_pem
        )


def test_only_the_owner_can_read_a_key(tmp_path: Path) -> None:
    _, key = Authority.create(tmp_path).issue(["localhost"])
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_each_issue_has_files_of_its_own(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path)
    paths = {path for name in ("one", "two") for path in authority.issue([name])}
    assert len(paths) == 4


def test_the_authority_is_on_disk_for_clients_that_want_a_file(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path)
    assert authority.certificate_path.read_text() == authority.certificate_pem


def test_a_name_longer_than_a_common_name_may_be_is_issued(tmp_path: Path) -> None:
    host = "a" * 60 + ".example.org"
    authority = Authority.create(tmp_path)
    handshake(authority, [host], host, authority.certificate_pem)
