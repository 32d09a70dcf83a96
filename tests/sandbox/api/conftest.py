"""One server for all kubectl tests of a module: what takes the time is kubectl itself."""

from collections.abc import Iterator

import pytest
from serving import Threaded, threaded


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Threaded]:
    """A server in a thread of its own, and kubectl set up for it."""
    with threaded(tmp_path_factory.mktemp("cluster")) as found:
        yield found


@pytest.fixture
def kube(shop: Threaded, request: pytest.FixtureRequest) -> Threaded:
    """The same, with an empty namespace of the test's own that kubectl is set to."""
    namespace = request.node.originalname.replace("_", "-")[-60:].strip("-")
    shop.call(shop.cluster.create_namespace, namespace)
    return shop.within(namespace)
