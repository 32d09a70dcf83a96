"""What an AWS request is about, read from its outside: service, operation, and for a few its form.

Pure but for the body, which is read only where it is a small form and put back for whoever comes next.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

# A form longer than this is no API call that anyone makes by hand.
LONGEST_FORM = 1 << 20


@dataclass(frozen=True, slots=True)
class AwsRequest:
    """One request to the endpoint."""

    service: str
    """Signing name: `s3`, `sts`, `eks` …; empty when neither signature nor form tells."""
    operation: str
    """`AssumeRole` say; for the services that have none on the outside, method and path."""
    signed: bool
    """Whether it has an `Authorization` header; a presigned address has none."""
    presigned: bool
    form: Mapping[str, str] = field(default_factory=dict)
    """The fields of a query service's form; empty for the others."""
    query: Mapping[str, str] = field(default_factory=dict)
    """The address's own parameters, the empty ones too."""


def read(environ: dict[str, Any]) -> AwsRequest:
    """Read a request; its body, if it was needed, is put back."""
    form = _form(environ)
    query = _flat(environ.get("QUERY_STRING", ""))
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    service = _scope(authorization) or _scope_of_presigned(query)
    action = form.get("Action") or query.get("Action", "")
    if not service and action == "AssumeRoleWithWebIdentity":
        service = "sts"
    target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    path = f"{environ.get('REQUEST_METHOD', 'GET')} {environ.get('PATH_INFO', '/')}"
    return AwsRequest(
        service=service.lower(),
        operation=action or target or path,
        signed=bool(authorization),
        presigned="X-Amz-Signature" in query or "Signature" in query,
        form=form or (query if action else {}),
        query=query,
    )


def _form(environ: dict[str, Any]) -> dict[str, str]:
    if "form-urlencoded" not in environ.get("CONTENT_TYPE", ""):
        return {}
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > LONGEST_FORM:
        return {}
    body = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(body)
    return _flat(body.decode("utf-8", "replace"))


def _flat(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}


def _scope(authorization: str) -> str:
    # Credential=KEY/DATE/REGION/SERVICE/aws4_request
    credential = authorization.partition("Credential=")[2].partition(",")[0].split("/")
    return credential[3] if len(credential) == 5 else ""


def _scope_of_presigned(query: Mapping[str, str]) -> str:
    credential = query.get("X-Amz-Credential", "").split("/")
    return credential[3] if len(credential) == 5 else ""
