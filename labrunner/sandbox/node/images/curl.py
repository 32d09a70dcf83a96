"""curl as a container."""

from labrunner.sandbox.node.image import Image, Script

ENTRYPOINT = """\
#!/bin/sh
# As the real image: options and what is no program are for curl, any other program is run.
case "$1" in -*) set -- curl "$@" ;; *) command -v "$1" > /dev/null || set -- curl "$@" ;; esac
exec "$@"
"""

IMAGE = Image(
    name="curl",
    patterns=("docker.io/curlimages/curl", "quay.io/curl/curl", "public.ecr.aws/docker/curlimages/curl"),
    summary="the host's curl",
    entrypoint=("entrypoint.sh",),
    programs={"entrypoint.sh": Script(ENTRYPOINT)},
    requires=("curl",),
)
