"""Errors in the forms that AWS's clients read: every protocol of AWS's has its own.

Pure: a request's outside in, a status, headers and a body out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

Environ = Mapping[str, object]
"""A WSGI environment, as far as it is read here."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def error(environ: Environ, service: str, code: str, message: str, status: int) -> Answer:
    """An error that the client which sent this request will print with its code and sentence.

    Args:
        environ: The request.
        service: Signing name of the service, `s3` say; it decides the form.
        code: AWS's code, without spaces.
        message: One sentence.
        status: HTTP status. Clients try again on 500, 502, 503 and 504.
    """
    if environ.get("HTTP_X_AMZ_TARGET"):
        return _json(status, {"__type": code, "message": message})
    if service == "ec2":
        inner = f"<Errors><Error>{_code(code, message)}</Error></Errors><RequestID>rehearsal</RequestID>"
        return _xml(status, f"<Response>{inner}</Response>")
    if "form-urlencoded" in str(environ.get("CONTENT_TYPE", "")):
        return query_error(code, message, status)
    if service in ("s3", "cloudfront", "route53"):
        return _xml(status, f"<Error>{_code(code, message)}<RequestId>rehearsal</RequestId></Error>")
    return _json(status, {"message": message}, ("x-amzn-errortype", code))


def query_error(code: str, message: str, status: int) -> Answer:
    """An error in the form of STS, IAM and the other query services."""
    inner = f"<Error><Type>Sender</Type>{_code(code, message)}</Error><RequestId>rehearsal</RequestId>"
    return _xml(status, f"<ErrorResponse>{inner}</ErrorResponse>")


def query_result(action: str, values: Mapping[str, object], namespace: str) -> Answer:
    """A query service's good answer: nested mappings become nested elements."""
    result = f"<{action}Result>{_elements(values)}</{action}Result>"
    metadata = "<ResponseMetadata><RequestId>rehearsal</RequestId></ResponseMetadata>"
    return _xml(200, f'<{action}Response xmlns="{namespace}">{result}{metadata}</{action}Response>')


def _elements(values: Mapping[str, object]) -> str:
    return "".join(
        f"<{name}>{_elements(value) if isinstance(value, Mapping) else escape(str(value))}</{name}>"
        for name, value in values.items()
    )


def _code(code: str, message: str) -> str:
    return f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"


def _xml(status: int, body: str) -> Answer:
    return Answer(status, "text/xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode())


def _json(status: int, values: Mapping[str, str], *headers: tuple[str, str]) -> Answer:
    return Answer(status, "application/json", json.dumps(values).encode(), headers)
