"""A program of its own: a small web server that stands in for nginx and Apache inside pods.

It serves files, and reads from nginx's configuration what port to listen on and which folder to serve.
It listens on the pod's own address, so that pods share ports as they do on a cluster. What else a
configuration asks for it does not do, and says so. It runs with the standard library alone.
"""

import functools
import http.server
import re
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

CONFIGURATION = Path("/etc/nginx/conf.d")
ROOTS = {"nginx": "/usr/share/nginx/html", "httpd": "/usr/local/apache2/htdocs"}
HIGHER = 8000
"""How much higher it listens when the port is one of those that only root may open."""
DONE = {"listen", "root", "server", "server_name", "location", "index", "access_log", "error_log"}
"""Directives that it follows, or that make no difference here."""


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files, and logs in nginx's format."""

    protocol_version = "HTTP/1.1"
    name = "nginx"

    def version_string(self) -> str:
        """What the `Server` header says."""
        return f"{self.name} (labrunner rehearsal)"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write a line of the access log."""
        status = code.value if isinstance(code, http.HTTPStatus) else code
        agent = self.headers.get("User-Agent", "-") if hasattr(self, "headers") else "-"
        when = self.log_date_time_string()
        line = (
            f'{self.client_address[0]} - - [{when} +0000] "{self.requestline}" {status} {size} "-" "{agent}"'
        )
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def directives(text: str) -> Iterator[tuple[str, str]]:
    """Names and values of the directives in nginx's configuration, in order."""
    plain = re.sub(r"#[^\n]*", "", text)
    for found in re.finditer(r"([a-z_]+)(?:\s+([^;{}]*?))?\s*[;{]", plain):
        yield found[1], found[2] or ""


def configured(name: str) -> tuple[int, str]:
    """The port to listen on and the folder to serve."""
    port, root = 80, ROOTS[name]
    if name != "nginx":
        return port, root
    ignored = set()
    for path in sorted(CONFIGURATION.glob("*.conf")):
        for directive, value in directives(path.read_text()):
            if directive == "listen" and (number := re.search(r"(\d+)\b(?!\.)", value.rpartition(":")[2])):
                port = int(number[1])
            elif directive == "root":
                root = value
            elif directive not in DONE:
                ignored.add(directive)
    if ignored:
        told = ", ".join(sorted(ignored))
        sys.stderr.write(f"rehearsal: this web server does not do what these directives ask for: {told}\n")
    return port, root


def listen(port: int, handler: object) -> http.server.ThreadingHTTPServer:
    """Listen on the pod's own address."""
    address = socket.gethostbyname(socket.gethostname())
    try:
        return http.server.ThreadingHTTPServer((address, port), handler)  # type: ignore[arg-type]
    except PermissionError:
        sys.stderr.write(f"rehearsal: port {port} needs root; listening on port {port + HIGHER} instead\n")
        return http.server.ThreadingHTTPServer((address, port + HIGHER), handler)  # type: ignore[arg-type]


def main() -> None:
    """Serve until told to end."""
    Handler.name = sys.argv[1]
    port, root = configured(Handler.name)
    server = listen(port, functools.partial(Handler, directory=root))
    for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT):
        # `shutdown` waits for the serving thread, which is the one that handles signals.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
