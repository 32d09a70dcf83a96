"""Python, with nothing installed."""

from labrunner.sandbox.node.image import Image

IMAGE = Image(
    name="python",
    patterns=("docker.io/library/python", "public.ecr.aws/docker/library/python"),
    summary="labrunner's own interpreter with the standard library alone, whatever version the tag names",
    command=("python3",),
    python="plain",
    environment={"LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"},
)
