"""The proxy that stands for the web: it shows every host's certificate and serves what was pinned.

`mirror.pages` decides what that is. Nothing is ever fetched from outside: another address is refused at
once, by a sentence in each place where some client prints it, and told to whoever asks, so that the step
that wanted it is not called rehearsed.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from labrunner.sandbox.mirror import pages, relay
from labrunner.sandbox.mirror.head import BadHead, Head

# A head is a few hundred bytes; this much of one is an attack or a mistake.
LONGEST_HEAD = 65536
# Clients wait for a person to type nowhere in between.
IDLE_SECONDS = 60.0
LOCAL = "127.0.0.1,localhost,::1,127.0.0.0/8,.svc,.cluster.local"


class Authority(Protocol):
    """Who signs the certificates."""

    def issue(self, hosts: Sequence[str]) -> tuple[Path, Path]:
        """Sign one for these hosts; the files of certificate and key."""


class Mirror:
    """An HTTP and HTTPS proxy that answers from folders."""

    def __init__(self, folders: Sequence[Path], authority: Authority) -> None:
        """Take the mirror folders, the most important first, and who signs for the hosts."""
        self._folders = tuple(folders)
        self._authority = authority
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._refused: list[str] = []
        self._port = 0

    async def start(self) -> int:
        """Listen on a free port of 127.0.0.1 and return it."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LONGEST_HEAD)
        self._port = int(self._server.sockets[0].getsockname()[1])
        return self._port

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        if self._server:
            await self._server.wait_closed()

    def environment(self, certificate: Path | str) -> Mapping[str, str]:
        """The variables by which clients find the proxy and trust it.

        Args:
            certificate: Where they find the authority's certificate; inside a pod that may be elsewhere.
        """
        proxy = f"http://127.0.0.1:{self._port}"
        # curl takes the proxy of http addresses from the small letters only.
        proxies = ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy")
        trust = (
            "SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE",
            "PIP_CERT", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO",
        )  # fmt: skip
        return {
            **dict.fromkeys(proxies, proxy),
            "NO_PROXY": LOCAL,
            "no_proxy": LOCAL,
            **dict.fromkeys(trust, str(certificate)),
        }

    def take_reasons(self) -> tuple[str, ...]:
        """Return the sentences for the addresses refused since the last call, each once."""
        reasons = tuple(dict.fromkeys(self._refused))
        self._refused.clear()
        return reasons

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await self._talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, BadHead):
            pass  # the client hung up, does not trust us, or speaks something else
        except asyncio.CancelledError:
            pass  # we are stopping; a task that ends cancelled is reported as an accident
        finally:
            self._connections.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await _read_head(reader)
        if head.method == "CONNECT":
            await self._tunnel(head, reader, writer)
        elif relay.is_local(head.upstream()[0]):
            await _pass_on(head.upstream(), head.origin_form(), reader, writer)
        else:
            await self._answer_all("http", head.upstream(), head, reader, writer)

    async def _tunnel(self, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = head.authority()
        if relay.is_local(host):
            await _pass_on((host, port), b"", reader, writer)
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        try:
            await writer.start_tls(self._context(host))
        except ssl.SSLError:
            self._refused.append(f"https://{host}: a program does not trust the rehearsal's certificate")
            raise
        await self._answer_all("https", (host, port), await _read_head(reader), reader, writer)

    async def _answer_all(
        self,
        scheme: str,
        authority: tuple[str, int],
        head: Head,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        while True:
            found = self._look_up(_address(scheme, authority, head.target), head.method)
            keeps = head.keeps and not head.has_body and isinstance(found, pages.Page)
            await _send(found, head, writer, keeps=keeps)
            if not keeps:
                return
            head = await _read_head(reader)

    def _look_up(self, address: str, method: str) -> pages.Page | pages.Missing:
        found = pages.find(self._folders, address)
        if method not in ("GET", "HEAD") and isinstance(found, pages.Page):
            found = pages.Missing(f"{method} {address}: the rehearsal can only read pinned pages")
        if isinstance(found, pages.Missing):
            self._refused.append(found.sentence)
        return found

    def _context(self, host: str) -> ssl.SSLContext:
        if host not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self._authority.issue([host]))
            self._contexts[host] = context
        return self._contexts[host]


async def _read_head(reader: asyncio.StreamReader) -> Head:
    return Head.parse(await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE_SECONDS))


async def _send(
    found: pages.Page | pages.Missing, head: Head, writer: asyncio.StreamWriter, *, keeps: bool
) -> None:
    if isinstance(found, pages.Page):
        data = found.path.read_bytes()
        status, kind, length = "200 OK", found.content_type, len(data)
    else:
        # kubectl and Python print what stands behind the number, curl and git the body. The `#` keeps
        # `curl … | bash` from running the sentence.
        data = f"# {found.sentence}\n".encode()
        status, kind = f"404 Not Found: {_phrase(found)}", "text/plain; charset=utf-8"
        length = len(data) + _missing_bytes(head)
    connection = "keep-alive" if keeps else "close"
    fields = f"Content-Type: {kind}\r\nContent-Length: {length}\r\nConnection: {connection}"
    writer.write(f"HTTP/1.1 {status}\r\n{fields}\r\n\r\n".encode("latin-1", "replace"))
    if head.method != "HEAD":
        writer.write(data)
    await writer.drain()


def _missing_bytes(head: Head) -> int:
    # curl alone calls any answer a success unless it is told otherwise, and a lab would go on with the
    # sentence for a file. A byte that never comes makes it fail after it has shown the rest.
    return int(any(name == "user-agent" and value.startswith("curl/") for name, value in head.fields))


async def _pass_on(
    upstream: tuple[str, int], first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        there = await asyncio.open_connection(*upstream)
    except OSError as error:
        reason = f"nothing listens on {upstream[0]} port {upstream[1]}"
        writer.write(f"HTTP/1.1 502 {reason}\r\nContent-Length: 0\r\n\r\n".encode())
        raise ConnectionError(reason) from error
    if first:
        there[1].write(first)
    else:
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    try:
        await relay.join((reader, writer), there)
    finally:
        there[1].close()
        with contextlib.suppress(OSError):
            await there[1].wait_closed()


def _address(scheme: str, authority: tuple[str, int], target: str) -> str:
    if not target.startswith("/"):
        return target
    host, port = authority
    usual = {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{host}{'' if port == usual else f':{port}'}{target}"


def _phrase(missing: pages.Missing) -> str:
    return "".join(char if char.isprintable() else "?" for char in missing.sentence)
