"""The program that stands for the Neuron device plugin, against a server that answers as the API would."""

import json
import os
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from labrunner.sandbox.certificates import Authority
from labrunner.sandbox.node.images.neuron_device_plugin import IMAGE, PROGRAM
from labrunner.sandbox.node.reference import Reference

NODE = "ip-10-42-1-2.us-west-2.compute.internal"
EMULATED = "labrunner's emulation: there is no Neuron chip; pods that get one run on this machine's processor"
START = """
import sys
from pathlib import Path
sys.path.insert(0, {folder!r})
import plugin
root = Path({root!r})
plugin.ACCOUNT, plugin.PLUGINS, plugin.CHIPS = root / "account", root / "plugins", (root / "dev",)
plugin.main()
"""


class Api:
    """Answers for one node: with it, or with a refusal."""

    def __init__(self, root: Path) -> None:
        self.code, self.asked = 200, ""
        authority = Authority.create(root / "account")
        api = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                api.asked = f"{self.path} {self.headers['Authorization']}"
                said: dict[str, Any] = {"kind": "Node", "metadata": {"name": NODE}}
                if api.code != 200:
                    message = f'nodes "{NODE}" is forbidden: User "system:serviceaccount:kube-system:plugin"'
                    said = {"kind": "Status", "message": message, "code": api.code}
                body = json.dumps(said).encode()
                self.send_response(api.code)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trust.load_cert_chain(*authority.issue(["127.0.0.1"]))
        self.server.socket = trust.wrap_socket(self.server.socket, server_side=True)

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    made = Api(tmp_path)
    (tmp_path / "account" / "token").write_text("the token")
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def start(root: Path, api: Api) -> "subprocess.Popen[str]":
    text = START.format(folder=str(PROGRAM.parent), root=str(root))
    environment = {
        "KUBERNETES_SERVICE_HOST": "127.0.0.1",
        "KUBERNETES_SERVICE_PORT": str(api.port),
        "NODE_NAME": NODE,
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    words = [sys.executable, "-S", "-c", text]
    return subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def chips(root: Path, count: int) -> None:
    (root / "dev").mkdir()
    for number in range(count):
        (root / "dev" / f"neuron{number}").write_text("Inferentia: emulated by labrunner, 4 cores\n")


def said(process: "subprocess.Popen[str]") -> list[str]:
    """What it prints, without the times, up to the last registration or its end."""
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.rstrip().split(" ", 3)[3])
        if "neuroncore" in line:
            break
    return lines


def test_it_registers_what_it_finds_and_takes_it_back_at_the_end(tmp_path: Path, api: Api) -> None:
    chips(tmp_path, 2)
    with start(tmp_path, api) as process:
        assert said(process) == [
            EMULATED,
            "Fetching devices.",
            "Device list: [0 1]",
            "Core list: [0 1 2 3 4 5 6 7]",
            "Registered device plugin for aws.amazon.com/neuron with 2 device(s)",
            "Registered device plugin for aws.amazon.com/neurondevice with 2 device(s)",
            "Registered device plugin for aws.amazon.com/neuroncore with 8 device(s)",
        ]
        assert api.asked == f"/api/v1/nodes/{NODE} Bearer the token"
        offer = json.loads((tmp_path / "plugins" / "neuron.json").read_text())
        assert offer["resource"] == "aws.amazon.com/neuron"
        assert [each["id"] for each in offer["devices"]] == ["0", "1"]
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        assert process.stdout.read().endswith("Received signal 15, shutting down.\n")
    assert process.returncode == 0
    assert list((tmp_path / "plugins").iterdir()) == []


def test_without_rights_it_crashes_and_says_what_to_apply(tmp_path: Path, api: Api) -> None:
    chips(tmp_path, 1)
    api.code = 403
    with start(tmp_path, api) as process:
        lines = said(process)
    assert process.returncode == 1
    assert lines[1].startswith(
        f'nodes "{NODE}" is forbidden: User "system:serviceaccount:kube-system:plugin"'
    )
    assert "apply the ClusterRole and ClusterRoleBinding" in lines[2]
    assert not (tmp_path / "plugins").exists()


def test_on_a_node_without_chips_it_crashes_and_says_so(tmp_path: Path, api: Api) -> None:
    with start(tmp_path, api) as process:
        lines = said(process)
    assert process.returncode == 1
    assert lines[2:4] == ["Device list: []", "No devices found."]


def test_device_files_that_are_not_ours_do_not_count(tmp_path: Path, api: Api) -> None:
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "neuron0").write_text("something else")
    with start(tmp_path, api) as process:
        said(process)
    assert process.returncode == 1


@pytest.mark.parametrize(
    "text",
    [
        "public.ecr.aws/neuron/neuron-device-plugin:2.12.5.0",
        "790709498068.dkr.ecr.us-west-2.amazonaws.com/neuron-device-plugin:1.9.3.0",
    ],
)
def test_the_images_of_both_registries_are_known(text: str) -> None:
    from fnmatch import fnmatchcase

    reference = Reference.parse(text)
    assert any(fnmatchcase(reference.name, pattern) for pattern in IMAGE.patterns)
