"""The cluster that these tests play with."""

from pathlib import Path

import pytest
from played_cluster import Cluster

from labrunner.sandbox.control.settings import Settings


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    """A cluster that was just started."""
    return Cluster(tmp_path, Settings(certificate="a certificate")).start()
