"""In what form the client wants its answer: the `Accept` header. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from labrunner.sandbox.errors import not_acceptable

View = Literal["object", "table", "metadata"]
"""What of the objects is shown: all of it, the cells that kubectl prints, or nothing but the metadata."""


@dataclass(frozen=True, slots=True)
class Form:
    """How an answer is written."""

    view: View = "object"
    yaml: bool = False
    """As YAML instead of JSON."""

    @property
    def content_type(self) -> str:
        """The answer's `Content-Type`."""
        return "application/yaml" if self.yaml else "application/json"


PLAIN = Form()

_VIEWS: dict[str, View] = {
    "Table": "table",
    "PartialObjectMetadata": "metadata",
    "PartialObjectMetadataList": "metadata",
}
_JSON = ("application/json", "application/*", "*/*")
_YAML = ("application/yaml",)


def choose(header: str) -> Form:
    """Return the first form that the client names and this server writes.

    Raises:
        ApiError: 406, there is none. Protobuf is not written here; every client also takes JSON.
    """
    if not header.strip():
        return PLAIN
    for media_type, parameters in media_types(header):
        view = _view(parameters)
        if view is not None and media_type in (*_JSON, *_YAML):
            return Form(view, yaml=media_type in _YAML)
    raise not_acceptable()


def media_types(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what an `Accept` header names, the most wanted first, with each one's parameters."""
    found = [_parsed(part) for part in header.split(",") if part.strip()]
    yield from sorted(found, key=lambda each: -_quality(each[1]))


def _view(parameters: dict[str, str]) -> View | None:
    wanted = parameters.get("as")
    if wanted is None:
        return "object"
    if parameters.get("g") != "meta.k8s.io" or parameters.get("v") != "v1":
        return None
    return _VIEWS.get(wanted)


def _parsed(part: str) -> tuple[str, dict[str, str]]:
    media_type, *parameters = (each.strip() for each in part.split(";"))
    pairs = (parameter.partition("=") for parameter in parameters)
    return media_type.lower(), {name.strip(): value.strip() for name, _, value in pairs}


def _quality(parameters: dict[str, str]) -> float:
    try:
        return float(parameters.get("q", "1"))
    except ValueError:
        return 0.0
