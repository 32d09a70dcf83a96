"""A plain HTTP client of a whole API server, for tests that look at what is said on the wire."""

import io
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
from serving import Running, client, run, running

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


class Api:
    """A server and a client of it.

    Attributes:
        headers: Of the last answer.
    """

    def __init__(self, cluster: Running, session: aiohttp.ClientSession) -> None:
        self.cluster = cluster
        self.session = session

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Ask, as the lab's user unless `Authorization` is given; return the status and the JSON."""
        sent = {"Content-Type": "application/json"} if body is not None else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        data = None if body is None else io.BytesIO(content)
        async with self.session.request(method, path, data=data, headers=sent) as response:
            text = await response.text()
            self.headers = response.headers
            return response.status, json.loads(text) if text.startswith(("{", "[")) else text

    async def create(self, name: str, **fields: Any) -> dict[str, Any]:
        body = {"metadata": {"name": name, **fields.pop("metadata", {})}, **fields}
        status, created = await self.ask("POST", CONFIG_MAPS, body)
        assert status == 201, created
        assert isinstance(created, dict)
        return created


def whole(scenario: Callable[[Api], Awaitable[None]]) -> Callable[[Path], None]:
    """Make a test of a coroutine that takes an `Api`."""

    async def within(folder: Path) -> None:
        async with running(folder) as cluster, client(cluster) as session:
            await scenario(Api(cluster, session))

    def test(tmp_path: Path) -> None:
        run(within(tmp_path))

    test.__name__ = getattr(scenario, "__name__", "test")
    return test
