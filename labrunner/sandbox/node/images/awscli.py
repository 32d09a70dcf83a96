"""The AWS command line as a container."""

from labrunner.sandbox.node.image import Bundled, Image

IMAGE = Image(
    name="aws-cli",
    patterns=("docker.io/amazon/aws-cli", "public.ecr.aws/aws-cli/aws-cli"),
    summary="the AWS CLI that is installed beside labrunner",
    entrypoint=("/usr/local/bin/aws",),
    programs={"aws": Bundled("aws", "awscli")},
    directory="/aws",
    folders=("/aws",),
)
