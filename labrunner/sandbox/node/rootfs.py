"""A container's own root: a folder it may write to, with as little in `/etc` as programs need.

Nothing of the user's is in it, and of the host only what every container shows: programs, certificates,
where libraries are.
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from labrunner.sandbox.node.bubblewrap import Bind, Fresh, Mount
from labrunner.sandbox.node.image import Image
from labrunner.sandbox.node.ports import candidates

FOLDERS = (
    "dev",
    "etc/ssl/certs",
    "etc/pki/tls/certs",
    "home",
    "mnt",
    "opt",
    "proc",
    "root",
    "run",
    "srv",
    "sys",
    "tmp",
    "usr",
    "var/lib",
    "var/log",
    "var/tmp",
)
OPEN_TO_ALL = ("tmp", "var/tmp")
MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
"""Folders of `/` that are links into `/usr` on most machines."""
SHARED = ("alternatives", "ld.so.cache", "protocols", "services", "ssl/openssl.cnf")
"""What of the host's `/etc` is shown: none of it is anyone's own."""
PROCESSORS = ("/sys/devices/system/cpu", "/sys/devices/system/node")
"""What numeric libraries ask about the machine."""
BUNDLES = ("ssl/certs/ca-certificates.crt", "ssl/cert.pem", "pki/tls/certs/ca-bundle.crt")
"""Where programs look for the certificates that they trust, by distribution."""
WEB_PORTS = (80, 443)

PASSWD = """\
root:x:0:0:root:/root:{shell}
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
GROUP = "root:x:0:\ndaemon:x:1:\ntty:x:5:\nwww-data:x:33:\nnogroup:x:65534:\n"
NSSWITCH = "passwd: files\ngroup: files\nhosts: files dns\n"


@dataclass(frozen=True, slots=True)
class Names:
    """How a pod is called, and what it knows by name."""

    hostname: str
    address: str
    hosts: str
    """Text of `/etc/hosts`."""
    resolver: str
    """Text of `/etc/resolv.conf`."""


def make_root(root: Path, image: Image, names: Names) -> None:
    """Make the folder that becomes `/`."""
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for folder in OPEN_TO_ALL:
        (root / folder).chmod(0o1777)
    (root / "root").chmod(0o700)
    (root / "var/run").symlink_to("../run")  # relative: bubblewrap follows it while it sets up mounts
    (root / "etc/mtab").symlink_to("../proc/self/mounts")
    (root / "etc/os-release").symlink_to("../usr/lib/os-release")
    for name, text in _texts(names):
        (root / "etc" / name).write_text(text)
    for name in MERGED:
        if (host := Path("/", name)).is_symlink():
            (root / name).symlink_to(host.readlink())
    (root / "root/.curlrc").write_text(_curl_settings(names.address))
    _add_image(root, image)


def root_mounts(root: Path, bundle: Path | None) -> Iterator[Mount]:
    """What a container sees before its image and its volumes.

    Args:
        root: Made by `make_root`.
        bundle: Certificates to trust instead of the host's; `None` for the host's.
    """
    yield Bind(root, "/", writable=True)
    for name in MERGED:
        if (host := Path("/", name)).is_dir() and not host.is_symlink():
            yield Bind(host, f"/{name}")
    for shared in SHARED:
        if (host := Path("/etc", shared)).exists():
            yield Bind(host, f"/etc/{shared}")
    if bundle is not None:
        yield from (Bind(bundle, f"/etc/{place}") for place in BUNDLES)
    elif (certificates := Path("/etc/ssl/certs")).is_dir():
        yield Bind(certificates, str(certificates))
    yield from (Bind(Path(folder), folder) for folder in PROCESSORS if Path(folder).is_dir())
    yield Fresh("proc", "/proc")
    yield Fresh("dev", "/dev")


def _texts(names: Names) -> Iterator[tuple[str, str]]:
    yield "passwd", PASSWD.format(shell="/bin/bash" if Path("/bin/bash").exists() else "/bin/sh")
    yield "group", GROUP
    yield "nsswitch.conf", NSSWITCH
    yield "hostname", f"{names.hostname}\n"
    yield "hosts", names.hosts
    yield "resolv.conf", names.resolver


def _curl_settings(address: str) -> str:
    """Lead curl to the pod when it is asked for localhost, which it does not look up in `/etc/hosts`."""
    lines = ["# All pods share the machine's loopback; localhost is this pod's own address."]
    for port in WEB_PORTS:
        for host in ("localhost", "127.0.0.1"):
            lines.append(f'connect-to = "{host}:{port}:{address}:{candidates(port)[-1]}"')
    lines.append(f'connect-to = "localhost::{address}:"')
    return "\n".join(lines) + "\n"


def _add_image(root: Path, image: Image) -> None:
    for folder in image.folders:
        _below(root, folder).mkdir(parents=True, exist_ok=True)
    for place, text in image.files.items():
        path = _below(root, place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if text.startswith("#!"):
            path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def _below(root: Path, place: str) -> Path:
    return root / place.lstrip("/")
