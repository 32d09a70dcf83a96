"""The Python client against the API: typed objects, watches, streams over its older protocol."""

import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from serving import Threaded

kubernetes = pytest.importorskip("kubernetes")


@pytest.fixture(scope="module")
def api(shop: Threaded) -> Iterator[Any]:
    """Its core API, set up from the kubeconfig."""
    client = kubernetes.config.new_client_from_config(shop.environment["KUBECONFIG"])
    yield kubernetes.client.CoreV1Api(client)
    client.close()


def settings(name: str, **data: str) -> Any:
    return kubernetes.client.V1ConfigMap(metadata=kubernetes.client.V1ObjectMeta(name=name), data=data)


def test_objects_are_created_read_changed_and_deleted(api: Any) -> None:
    api.create_namespaced_config_map("default", settings("a", k="1"))
    api.patch_namespaced_config_map("a", "default", {"data": {"k": "2"}})
    found = api.read_namespaced_config_map("a", "default")
    assert found.data == {"k": "2"}
    found.data = {"k": "3"}
    assert api.replace_namespaced_config_map("a", "default", found).data == {"k": "3"}
    assert [each.metadata.name for each in api.list_namespaced_config_map("default").items] == ["a"]
    assert api.delete_namespaced_config_map("a", "default")["status"] == "Success"
    with pytest.raises(kubernetes.client.ApiException) as refusal:
        api.read_namespaced_config_map("a", "default")
    assert refusal.value.status == 404


def test_a_deleted_pod_is_a_pod(api: Any, shop: Threaded) -> None:
    shop.call(shop.cluster.create_pod, "gone")
    assert api.delete_namespaced_pod("gone", "default", grace_period_seconds=0).metadata.name == "gone"


def test_a_watch_yields_events_until_it_is_stopped(api: Any, shop: Threaded) -> None:
    watch = kubernetes.watch.Watch()
    seen = []
    api.create_namespaced_config_map("default", settings("w1"))
    for event in watch.stream(api.list_namespaced_config_map, "default", timeout_seconds=10):
        seen.append((event["type"], event["object"].metadata.name))
        if len(seen) == 1:
            api.delete_namespaced_config_map("w1", "default")
        else:
            watch.stop()
    assert seen == [("ADDED", "w1"), ("DELETED", "w1")]


def test_versions_and_kinds_are_found(api: Any) -> None:
    version = kubernetes.client.VersionApi(api.api_client).get_code()
    assert version.minor == "32"
    groups = kubernetes.client.ApisApi(api.api_client).get_api_versions().groups
    assert "apps" in [each.name for each in groups]


def test_a_dynamic_client_finds_its_way(api: Any) -> None:
    dynamic = kubernetes.dynamic.DynamicClient(api.api_client)
    maps = dynamic.resources.get(api_version="v1", kind="ConfigMap")
    maps.create(namespace="default", body={"metadata": {"name": "dyn"}, "data": {"k": "v"}})
    assert maps.get(name="dyn", namespace="default").data.k == "v"
    maps.delete(name="dyn", namespace="default")


def test_exec_returns_output_and_exit_code(api: Any, shop: Threaded) -> None:
    shop.call(shop.cluster.create_pod, "run")
    options = {"stdin": False, "stdout": True, "stderr": True, "tty": False, "_preload_content": False}
    running = kubernetes.stream.stream(
        api.connect_get_namespaced_pod_exec,
        "run",
        "default",
        command=["sh", "-c", "echo out; echo err >&2; exit 3"],
        **options,
    )
    running.run_forever(timeout=10)
    assert running.read_stdout() == "out\n"
    assert running.read_stderr() == "err\n"
    assert running.returncode == 3
    # Its own close() leaves the socket open once the server has closed.
    running.sock.shutdown()


def test_exec_takes_input(api: Any, shop: Threaded) -> None:
    shop.call(shop.cluster.create_pod, "talk")
    options = {"stdin": True, "stdout": True, "stderr": True, "tty": False, "_preload_content": False}
    talking = kubernetes.stream.stream(
        api.connect_get_namespaced_pod_exec, "talk", "default", command=["cat"], **options
    )
    talking.write_stdin("hello\n")
    assert talking.readline_stdout(timeout=10) == "hello"
    talking.close()


class Upper(socketserver.StreamRequestHandler):
    """Says each line back in capitals."""

    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(line.upper())


def test_a_forwarded_port_answers(api: Any, shop: Threaded) -> None:
    shop.call(shop.cluster.create_pod, "net")
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Upper) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        port = server.server_address[1]
        forward = kubernetes.stream.portforward(
            api.connect_get_namespaced_pod_portforward, "net", "default", ports=str(port)
        )
        connection = forward.socket(port)
        connection.settimeout(10)
        connection.sendall(b"hello\n")
        assert connection.recv(100) == b"HELLO\n"
        connection.close()
        server.shutdown()
        thread.join()


def test_logs_are_text(api: Any, shop: Threaded) -> None:
    shop.call(shop.cluster.create_pod, "said")
    shop.do(shop.cluster.pods.say(b"hello\n"))
    assert api.read_namespaced_pod_log("said", "default") == "hello\n"
