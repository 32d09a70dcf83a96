"""curl as a container."""

from labrunner.sandbox.node.image import Image

IMAGE = Image(
    name="curl",
    patterns=("docker.io/curlimages/curl", "quay.io/curl/curl", "public.ecr.aws/docker/curlimages/curl"),
    summary="the host's curl",
    entrypoint=("curl",),
    requires=("curl",),
)
