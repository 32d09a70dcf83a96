"""What the controllers are told of the cluster they run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """A cluster as an AWS account would have it; nothing of it exists outside this process."""

    cluster: str = "eks-workshop"
    """Its name, in labels and in Karpenter's log."""
    region: str = "us-west-2"
    launch_seconds: float = 2.0
    """Simulated time from Karpenter's decision to a node that is ready."""
    instance_type: str = "m5.large"
    """Of the node group that is there from the start."""
    kernel: str = ""
    """What nodes report as their kernel: this machine's, as pods see it."""
    certificate: str = ""
    """The API server's certificate authority, PEM, for every namespace's config map."""

    @property
    def zones(self) -> tuple[str, ...]:
        """The region's availability zones."""
        return tuple(f"{self.region}{letter}" for letter in "abc")
