"""What the child process is told on its standard input: who exists in the account when it opens.

Pure values. The parent knows every name, key and ARN in it beforehand, so a lab's environment is complete
before the child has even been started.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

# No account has this number, and everyone can see that.
ACCOUNT = "000000000000"


@dataclass(frozen=True, slots=True)
class UserOrder:
    """The reader of the lab: an IAM user with every right and random keys."""

    name: str
    access_key_id: str
    secret_access_key: str

    @property
    def arn(self) -> str:
        """As IAM writes it."""
        return f"arn:aws:iam::{ACCOUNT}:user/{self.name}"


@dataclass(frozen=True, slots=True)
class RoleOrder:
    """A role that one service account's pods may take on."""

    name: str
    service_account: str
    """`namespace/name`."""
    buckets: tuple[str, ...] = ()
    """Names of the buckets on which it has every right; it has no other rights."""

    @property
    def arn(self) -> str:
        """As IAM writes it."""
        return f"arn:aws:iam::{ACCOUNT}:role/{self.name}"

    def rights(self) -> dict[str, Any]:
        """The policy that gives it its buckets."""
        names = [f"arn:aws:s3:::{bucket}" for bucket in self.buckets]
        resources = [*names, *(f"{name}/*" for name in names)]
        return policy({"Effect": "Allow", "Action": "s3:*", "Resource": resources})

    def trust(self, issuer: str) -> dict[str, Any]:
        """The policy that lets in this service account's tokens and no others."""
        namespace, _, name = self.service_account.partition("/")
        provider = provider_name(issuer)
        return policy(
            {
                "Effect": "Allow",
                "Principal": {"Federated": provider_arn(issuer)},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        f"{provider}:aud": "sts.amazonaws.com",
                        f"{provider}:sub": f"system:serviceaccount:{namespace}:{name}",
                    }
                },
            }
        )


@dataclass(frozen=True, slots=True)
class Order:
    """The account as it is when the child begins to answer."""

    region: str
    issuer: str
    """`iss` of the cluster's service-account tokens, an https address."""
    issuer_key: str
    """Public key of that issuer, PEM."""
    user: UserOrder
    buckets: tuple[str, ...] = ()
    roles: tuple[RoleOrder, ...] = field(default_factory=tuple)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Order":
        """From what `to_json` gave."""
        return cls(
            region=values["region"],
            issuer=values["issuer"],
            issuer_key=values["issuer_key"],
            user=UserOrder(**values["user"]),
            buckets=tuple(values["buckets"]),
            roles=tuple(_role(each) for each in values["roles"]),
        )


def policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """A policy document with these statements."""
    return {"Version": "2012-10-17", "Statement": [dict(each) for each in statements]}


def provider_name(issuer: str) -> str:
    """The issuer as IAM names it: without its scheme. Condition keys begin with it."""
    return issuer.removeprefix("https://")


def provider_arn(issuer: str) -> str:
    """The identity provider that stands for the issuer in the account."""
    return f"arn:aws:iam::{ACCOUNT}:oidc-provider/{provider_name(issuer)}"


def _role(values: Mapping[str, Any]) -> RoleOrder:
    buckets: Sequence[str] = values["buckets"]
    return RoleOrder(values["name"], values["service_account"], tuple(buckets))
