"""Distributions, as far as the host's own programs can stand in for them."""

from labrunner.sandbox.node.image import Image

DEBIAN = Image(
    name="debian",
    patterns=(
        "docker.io/library/debian",
        "docker.io/library/ubuntu",
        "public.ecr.aws/docker/library/debian",
        "public.ecr.aws/docker/library/ubuntu",
        "public.ecr.aws/ubuntu/ubuntu",
        "public.ecr.aws/lts/ubuntu",
    ),
    summary="the host's programs under /usr",
    command=("bash",),
    requires=("bash",),
)

AMAZON_LINUX = Image(
    name="amazonlinux",
    patterns=(
        "docker.io/library/amazonlinux",
        "docker.io/library/fedora",
        "public.ecr.aws/amazonlinux/amazonlinux",
        "public.ecr.aws/docker/library/amazonlinux",
    ),
    summary="the host's programs under /usr",
    command=("/bin/bash",),
    requires=("bash",),
)
