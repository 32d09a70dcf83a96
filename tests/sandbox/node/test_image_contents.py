"""What is inside containers of the catalogue's images."""

import asyncio
import io
import tarfile
from pathlib import Path

import pytest
from stage import Stage, stage

from labrunner.sandbox.clock import SystemClock
from labrunner.sandbox.node.bubblewrap import Confinement
from labrunner.sandbox.node.container import Container, Order, Starter
from labrunner.sandbox.node.image import Image, Script
from labrunner.sandbox.node.images import IMAGES, web_server
from labrunner.sandbox.node.interpreter import ours
from labrunner.sandbox.node.logs import Log, Query
from labrunner.sandbox.node.ports import HIGHER
from labrunner.sandbox.node.rootfs import Names, make_root, root_mounts
from labrunner.sandbox.node.unpack import Unpacker
from labrunner.sandbox.programs import find

pytestmark = pytest.mark.sandbox


async def printed(it: Stage, image: str, script: str) -> str:
    it.pod("job", "sh", "-c", script, image=image, restartPolicy="Never")
    await it.over("job")
    return await it.log("job")


def test_busybox_has_its_own_programs_and_no_others(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            said = await printed(
                it,
                "busybox",
                "for each in awk sed tar bash curl python3; do command -v $each || echo no $each; done",
            )
            assert said.split("\n")[3:6] == ["no bash", "no curl", "no python3"]
            assert "no " not in "".join(said.split("\n")[:3])

    asyncio.run(body())


def test_python_has_the_standard_library_alone(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            script = (
                "python3 -c 'import json, ssl, sqlite3; print(1)'; python -c 'import pytest' 2>&1 | tail -1"
            )
            assert (
                await printed(it, "python:3.12", script)
                == "1\nModuleNotFoundError: No module named 'pytest'\n"
            )

    asyncio.run(body())


@pytest.mark.parametrize(
    ("image", "script", "expected"),
    [
        ("amazon/aws-cli", "aws --version", "aws-cli/"),
        ("bitnami/kubectl", "kubectl version --client", "Client Version"),
    ],
)
def test_bundled_programs_run(tmp_path: Path, image: str, script: str, expected: str) -> None:
    if not (ours().programs / script.split()[0]).exists():
        pytest.skip(f"{script.split()[0]} is not installed beside this Python")

    async def body() -> None:
        async with stage(tmp_path) as it:
            assert expected in await printed(it, image, script)

    asyncio.run(body())


def test_an_archive_with_another_s_files_can_be_unpacked(tmp_path: Path) -> None:
    async def body() -> None:
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            entry = tarfile.TarInfo("trace.py")
            entry.size, entry.uid, entry.gid = 5, 1000, 1000
            tar.addfile(entry, io.BytesIO(b"hello"))
        async with stage(tmp_path) as it:
            it.pod("box", "sleep", "1000")
            await it.ready("box")
            unpacked = await it.run("box", "tar", "-xmf", "-", "-C", "/", stdin=archive.getvalue())
            assert (unpacked.code, unpacked.err) == (0, "")
            assert (await it.run("box", "cat", "/trace.py")).out == "hello"
            packed = await it.run("box", "tar", "cf", "-", "/trace.py")
            assert packed.code == 0

    asyncio.run(body())


def test_usr_can_be_written_and_every_container_has_its_own(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            for name in ("one", "two"):
                it.pod(name, "sleep", "1000", image="nginx")
                await it.ready(name)
            script = (
                "echo mine > /usr/share/nginx/html/index.html; mkdir -p /usr/local/bin/x; ls /usr/local/bin"
            )
            assert "nginx" in (await it.run("one", "sh", "-c", script)).out
            assert "rehearsal" in (await it.run("two", "cat", "/usr/share/nginx/html/index.html")).out
            assert not Path("/usr/local/bin/x").exists()

    asyncio.run(body())


def test_an_image_brings_files_programs_variables_and_a_notice(tmp_path: Path) -> None:
    async def body() -> None:
        overlay = tmp_path / "overlay"
        overlay.mkdir()
        (overlay / "module.txt").write_text("laid over\n")
        image = Image(
            "special",
            ("docker.io/library/special",),
            "a test",
            entrypoint=("greet",),
            command=("you",),
            programs={
                "greet": Script('#!/bin/sh\necho "$GREETING $1 from $PWD"; cat /opt/over/module.txt /srv/a\n')
            },
            overlay={"/opt/over": overlay},
            files={"/srv/a": "a file\n"},
            environment={"GREETING": "hello"},
            directory="/srv",
            notice="rehearsal: nothing here is real",
        )
        async with stage(tmp_path, images=[image]) as it:
            it.pod("job", image="special", restartPolicy="Never")
            await it.over("job")
            said = await it.log("job")
            assert said == "rehearsal: nothing here is real\nhello you from /srv\nlaid over\na file\n"
            it.pod("other", image="special", container={"args": ["me"]}, restartPolicy="Never")
            await it.over("other")
            assert "hello me" in await it.log("other")

    asyncio.run(body())


@pytest.mark.parametrize("name", ["busybox", "debian", "python"])
def test_containers_run_without_writable_layers_too(tmp_path: Path, name: str) -> None:
    async def body() -> None:
        image = next(each for each in IMAGES if each.name == name)
        root = tmp_path / "root"
        make_root(root, image, Names("box", "127.1.0.2", "", ""))
        mounts = (
            *root_mounts(root, None),
            *Unpacker(tmp_path / "images", ours(), layers=False).unpack(image),
        )
        confinement = Confinement(mounts, "box", 0, "/", {"PATH": "/usr/local/bin:/usr/bin"}, first=True)
        program = "python3" if name == "python" else "sh"
        order = Order((program, "-c", "print(1)" if name == "python" else "echo 1"), confinement)
        bwrap = find("bwrap")
        assert bwrap is not None
        container = Container(order, Log(tmp_path / "log", SystemClock()))
        await container.start(Starter(bwrap, {}))
        assert await container.wait() == 0
        assert [chunk async for chunk in container.log.read(Query())] == [b"1\n"]

    asyncio.run(body())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("listen 8080; root /data;", [("listen", "8080"), ("root", "/data")]),
        (
            "# listen 1;\nserver {\n listen [::]:90 default_server;\n}",
            [("server", ""), ("listen", "[::]:90 default_server")],
        ),
        ("location / { proxy_pass http://a; }", [("location", "/"), ("proxy_pass", "http://a")]),
    ],
)
def test_nginx_s_configuration_is_read(text: str, expected: list[tuple[str, str]]) -> None:
    assert list(web_server.directives(text)) == expected


@pytest.mark.may_skip_in_ci
@pytest.mark.skipif(not Path("/usr/bin/curl").exists(), reason="this machine has no curl")
def test_curl_finds_the_pod_s_own_server_at_localhost(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            for name in ("one", "two"):
                probe = {"httpGet": {"port": 80}, "periodSeconds": 1}
                it.pod(name, image="nginx", container={"readinessProbe": probe})
                await it.ready(name)
                page = f"echo {name} > /usr/share/nginx/html/index.html"
                said = await it.run(
                    name, "sh", "-c", f"{page}; curl -s localhost; curl -s http://127.0.0.1:80/"
                )
                assert said.out == f"{name}\n{name}\n"

    asyncio.run(body())


def test_the_web_server_and_the_node_agree_on_where_it_listens_instead() -> None:
    assert web_server.HIGHER == HIGHER


def test_a_web_server_follows_a_mounted_configuration(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            conf = "server { listen 8081; root /pages; gzip on; }"
            it.make("ConfigMap", "web", data={"default.conf": conf, "index.html": "from the map\n"})
            items = [{"key": "index.html", "path": "index.html"}]
            it.pod(
                "web",
                image="nginx",
                container={
                    "readinessProbe": {"httpGet": {"port": 8081}, "periodSeconds": 1},
                    "volumeMounts": [
                        {
                            "name": "conf",
                            "mountPath": "/etc/nginx/conf.d/default.conf",
                            "subPath": "default.conf",
                        },
                        {"name": "pages", "mountPath": "/pages"},
                    ],
                },
                volumes=[
                    {"name": "conf", "configMap": {"name": "web"}},
                    {"name": "pages", "configMap": {"name": "web", "items": items}},
                ],
            )
            await it.ready("web")
            reader, writer = await it.kubelet.connect("lab", "web", 8081)
            writer.write(b"GET /index.html HTTP/1.0\r\n\r\n")
            assert b"from the map" in await reader.read()
            writer.close()
            assert "does not do what these directives ask for: gzip" in await it.log("web")

    asyncio.run(body())
