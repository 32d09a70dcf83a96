"""The head of one HTTP request to the proxy, as a value. Pure: bytes in, value out."""

from dataclasses import dataclass
from urllib.parse import urlsplit


class BadHead(ValueError):  # noqa: N818 - reads as what it is
    """This is not the head of an HTTP/1 request."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a client asks for."""

    method: str
    target: str
    """As it was sent: `HOST:PORT` for CONNECT, an address or a path for the others."""
    fields: tuple[tuple[str, str], ...]
    """Names in lower case."""
    keeps: bool
    """Whether the client will send another request on the connection."""

    @classmethod
    def parse(cls, data: bytes) -> "Head":
        """Read a head, from its first line to the empty one.

        Raises:
            BadHead: It is something else; close the connection.
        """
        lines = data.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            raise BadHead(f"not a request: {lines[0][:80]!r}")
        pairs = (line.partition(":") for line in lines[1:] if line)
        fields = tuple((name.strip().lower(), value.strip()) for name, _, value in pairs)
        connection = ",".join(value for name, value in fields if name == "connection").lower()
        keeps = "close" not in connection and words[2] == "HTTP/1.1"
        return cls(words[0], words[1], fields, keeps)

    @property
    def has_body(self) -> bool:
        """Whether bytes follow that belong to this request."""
        return any(
            name in ("content-length", "transfer-encoding") and value != "0" for name, value in self.fields
        )

    def authority(self) -> tuple[str, int]:
        """Host and port of a CONNECT request.

        Raises:
            BadHead: They cannot be read.
        """
        return _split(f"//{self.target}", 443)

    def upstream(self) -> tuple[str, int]:
        """Host and port of a request for a whole address.

        Raises:
            BadHead: They cannot be read.
        """
        return _split(self.target, 80)

    def origin_form(self) -> bytes:
        """The same request as its own server wants it: a path instead of an address, and only once."""
        parts = urlsplit(self.target)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        passed = [f"{name}: {value}" for name, value in self.fields if not _hop(name)]
        return "\r\n".join([f"{self.method} {path} HTTP/1.1", *passed, "connection: close", "", ""]).encode(
            "latin-1"
        )


def _split(address: str, default: int) -> tuple[str, int]:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadHead(f"not an address: {address[:80]!r}") from error
    if not host:
        raise BadHead(f"no host in {address[:80]!r}")
    return host, port or default


def _hop(name: str) -> bool:
    return name in ("connection", "proxy-connection", "proxy-authorization", "keep-alive")
