"""A container that does nothing until it is told to end."""

from labrunner.sandbox.node.image import Image, Script

PAUSE = """\
#!/bin/sh
trap 'exit 0' INT TERM
while :; do
    sleep 86400 &
    wait $!
done
"""

IMAGE = Image(
    name="pause",
    patterns=(
        "registry.k8s.io/pause",
        "k8s.gcr.io/pause",
        "gcr.io/google_containers/pause",
        "public.ecr.aws/eks-distro/kubernetes/pause",
        "*.dkr.ecr.*.amazonaws.com/eks/pause",
    ),
    summary="a shell script that waits for the signal to end",
    entrypoint=("pause",),
    programs={"pause": Script(PAUSE)},
    only=("sh", "sleep"),
)
