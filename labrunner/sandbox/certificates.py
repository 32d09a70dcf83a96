"""The sandbox's own certificate authority: what its API server and its web mirror show to clients.

Elliptic-curve keys throughout: made in a millisecond, where RSA keys would cost the sandbox its start-up
time. Who trusts the authority, and through which variable, is for whoever hands out environments.
"""

import ipaddress
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# A clock that is a little behind must not make a new certificate "not yet valid".
_SKEW = timedelta(hours=1)
_LIFETIME = timedelta(days=365)


class Authority:
    """Signs certificates for the names that the sandbox answers for.

    Attributes:
        certificate_pem: The authority's own certificate, for clients to trust.
        certificate_path: The file that holds it.
    """

    def __init__(self, folder: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._folder = folder
        self._key = key
        self._certificate = certificate
        self._issued = 0
        self.certificate_pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
        self.certificate_path = folder / "ca.crt"

    @classmethod
    def create(cls, folder: Path) -> "Authority":
        """Make a new authority that keeps its files in `folder`, which is made if need be.

        Its private key never leaves this process.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("labrunner sandbox CA")
        builder = (
            _certificate(name, name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(signs_certificates=True), critical=True)
        )
        authority = cls(folder, key, builder.sign(key, hashes.SHA256()))
        authority.certificate_path.write_text(authority.certificate_pem)
        return authority

    def issue(self, hosts: Sequence[str]) -> tuple[Path, Path]:
        """Sign a server certificate for `hosts`.

        Args:
            hosts: Host names and IP addresses, at least one; the first names the certificate.

        Returns:
            The certificate's file and its private key's, both PEM; only their owner can read the key.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = (
            _certificate(_name(hosts[0]), self._certificate.subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.SubjectAlternativeName([_alternative(host) for host in hosts]), critical=False
            )
            # Python 3.13 refuses a certificate that does not say which key signed it.
            .add_extension(authority_key, critical=False)
        )
        signed = builder.sign(self._key, hashes.SHA256())
        return self._keep(signed.public_bytes(serialization.Encoding.PEM), key)

    def _keep(self, certificate: bytes, key: ec.EllipticCurvePrivateKey) -> tuple[Path, Path]:
        self._issued += 1
        certificate_path = self._folder / f"server-{self._issued}.crt"
        key_path = self._folder / f"server-{self._issued}.key"
        certificate_path.write_bytes(certificate)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with os.fdopen(os.open(key_path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(private)
        return certificate_path, key_path


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common: str) -> x509.Name:
    # A common name may have 64 characters; clients look at the alternative names only.
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
