"""What stands in front of moto: lets through what a rehearsal can answer, and is honest about the rest.

Every refusal and every answer that would only look like the real thing is also told to `tell`, so that the
step that relied on it is not called rehearsed. Who has a right to what is moto's own work, apart from web
identities, which it would believe unseen.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from labrunner.sandbox.aws import answers, request, web_identity
from labrunner.sandbox.aws.answers import Answer
from labrunner.sandbox.aws.order import provider_arn
from labrunner.sandbox.aws.request import AwsRequest

OFFERED = {"s3", "sts", "iam"}
STS = "https://sts.amazonaws.com/doc/2011-06-15/"

# What moto keeps of a bucket and gives back, and nothing acts on.
STORED_ONLY = (
    "accelerate", "acl", "encryption", "intelligent-tiering", "inventory", "lifecycle", "logging",
    "notification", "object-lock", "ownershipControls", "policy", "publicAccessBlock", "replication",
    "requestPayment", "website",
)  # fmt: skip

Application = Callable[..., Iterable[bytes]]


class Accounts:
    """What the gate needs of moto's insides; `server.py` fills it with the running backends."""

    def __init__(
        self,
        trust_of: Callable[[str], Mapping[str, Any] | None],
        assume: Callable[[str, str, int], Mapping[str, object]],
        issuer: str,
        issuer_key: bytes,
    ) -> None:
        self.trust_of = trust_of
        """The trust policy of the role with this ARN; `None` when there is no such role."""
        self.assume = assume
        """Credentials for role ARN, session name and seconds, as the answer's elements."""
        self.issuer = issuer
        self.issuer_key = issuer_key


class Gate:
    """The WSGI application that clients really talk to."""

    def __init__(self, moto: Application, accounts: Accounts, tell: Callable[[str], None]) -> None:
        self._moto = moto
        self._accounts = accounts
        self._tell = tell

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        asked = request.read(environ)
        answer = self._own_answer(environ, asked)
        if answer is not None:
            return _send(answer, start_response)
        self._note_what_is_only_stored(environ, asked)
        try:
            return self._moto(environ, start_response)
        except NotImplementedError:
            return _send(self._not_offered(environ, asked), start_response)

    def _own_answer(self, environ: dict[str, Any], asked: AwsRequest) -> Answer | None:
        if asked.operation == "AssumeRoleWithWebIdentity":
            return self._web_identity(asked.form)
        if asked.service and asked.service not in OFFERED:
            return self._not_offered(environ, asked)
        if asked.presigned:
            return self._not_offered(environ, asked, "a presigned address")
        if not asked.signed:
            return answers.error(environ, asked.service or "s3", "AccessDenied", "Access Denied", 403)
        if asked.operation == "AssumeRole":
            return self._closed_to_users(asked.form)
        return None

    def _web_identity(self, form: Mapping[str, str]) -> Answer:
        accounts = self._accounts
        try:
            claims = web_identity.check_token(
                form.get("WebIdentityToken", ""), accounts.issuer_key, accounts.issuer, now=time.time()
            )
            trust = accounts.trust_of(form.get("RoleArn", ""))
            if trust is None:
                raise web_identity.denied()
            web_identity.check_trust(trust, claims, accounts.issuer)
        except web_identity.Refused as refused:
            return answers.query_error(refused.code, refused.message, refused.status)
        return self._credentials(form, claims)

    def _credentials(self, form: Mapping[str, str], claims: web_identity.Claims) -> Answer:
        if "Policy" in form:
            self._tell("a session policy is stored and limits nothing in the rehearsal")
        seconds = int(form.get("DurationSeconds") or 3600)
        result = {
            **self._accounts.assume(form["RoleArn"], form.get("RoleSessionName", ""), seconds),
            "SubjectFromWebIdentityToken": claims.get("sub", ""),
            "Audience": web_identity.AUDIENCE,
            "Provider": provider_arn(self._accounts.issuer),
        }
        return answers.query_result("AssumeRoleWithWebIdentity", result, STS)

    def _closed_to_users(self, form: Mapping[str, str]) -> Answer | None:
        # moto fails on a trust policy without AWS principals; STS says who may not do what.
        trust = self._accounts.trust_of(form.get("RoleArn", ""))
        statements = (trust or {}).get("Statement", [])
        if any("AWS" in (each.get("Principal") or {}) for each in statements):
            return None
        message = f"Not authorized to perform: sts:AssumeRole on resource: {form.get('RoleArn', '')}"
        return answers.query_error("AccessDenied", message, 403)

    def _not_offered(self, environ: dict[str, Any], asked: AwsRequest, what: str = "") -> Answer:
        what = what or f"{asked.operation} of {asked.service}"
        message = f"the rehearsal offers S3, IAM and STS only, and {what} is not among what it can answer"
        self._tell(f"AWS: {what} is not offered by the rehearsal")
        return answers.error(environ, asked.service, "NotRehearsed", message, 501)

    def _note_what_is_only_stored(self, environ: Mapping[str, Any], asked: AwsRequest) -> None:
        if asked.service != "s3" or environ["REQUEST_METHOD"] != "PUT":
            return
        for name in STORED_ONLY:
            if name in asked.query:
                self._tell(f"S3: a bucket's {name} setting is stored and changes nothing in the rehearsal")
        if "HTTP_X_AMZ_COPY_SOURCE" in environ:
            self._tell("S3: whether a copy's source may be read is not checked in the rehearsal")


def document_of(policy: object) -> Mapping[str, Any]:
    """A policy document however it was kept, as text or as values."""
    values = json.loads(policy) if isinstance(policy, str) else policy
    assert isinstance(values, Mapping)
    return values


def _send(answer: Answer, start_response: Callable[..., Any]) -> list[bytes]:
    headers = [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))]
    # A body that nobody has read would be taken for the next request.
    headers += [*answer.headers, ("Connection", "close")]
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
    return [answer.body]
