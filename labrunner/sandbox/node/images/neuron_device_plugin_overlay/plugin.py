"""The Neuron device plugin, emulated: offers a node's emulated Neuron chips to Kubernetes.

It does what the real one needs rights for: it asks the API server for its own node. Then it looks for the
files that stand for chips, and registers by writing files where the real one would open a socket. They are
gone when it ends. Standard library only; it runs inside a pod.
"""

import json
import os
import re
import signal
import ssl
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, NoReturn

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
PLUGINS = Path("/var/lib/kubelet/device-plugins")
# Where a manifest may mount what the node shows of its chips.
CHIPS = (Path("/host/dev"), Path("/run/neuron"), Path("/dev"))
PATIENCE = 30.0  # seconds for the API server to answer
PAUSE = 0.5  # seconds between attempts
STOPS = (signal.SIGTERM, signal.SIGINT)

FORBIDDEN = (
    "apply the ClusterRole and ClusterRoleBinding of the plugin's RBAC manifest "
    "(k8s-neuron-device-plugin-rbac.yml), which let its service account read nodes"
)


def say(text: str) -> None:
    """Print a line as the real plugin does."""
    moment = time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime())
    sys.stdout.write(f"neuron-device-plugin: {moment} {text}\n")
    sys.stdout.flush()


def give_up(text: str, advice: str = "") -> NoReturn:
    """Say why it cannot go on, and end as something that crashed."""
    say(text)
    if advice:
        say(f"labrunner: {advice}")
    sys.exit(1)


def address(node: str) -> str:
    """Where the API server keeps a node."""
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
    return f"https://{host}:{port}/api/v1/nodes/{node}"


def read_node(node: str) -> Any:
    """Ask the API server for the node, as the service account that the pod runs as."""
    token = (ACCOUNT / "token").read_text().strip()
    request = urllib.request.Request(address(node), headers={"Authorization": f"Bearer {token}"})
    trust = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))
    # No proxy: the API server is never behind the one for the web.
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
    )
    with opener.open(request, timeout=10) as answer:
        return json.load(answer)


def find_node(node: str) -> Any:
    """The node; ends the program if it may not be read."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return read_node(node)
        except urllib.error.HTTPError as refusal:
            why = json.load(refusal).get("message", refusal.reason)
            if refusal.code in (401, 403):
                give_up(why, FORBIDDEN)
            give_up(why)
        except OSError as error:
            if time.monotonic() > until:
                give_up(f'Get "{address(node)}": {error}')
            wait(PAUSE)


def find_chips() -> list[tuple[int, int, str]]:
    """Number, cores and kind of each chip that the node shows."""
    for folder in CHIPS:
        found = sorted(folder.glob("neuron[0-9]*")) if folder.is_dir() else []
        marked = [(path, *read_marker(path)) for path in found if path.is_file()]
        chips = [
            (int(path.name.removeprefix("neuron")), cores, kind) for path, cores, kind in marked if cores
        ]
        if chips:
            return sorted(chips)
    return []


def read_marker(marker: Path) -> tuple[int, str]:
    """How many cores a chip has, and what it is; 0 for a file that labrunner did not write."""
    found = re.search(r"(\w+): emulated by labrunner, (\d+) cores", marker.read_text())
    return (int(found[2]), found[1]) if found else (0, "")


def register(resource: str, devices: list[str], environment: dict[str, str]) -> Path:
    """Offer a resource; return the file that does."""
    path = PLUGINS / f"{resource}.json"
    offer = {
        "resource": f"aws.amazon.com/{resource}",
        "devices": [{"id": device, "health": "Healthy"} for device in devices],
        "allocate": {"env": environment},
    }
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(offer))
    draft.replace(path)
    say(f"Registered device plugin for aws.amazon.com/{resource} with {len(devices)} device(s)")
    return path


def wait(seconds: float | None) -> None:
    """Wait so long, or for ever; ends the program in order when the kubelet says so."""
    # The signals are blocked throughout, and taken here alone: a handler might interrupt a write.
    if seconds is None:
        found = signal.sigwait(STOPS)
    else:
        told = signal.sigtimedwait(STOPS, seconds)
        if told is None:
            return
        found = told.si_signo
    say(f"Received signal {int(found)}, shutting down.")
    sys.exit(0)


def main() -> None:
    """Find the chips, offer them, and wait for the end."""
    say("labrunner's emulation: there is no Neuron chip; pods that get one run on this machine's processor")
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    node = os.environ.get("NODE_NAME") or os.uname().nodename
    find_node(node)
    say("Fetching devices.")
    chips = find_chips()
    say(f"Device list: [{' '.join(str(number) for number, *_ in chips)}]")
    if not chips:
        give_up(
            "No devices found.",
            f"node {node} has no Neuron devices, or the manifest mounts neither the host's /run nor its /dev",
        )
    cores = [str(core) for core in range(sum(count for _, count, _ in chips))]
    say(f"Core list: [{' '.join(cores)}]")
    numbers = [str(number) for number, *_ in chips]
    # The kubelet puts in how many were asked for.
    kind = {"LABRUNNER_EMULATED_NEURON_CHIP": chips[0][2]}
    whole = {**kind, "LABRUNNER_EMULATED_NEURON_DEVICES": "{count}"}
    single = {**kind, "LABRUNNER_EMULATED_NEURON_DEVICES": "1", "LABRUNNER_EMULATED_NEURON_CORES": "{count}"}
    files: list[Path] = []
    try:
        PLUGINS.mkdir(parents=True, exist_ok=True)
        files += [register(name, numbers, whole) for name in ("neuron", "neurondevice")]
        files.append(register("neuroncore", cores, single))
        wait(None)
    finally:
        for path in files:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
