"""How quick the sandbox's API server is, and what it weighs: one server, one client, each its own process.

Both share this machine's processors, so the numbers are a floor. Medians of several rounds:

    python benchmarks/api.py
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

ROUNDS = 5
REQUESTS = 1_000
CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


async def serve(folder: Path) -> None:
    """Serve a cluster with one namespace until standard input ends; say where on standard output."""
    started = time.perf_counter()
    from labrunner.sandbox.api.server import ApiServer
    from labrunner.sandbox.certificates import Authority
    from labrunner.sandbox.node.process import PodService
    from labrunner.sandbox.registry import Registry
    from labrunner.sandbox.tokens import Tokens

    class NoPods(PodService):
        """Nothing here asks for a stream."""

    registry = Registry()
    registry.create(registry.kinds.by_kind("v1", "Namespace"), {"metadata": {"name": "default"}})
    authority, tokens = Authority.create(folder), Tokens.create()
    server = ApiServer(registry, NoPods(), authority, tokens, registry.notes)  # type: ignore[abstract]
    port = await server.start()
    told = {"port": port, "token": tokens.user, "seconds": time.perf_counter() - started}
    print(json.dumps(told), flush=True)
    while (line := await asyncio.to_thread(sys.stdin.readline)).strip() == "memory":
        print(resident(), flush=True)
    assert not line
    await server.stop()


def resident() -> float:
    """MiB of this process in memory."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def measure(session: aiohttp.ClientSession) -> None:
    """Ask, and print how quick the answers were."""
    rate("create", await per_second(lambda number: create(session, number), REQUESTS))
    rate("get, one connection", await per_second(lambda _: fetch(session, f"{CONFIG_MAPS}/c1"), REQUESTS))
    rate(
        "get, eight connections", await per_second(lambda _: fetch(session, f"{CONFIG_MAPS}/c1"), REQUESTS, 8)
    )
    every = f"{CONFIG_MAPS}?limit=500"
    quickness("list of 500", await median(lambda: fetch(session, every)))
    quickness("table of 500", await median(lambda: fetch(session, every, Accept=TABLE)))
    quickness("discovery", await median(lambda: fetch(session, "/apis")))
    first = time.perf_counter()
    await fetch(session, "/openapi/v3/apis/apps/v1")
    quickness("openapi of apps/v1, made", time.perf_counter() - first)
    quickness("openapi of apps/v1, kept", await median(lambda: fetch(session, "/openapi/v3/apis/apps/v1")))
    quickness("change to watcher", await median(lambda: noticed(session)))


async def fetch(session: aiohttp.ClientSession, path: str, **headers: str) -> bytes:
    async with session.get(path, headers=headers) as response:
        response.raise_for_status()
        return await response.read()


_created = iter(range(1_000_000))


async def create(session: aiohttp.ClientSession, number: int) -> None:
    body = {
        "metadata": {"name": f"c{next(_created)}", "labels": {"app": "web"}},
        "data": {"number": str(number)},
    }
    async with session.post(CONFIG_MAPS, json=body) as response:
        response.raise_for_status()
        await response.read()


async def noticed(session: aiohttp.ClientSession) -> None:
    """Create something and wait until a watch tells of it."""
    version = json.loads(await fetch(session, f"{CONFIG_MAPS}?limit=1"))["metadata"]["resourceVersion"]
    async with session.get(f"{CONFIG_MAPS}?watch=true&resourceVersion={version}") as response:
        await create(session, 0)
        await response.content.readline()


async def per_second(ask: Callable[[int], Awaitable[object]], count: int, together: int = 1) -> float:
    """Requests a second: the median of the rounds."""

    async def some(numbers: range) -> None:
        for number in numbers:
            await ask(number)

    rates = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await asyncio.gather(*(some(range(count // together)) for _ in range(together)))
        rates.append(count / (time.perf_counter() - started))
    return statistics.median(rates)


async def median(ask: Callable[[], Awaitable[object]]) -> float:
    """Seconds for one: the median of the rounds."""
    taken = []
    for _ in range(4 * ROUNDS):
        started = time.perf_counter()
        await ask()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def rate(what: str, found: float) -> None:
    print(f"{what:<28}{found:>9.0f} /s")


def quickness(what: str, seconds: float) -> None:
    print(f"{what:<28}{seconds * 1000:>9.2f} ms")


async def main() -> None:
    """Start a server and measure it."""
    with tempfile.TemporaryDirectory() as folder:
        server = await asyncio.create_subprocess_exec(
            sys.executable,
            __file__,
            folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 20,
        )
        assert server.stdin is not None
        assert server.stdout is not None
        told = json.loads(await server.stdout.readline())
        quickness("imports to listening", told["seconds"])
        headers = {"Authorization": f"Bearer {told['token']}"}
        connector = aiohttp.TCPConnector(ssl=False)
        url = f"https://127.0.0.1:{told['port']}"
        async with aiohttp.ClientSession(url, headers=headers, connector=connector) as session:
            server.stdin.write(b"memory\n")
            print(f"{'resident when listening':<28}{float(await server.stdout.readline()):>9.1f} MiB")
            await measure(session)
            server.stdin.write(b"memory\n")
            print(f"{'resident after all this':<28}{float(await server.stdout.readline()):>9.1f} MiB")
        server.stdin.close()
        await server.wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])) if len(sys.argv) > 1 else main())
