"""What containers find inside: variables, volumes, their user, and nothing that is not theirs."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest
from stage import NAMESPACE, Stage, stage, state, waits_for

from labrunner.sandbox.node.surroundings import PodEnvironment
from labrunner.sandbox.objects import Object

pytestmark = pytest.mark.sandbox


async def printed(it: Stage, script: str, **pod: Any) -> str:
    """What a container prints that runs `script` to its end."""
    it.pod("job", "sh", "-c", script, restartPolicy="Never", **pod)
    await it.over("job")
    return await it.log("job")


def mounted(*mounts: Object, **volumes: Object) -> dict[str, Any]:
    named = [{"name": name, **source} for name, source in volumes.items()]
    return {"container": {"volumeMounts": list(mounts)}, "volumes": named}


def test_variables_come_from_everywhere_that_a_manifest_names(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.make("ConfigMap", "settings", data={"colour": "blue", "0no-name": "x"})
            it.make("Secret", "keys", data={"key": base64.b64encode(b"s3cret").decode()})
            env = [
                {"name": "PLAIN", "value": "here"},
                {"name": "MADE", "value": "$(PLAIN) and $$(PLAIN) and $(UNKNOWN)"},
                {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "key"}}},
                {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
                {"name": "TIER", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['tier']"}}},
                {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
                {
                    "name": "MIB",
                    "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}},
                },
                {
                    "name": "ABSENT",
                    "valueFrom": {"configMapKeyRef": {"name": "none", "key": "k", "optional": True}},
                },
            ]
            seen = await printed(
                it,
                "env",
                container={
                    "env": env,
                    "envFrom": [{"prefix": "SET_", "configMapRef": {"name": "settings"}}],
                    "resources": {"limits": {"memory": "64Mi"}},
                },
                metadata={"labels": {"tier": "front"}},
            )
            variables = dict(line.split("=", 1) for line in seen.splitlines())
            address = (it.now("job") or {})["status"]["podIP"]
            expected = {
                "PLAIN": "here",
                "MADE": "here and $(PLAIN) and $(UNKNOWN)",
                "KEY": "s3cret",
                "POD": "job",
                "IP": address,
                "TIER": "front",
                "CPU": "2",
                "MIB": "64",
                "SET_colour": "blue",
                "HOSTNAME": "job",
                "HOME": "/root",
                "KUBERNETES_SERVICE_HOST": "127.0.0.1",
                "KUBERNETES_SERVICE_PORT": "6443",
            }
            assert {name: variables.get(name) for name in expected} == expected
            assert "ABSENT" not in variables

    asyncio.run(body())


def test_a_container_waits_for_the_config_map_that_its_variables_need(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            env = [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "late", "key": "a"}}}]
            it.pod("waiter", "sleep", "1000", container={"env": env})
            pod = await it.until("waiter", waits_for("CreateContainerConfigError"))
            assert state(pod)["state"]["waiting"]["message"] == 'configmap "late" not found'
            assert await it.told("waiter", "Failed") == 'Error: configmap "late" not found'
            it.make("ConfigMap", "late", data={"b": "1"})
            await it.until(
                "waiter",
                lambda pod: (
                    "couldn't find key a in ConfigMap lab/late"
                    in state(pod or {})["state"].get("waiting", {}).get("message", "")
                ),
            )
            late = it.registry.get(it.kind("ConfigMap"), "late", NAMESPACE)
            it.registry.update(it.kind("ConfigMap"), {**late, "data": {"a": "1"}})
            await it.ready("waiter")

    asyncio.run(body())


def test_config_maps_and_secrets_are_files(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.make("ConfigMap", "page", data={"a.txt": "A\n", "b.txt": "B\n"})
            it.make("Secret", "keys", stringData={"key": "s3cret\n"})
            seen = await printed(
                it,
                "cat /page/* /one/deep/b /keys/key; stat -L -c %a /keys/key; touch /page/x 2>&1; cat /etc/b",
                **mounted(
                    {"name": "page", "mountPath": "/page"},
                    {"name": "some", "mountPath": "/one"},
                    {"name": "keys", "mountPath": "/keys"},
                    {"name": "page", "mountPath": "/etc/b", "subPath": "b.txt"},
                    page={"configMap": {"name": "page"}},
                    some={"configMap": {"name": "page", "items": [{"key": "b.txt", "path": "deep/b"}]}},
                    keys={"secret": {"secretName": "keys", "defaultMode": 0o400}},
                ),
            )
            assert seen.splitlines()[:5] == ["A", "B", "B", "s3cret", "400"]
            assert "Read-only file system" in seen
            assert seen.splitlines()[-1] == "B"

    asyncio.run(body())


def test_a_config_map_s_files_follow_it(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.make("ConfigMap", "page", data={"a": "old", "gone": "x"})
            it.pod(
                "reader",
                "sleep",
                "1000",
                **mounted({"name": "page", "mountPath": "/page"}, page={"configMap": {"name": "page"}}),
            )
            await it.ready("reader")
            page = it.registry.get(it.kind("ConfigMap"), "page", NAMESPACE)
            it.registry.update(it.kind("ConfigMap"), {**page, "data": {"a": "new", "b": "too"}})
            seen = await it.run("reader", "sh", "-c", "cat /page/a /page/b; ls /page")
            assert seen.out == "newtooa\nb\n"

    asyncio.run(body())


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"configMap": {"name": "none"}}, 'configmap "none" not found'),
        ({"secret": {"secretName": "none"}}, 'secret "none" not found'),
        (
            {"configMap": {"name": "page", "items": [{"key": "z", "path": "z"}]}},
            "references non-existent config key: z",
        ),
        (
            {"hostPath": {"path": "/nothing", "type": "Directory"}},
            "hostPath type check failed: /nothing is not a directory",
        ),
        ({"persistentVolumeClaim": {"claimName": "none"}}, 'persistentvolumeclaim "none" not found'),
    ],
)
def test_a_volume_that_cannot_be_made_holds_the_pod_up_and_is_told(
    tmp_path: Path, source: Object, message: str
) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.make("ConfigMap", "page", data={"a": "A"})
            it.pod("held", "true", **mounted({"name": "v", "mountPath": "/v"}, v=source))
            assert (
                await it.told("held", "FailedMount") == f'MountVolume.SetUp failed for volume "v" : {message}'
            )
            waiting = state(it.now("held") or {})["state"]["waiting"]
            assert waiting["reason"] == "ContainerCreating"

    asyncio.run(body())


def test_a_pod_knows_its_service_account_and_itself(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            token = {
                "serviceAccountToken": {
                    "path": "t",
                    "audience": "sts.amazonaws.com",
                    "expirationSeconds": 86400,
                }
            }
            notes = {"fieldRef": {"fieldPath": "metadata.annotations"}, "path": "l"}
            account = "/var/run/secrets/kubernetes.io/serviceaccount"
            seen = await printed(
                it,
                f"cd {account}; for each in token ca.crt namespace; do cat $each; echo; done; cat /me/*",
                metadata={"annotations": {"a": "1", "b": 'with "quotes"'}},
                **mounted(
                    {"name": "me", "mountPath": "/me"},
                    me={"projected": {"sources": [token, {"downwardAPI": {"items": [notes]}}]}},
                ),
            )
            assert seen == (
                "lab/default for the API, 3607 s\nthe cluster's certificate\nlab\n"
                'a="1"\nb="with \\"quotes\\""lab/default for sts.amazonaws.com, 86400 s'
            )

    asyncio.run(body())


def test_an_empty_folder_lives_through_restarts_and_is_shared(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            script = "cat /data/n; echo x >> /data/n; exit 1"
            it.pod(
                "again",
                "sh",
                "-c",
                script,
                **mounted({"name": "work", "mountPath": "/data"}, work={"emptyDir": {}}),
            )
            await it.until("again", lambda pod: waits_for("CrashLoopBackOff")(pod))
            assert "x\n" in await it.log("again")

    asyncio.run(body())


def test_host_paths_lie_on_the_node_s_disk_and_not_on_ours(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            root = it.kubelet.node_root("node-1")
            (root / "dev").mkdir()
            (root / "dev/neuron0").touch()
            (root / "etc").mkdir()
            (root / "etc/escape").symlink_to("/etc/passwd")
            seen = await printed(
                it,
                "ls /host/dev; cat /host/etc/escape 2>&1; echo made > /made/file",
                **mounted(
                    {"name": "host", "mountPath": "/host", "readOnly": True},
                    {"name": "made", "mountPath": "/made"},
                    host={"hostPath": {"path": "/"}},
                    made={"hostPath": {"path": "/var/made", "type": "DirectoryOrCreate"}},
                ),
            )
            assert seen.splitlines()[0] == "neuron0"
            assert (root / "var/made/file").read_text() == "made\n"

    asyncio.run(body())


def test_nothing_of_the_user_s_is_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def body() -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the user's own")
        async with stage(tmp_path) as it:
            seen = await printed(
                it, "env; ls -A /root /home /etc; cat /etc/passwd; ps -e | wc -l", image="debian"
            )
            assert "the user's own" not in seen
            assert ".ssh" not in seen
            assert "shadow" not in seen
            assert Path.home().name not in seen.split() or Path.home() == Path("/root")

    asyncio.run(body())


def test_pods_trust_the_certificates_that_the_cluster_gives_them(tmp_path: Path) -> None:
    async def body() -> None:
        bundle = tmp_path / "bundle.pem"
        bundle.write_text("certificates\n")
        given = PodEnvironment(
            "127.0.0.1",
            6443,
            lambda *_: "",
            bundle=bundle,
            variables={"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"},
        )
        async with stage(tmp_path, environment=given) as it:
            seen = await printed(
                it, "echo $AWS_ENDPOINT_URL; cat $AWS_CA_BUNDLE /etc/ssl/cert.pem", image="debian"
            )
            assert seen == "http://127.0.0.1:5000\ncertificates\ncertificates\n"

    asyncio.run(body())


def test_a_container_runs_as_the_user_that_the_manifest_names(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            seen = await printed(
                it,
                "id -u; echo $HOME; pwd; touch /mine && stat -c %u /mine; touch /etc/x 2>&1",
                container={"securityContext": {"readOnlyRootFilesystem": False}, "workingDir": "/made/here"},
                securityContext={"runAsUser": 1234},
            )
            assert seen.splitlines()[:4] == ["1234", "/", "/made/here", "1234"]

    asyncio.run(body())


def test_a_read_only_root_cannot_be_written_but_volumes_can(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            pod = mounted({"name": "work", "mountPath": "/data"}, work={"emptyDir": {}})
            pod["container"]["securityContext"] = {"readOnlyRootFilesystem": True}
            seen = await printed(it, "touch /x 2>&1; touch /data/x && echo fine", **pod)
            assert "Read-only file system" in seen
            assert "fine" in seen

    asyncio.run(body())


def test_root_is_refused_where_the_manifest_forbids_it(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            it.pod("held", "true", securityContext={"runAsNonRoot": True})
            pod = await it.until("held", waits_for("CreateContainerConfigError"))
            assert (
                "container has runAsNonRoot and image will run as root"
                in (state(pod)["state"]["waiting"]["message"])
            )

    asyncio.run(body())


def test_localhost_is_the_pod_itself(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            seen = await printed(
                it,
                "cat /etc/hosts",
                hostAliases=[{"ip": "10.1.2.3", "hostnames": ["a.example", "b.example"]}],
            )
            address = (it.now("job") or {})["status"]["podIP"]
            assert f"{address}\tlocalhost\n{address}\tjob\n" in seen
            assert "10.1.2.3\ta.example\tb.example" in seen

    asyncio.run(body())


OFFER = """
{"resource": "aws.amazon.com/neuron", "devices": ["0", {"id": "1", "health": "Healthy"}],
 "allocate": {"env": {"CHIPS": "{count}"}}}
"""


def neurons(it: Stage) -> str | None:
    node = it.registry.get(it.kind("Node"), "node-1")
    amount = node["status"]["allocatable"].get("aws.amazon.com/neuron")
    return None if amount is None else str(amount)


async def plugged(it: Stage) -> None:
    """Run a device plugin that offers two devices, and wait until the node has them."""
    it.make("ConfigMap", "offer", data={"neuron.json": OFFER})
    it.pod(
        "plugin",
        "sh",
        "-c",
        "cp /offer/neuron.json /plugins/; exec sleep 1000",
        **mounted(
            {"name": "plugins", "mountPath": "/plugins"},
            {"name": "offer", "mountPath": "/offer"},
            plugins={"hostPath": {"path": "/var/lib/kubelet/device-plugins"}},
            offer={"configMap": {"name": "offer"}},
        ),
    )
    await it.eventually(lambda: neurons(it) == "2", lambda: str(neurons(it)))


def test_devices_are_only_there_while_a_plugin_offers_them(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            assert neurons(it) is None
            await plugged(it)
            it.delete("plugin", grace=0)  # it has no time to take its offer back
            await it.eventually(lambda: neurons(it) == "0", lambda: str(neurons(it)))
            assert it.registry.get(it.kind("Node"), "node-1")["status"]["allocatable"]["cpu"] == "2"

    asyncio.run(body())


def test_a_container_has_its_devices_for_itself(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(tmp_path) as it:
            await plugged(it)
            wants = {"resources": {"limits": {"aws.amazon.com/neuron": "2"}}}
            it.pod("has", "sleep", "1000", container=wants)
            await it.ready("has")
            assert (await it.run("has", "printenv", "CHIPS")).out == "2\n"
            it.pod("wants", "sleep", "1000", container=wants)
            failed = await it.over("wants")
            assert failed["status"]["reason"] == "UnexpectedAdmissionError"
            assert "Requested: 2, Available: 0" in failed["status"]["message"]

    asyncio.run(body())
