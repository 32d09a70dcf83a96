"""Addresses that are no resource's: version, health, discovery, OpenAPI, and how to verify tokens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from labrunner.sandbox.api import discovery, openapi
from labrunner.sandbox.api.accept import media_types
from labrunner.sandbox.api.answer import answer, kept, write
from labrunner.sandbox.errors import no_such_resource
from labrunner.sandbox.kinds.known import Kinds
from labrunner.sandbox.schemas import library
from labrunner.sandbox.tokens import ISSUER, Tokens


@dataclass(frozen=True, slots=True)
class Document:
    """Something that clients keep."""

    body: bytes
    content_type: str
    tag: str
    """Changes when the body does."""


class Site:
    """What the server says about itself."""

    def __init__(self, kinds: Kinds, tokens: Tokens, *, version: str) -> None:
        self._kinds = kinds
        self._tokens = tokens
        self._version = version
        self._documents: dict[str, Document] = {}
        self._digests: dict[str, str] = {}
        kinds.subscribe(self._forget)

    def serve(self, http: web.BaseRequest) -> web.Response:
        """Answer a GET.

        Raises:
            ApiError: 404, there is nothing at that address.
        """
        parts = http.path.strip("/").split("/")
        match parts:
            case ["version"]:
                return answer(version_info(self._version))
            case ["healthz" | "livez" | "readyz", *_]:
                return web.Response(text="ok")
            case [("api" | "apis") as root]:
                return self._root(http, root)
            case ["api", version]:
                return answer(discovery.resource_list(self._kinds, "", version))
            case ["apis", group]:
                return answer(discovery.group(self._kinds, group))
            case ["apis", group, version]:
                return answer(discovery.resource_list(self._kinds, group, version))
            case ["openapi", "v2"]:
                return _keep(http, Document(openapi.v2_document(), openapi.V2_CONTENT_TYPE, "v2"))
            case ["openapi", "v3", *rest]:
                return self._openapi(http, "/".join(rest))
            case [".well-known", "openid-configuration"]:
                return answer(_openid_configuration())
            case ["openid", "v1", "jwks"]:
                return answer(self._tokens.jwks())
        raise no_such_resource()

    def _root(self, http: web.BaseRequest, root: str) -> web.Response:
        if _wants_aggregated(http.headers.get("Accept", "")):
            return _keep(http, self._kept(root, self._aggregated))
        if root == "api":
            return answer(discovery.core_versions(http.host))
        return answer(discovery.group_list(self._kinds))

    def _aggregated(self, root: str) -> Document:
        found = discovery.aggregated(self._kinds, core=root == "api")
        return _document(found, discovery.AGGREGATED)

    def _openapi(self, http: web.BaseRequest, path: str) -> web.Response:
        digests = self._openapi_digests()
        if not path:
            return _keep(http, _document(openapi.index(digests), "application/json"))
        if path not in digests:
            raise no_such_resource()
        # The address names a version, and so may be kept for ever; what it names never changes.
        immutable = http.query.get("hash") == digests[path]
        return _keep(http, self._kept(path, self._described), immutable=immutable)

    def _described(self, path: str) -> Document:
        root, _, rest = path.partition("/")
        group, _, version = rest.rpartition("/") if root == "apis" else ("", "", rest)
        kinds = self._kinds.in_group(group, version)
        content = openapi.document(group, version, kinds, library.definitions())
        return Document(write(content), "application/json", self._openapi_digests()[path])

    def _openapi_digests(self) -> Mapping[str, str]:
        """Each document's path and hash, which is made from what goes in so that nothing has to be built."""
        if not self._digests:
            for group in self._kinds.groups():
                for version in group.versions:
                    path = openapi.path_of(group.name, version)
                    self._digests[path] = self._digest(group.name, version)
        return self._digests

    def _digest(self, group: str, version: str) -> str:
        served: list[Any] = [self._version, openapi.REVISION]
        for kind in self._kinds.in_group(group, version):
            custom = kind.custom.openapi() if kind.custom is not None else None
            served.append([kind.kind, kind.plural, [each.name for each in kind.subresources], custom])
        return openapi.digest(served)

    def _kept(self, name: str, make: Callable[[str], Document]) -> Document:
        found = self._documents.get(name)
        # A custom kind's coming changes one document of many; the others have kept their hash.
        if found is None or found.tag != self._openapi_digests().get(name, found.tag):
            found = self._documents[name] = make(name)
        return found

    def _forget(self) -> None:
        """Custom kinds came or went."""
        self._digests.clear()
        for root in ("api", "apis"):
            self._documents.pop(root, None)


def version_info(version: str) -> dict[str, Any]:
    """What `/version` says, `version` being such as `v1.32.0+labrunner`."""
    major, minor, *_ = version.lstrip("v").split(".")
    return {
        "major": major,
        "minor": minor,
        "gitVersion": version,
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "",
        "compiler": "",
        "platform": "linux/amd64",
    }


def _wants_aggregated(header: str) -> bool:
    return any(
        (parameters.get("g"), parameters.get("v"), parameters.get("as"))
        == ("apidiscovery.k8s.io", "v2", "APIGroupDiscoveryList")
        for _, parameters in media_types(header)
    )


def _openid_configuration() -> dict[str, Any]:
    return {
        "issuer": ISSUER,
        "jwks_uri": f"{ISSUER}/openid/v1/jwks",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


def _document(content: Any, content_type: str) -> Document:
    return Document(write(content), content_type, openapi.digest(content))


def _keep(http: web.BaseRequest, document: Document, *, immutable: bool = False) -> web.Response:
    return kept(document.body, document.content_type, document.tag, http.headers, immutable=immutable)
