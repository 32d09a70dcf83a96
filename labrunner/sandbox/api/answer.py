"""Writing answers: JSON or YAML, warnings in headers, refusals as `Status` objects."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from aiohttp import web

from labrunner.sandbox.api.accept import PLAIN, Form
from labrunner.sandbox.errors import ApiError

# Nobody between the client and the server may keep answers; the real one says the same.
_NOT_KEPT = {"Cache-Control": "no-cache, private"}

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def answer(
    content: Any,
    form: Form = PLAIN,
    *,
    status: int = 200,
    warnings: Iterable[str] = (),
    pretty: bool = False,
) -> web.Response:
    """Answer with an object.

    Args:
        content: Anything that JSON can say.
        form: How it is written.
        status: The HTTP status.
        warnings: What kubectl prints as `Warning: …`.
        pretty: Indented, for people.
    """
    response = web.Response(
        body=write(content, form, pretty=pretty), status=status, content_type=form.content_type
    )
    response.headers.update(_NOT_KEPT)
    for warning in warnings:
        response.headers.add("Warning", f'299 - "{_quoted(warning)}"')
    return response


def refuse(refusal: ApiError) -> web.Response:
    """Answer with a refusal's `Status`."""
    response = answer(refusal.status(), status=refusal.code)
    if seconds := refusal.details.get("retryAfterSeconds"):
        response.headers["Retry-After"] = str(seconds)
    if refusal.code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def kept(
    body: bytes, content_type: str, tag: str, asked: Mapping[str, str], *, immutable: bool
) -> web.Response:
    """Answer with a document that the client may keep, or tell it that what it has is still right.

    Args:
        body: The document.
        content_type: With its parameters.
        tag: Changes when the document does.
        asked: The request's headers.
        immutable: Whether the address names this very version, so that it need never be asked for again.
    """
    caching = "public, max-age=31536000, immutable" if immutable else "no-cache, private"
    headers = {"ETag": f'"{tag}"', "Vary": "Accept", "Cache-Control": caching}
    if asked.get("If-None-Match") == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers=headers | {"Content-Type": content_type})


def write(content: Any, form: Form = PLAIN, *, pretty: bool = False) -> bytes:
    """Write an object as bytes; lone surrogates, which clients can send as escapes, stay escapes."""
    if form.yaml:
        return yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=True).encode()
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n" if pretty else _encode(content)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(content).encode()


class _Dumper(yaml.CSafeDumper):
    """Writes every value out where it stands: objects share parts, and YAML's anchors would show it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _quoted(text: str) -> str:
    # A header is one line of ASCII; clients read the quoting of RFC 7234.
    flat = text.replace("\r", " ").replace("\n", " ").encode("ascii", "backslashreplace").decode()
    return flat.replace("\\", "\\\\").replace('"', '\\"')
