"""Web servers: a small one of our own that serves files stands in for nginx and Apache."""

from pathlib import Path

from labrunner.sandbox.node.image import Image, PythonFile, Script

SERVER = Path(__file__).with_name("web_server.py")
NOTICE = "rehearsal: a small web server stands in for {}"
PAGE = """\
<!DOCTYPE html>
<html>
<head><title>{greeting}</title></head>
<body>
<h1>{greeting}</h1>
<p>This is a rehearsal: a small web server of labrunner's own stands in for {name}.</p>
</body>
</html>
"""
GREETINGS = {"nginx": "Welcome to nginx!", "httpd": "It works!"}
"""What the pages that fresh installations show begin with."""


def _image(name: str, folder: str, command: str, patterns: tuple[str, ...], signal: str) -> Image:
    return Image(
        name=name,
        patterns=patterns,
        summary=f"a small web server of labrunner's own that serves {folder}",
        command=tuple(command.split("|")),
        programs={
            name: Script(f"#!/bin/sh\nexec labrunner-web-server {name}\n"),
            "labrunner-web-server": PythonFile(SERVER),
        },
        folders=(folder, *(("/etc/nginx/conf.d",) if name == "nginx" else ())),
        files={f"{folder}/index.html": PAGE.format(greeting=GREETINGS[name], name=name)},
        stop_signal=signal,
        notice=NOTICE.format(name),
    )


NGINX = _image(
    "nginx",
    "/usr/share/nginx/html",
    "nginx|-g|daemon off;",
    (
        "docker.io/library/nginx",
        "docker.io/nginxinc/nginx-unprivileged",
        "public.ecr.aws/nginx/nginx",
        "public.ecr.aws/docker/library/nginx",
        "public.ecr.aws/bitnami/nginx",
        "registry.k8s.io/nginx",
        "registry.k8s.io/nginx-slim",
    ),
    "SIGQUIT",
)

HTTPD = _image(
    "httpd",
    "/usr/local/apache2/htdocs",
    "httpd|-D|FOREGROUND",
    ("docker.io/library/httpd", "public.ecr.aws/docker/library/httpd"),
    "SIGTERM",
)
