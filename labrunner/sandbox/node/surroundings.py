"""What the cluster gives to every pod: where its API is, whom to trust, where the cloud's services are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from labrunner.sandbox.objects import Object

TRUSTED = "/etc/ssl/certs/ca-certificates.crt"
"""Where a pod finds the certificates that it trusts."""

TRUST_VARIABLES = (
    "AWS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "NODE_EXTRA_CA_CERTS",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
)
"""Variables that make programs with certificates of their own look there."""


class TokenIssuer(Protocol):
    """Makes service accounts' tokens."""

    def __call__(
        self, namespace: str, service_account: str, audience: str, seconds: float, pod: Object
    ) -> str:
        """A token for `audience` (empty: the API server's own) that is good for `seconds`, bound to `pod`."""


@dataclass(slots=True)
class PodEnvironment:
    """What every pod gets from the cluster that it runs in.

    Not frozen: the kubelet is made before the API server and others have their ports. What is filled in
    before the first pod runs holds for all.
    """

    host: str
    """Address of the API server: a number such as `127.0.0.1`, for `localhost` is the pod itself."""
    port: int
    """Port of the API server."""
    token: TokenIssuer
    bundle: Path | None = None
    """Certificates that pods trust instead of the host's: those of the API server and of the web mirror."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Further variables, such as `AWS_ENDPOINT_URL` and `HTTPS_PROXY`; never anyone's credentials."""

    def all_variables(self) -> dict[str, str]:
        """The variables of every container."""
        address = f"tcp://{self.host}:{self.port}"
        api = {
            "KUBERNETES_SERVICE_HOST": self.host,
            "KUBERNETES_SERVICE_PORT": str(self.port),
            "KUBERNETES_SERVICE_PORT_HTTPS": str(self.port),
            "KUBERNETES_PORT": address,
            f"KUBERNETES_PORT_{self.port}_TCP": address,
            f"KUBERNETES_PORT_{self.port}_TCP_ADDR": self.host,
            f"KUBERNETES_PORT_{self.port}_TCP_PORT": str(self.port),
            f"KUBERNETES_PORT_{self.port}_TCP_PROTO": "tcp",
        }
        trust = dict.fromkeys(TRUST_VARIABLES, TRUSTED) if self.bundle else {}
        return {**self.variables, **api, **trust}
