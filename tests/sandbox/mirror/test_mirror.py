"""The proxy as real clients meet it."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from labrunner.sandbox.certificates import Authority
from labrunner.sandbox.mirror.service import Mirror
from labrunner.sandbox.programs import find

pytestmark = pytest.mark.sandbox

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
PINNED = "https://raw.example.com/v1/cm.yml"
UNPINNED = "https://unknown.example.com/v1/cm.yml"
TEXT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pinned}\n"
READ = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode(), end='')"


@dataclass(frozen=True, slots=True)
class Client:
    mirror: Mirror
    folder: Path
    certificate: Path

    async def run(self, *argv: str, **environment: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *argv,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                **self.mirror.environment(self.certificate),
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode()

    async def python(self, address: str, **environment: str) -> tuple[int, str]:
        return await self.run(sys.executable, "-c", READ, address, **environment)

    async def kubectl(self, address: str) -> tuple[int, str]:
        return await self.run(
            str(find("kubectl")), "patch", "--local", "-p", "{}", "-o", "name", "-f", address
        )


@asynccontextmanager
async def client(folder: Path) -> AsyncIterator[Client]:
    page = folder / "mirror/raw.example.com/v1/cm.yml"
    page.parent.mkdir(parents=True)
    page.write_text(TEXT)
    authority = Authority.create(folder / "ca")
    mirror = Mirror([folder / "mirror"], authority)
    await mirror.start()
    try:
        yield Client(mirror, folder, authority.certificate_path)
    finally:
        await mirror.stop()


def sentence(folder: Path) -> str:
    return (
        f"{UNPINNED} is not pinned for the rehearsal: "
        f"save the page as {folder}/mirror/unknown.example.com/v1/cm.yml"
    )


def test_a_pinned_page_is_served_over_https_and_http(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with client(tmp_path) as here:
            assert await here.python(PINNED) == (0, TEXT)
            assert await here.python(PINNED.replace("https", "http")) == (0, TEXT)
            assert await here.kubectl(PINNED) == (0, "configmap/pinned\n")
            assert here.mirror.take_reasons() == ()

    asyncio.run(scenario())


def test_kubectl_and_python_print_what_to_add_for_another_page(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with client(tmp_path) as here:
            for code, output in (await here.kubectl(UNPINNED), await here.python(UNPINNED)):
                assert code == 1
                assert sentence(tmp_path) in output
            assert here.mirror.take_reasons() == (sentence(tmp_path),)
            assert here.mirror.take_reasons() == ()

    asyncio.run(scenario())


@needs_curl
def test_curl_prints_what_to_add_and_fails(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with client(tmp_path) as here:
            assert await here.run("curl", "-sS", PINNED) == (0, TEXT)
            code, output = await here.run("curl", "-sS", UNPINNED)
            assert code != 0
            assert f"# {sentence(tmp_path)}\n" in output
            assert (await here.run("curl", "-sSf", UNPINNED))[0] == 22

    asyncio.run(scenario())


@needs_curl
def test_a_page_asked_for_by_its_head_only_has_no_body(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with client(tmp_path) as here:
            code, output = await here.run("curl", "-sSI", PINNED, PINNED)
            assert code == 0
            assert output.count(f"Content-Length: {len(TEXT)}") == 2
            assert "ConfigMap" not in output

    asyncio.run(scenario())


@needs_curl
def test_nothing_can_be_sent_to_a_pinned_page(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with client(tmp_path) as here:
            _, output = await here.run("curl", "-sS", "-d", "x=1", PINNED)
            assert f"POST {PINNED}: the rehearsal can only read pinned pages" in output

    asyncio.run(scenario())


def test_a_program_that_does_not_trust_the_certificate_is_told_of(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with client(tmp_path) as here:
            other = Authority.create(tmp_path / "other")
            code, output = await here.python(PINNED, SSL_CERT_FILE=str(other.certificate_path))
            assert code == 1
            assert "CERTIFICATE_VERIFY_FAILED" in output
            assert here.mirror.take_reasons() == (
                "https://raw.example.com: a program does not trust the rehearsal's certificate",
            )

    asyncio.run(scenario())


def test_addresses_of_this_machine_are_reached_through_it(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\npod")
        await writer.drain()
        writer.close()

    async def scenario() -> None:
        server = await asyncio.start_server(answer, "127.4.3.2", 0)
        port = server.sockets[0].getsockname()[1]
        async with client(tmp_path) as here:
            # Python's own `no_proxy` knows no address ranges.
            assert await here.python(f"http://127.4.3.2:{port}/") == (0, "pod")
            code, output = await here.python("http://127.4.3.2:1/")
            assert code == 1
            assert "nothing listens on 127.4.3.2 port 1" in output
        server.close()
        await server.wait_closed()

    asyncio.run(scenario())


def test_a_client_that_says_nothing_does_not_keep_the_mirror_from_stopping(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with client(tmp_path) as here:
            port = int(here.mirror.environment("")["HTTPS_PROXY"].rpartition(":")[2])
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()

    asyncio.run(scenario())
