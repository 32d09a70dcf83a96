"""Where paths inside a container lead."""

from pathlib import Path

import pytest

from labrunner.sandbox.node.bubblewrap import Bind, Layer
from labrunner.sandbox.node.inside import Inside
from labrunner.sandbox.node.lookup import NoProgramError, check


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    root, usr, image, volume = (tmp_path / name for name in ("root", "usr", "image", "volume"))
    for folder in (root / "etc", usr / "bin", image / "bin", volume):
        folder.mkdir(parents=True)
    (root / "bin").symlink_to("usr/bin")
    for program in (usr / "bin/mawk", image / "bin/own"):
        program.touch()
        program.chmod(0o755)
    (usr / "bin/awk").symlink_to("/etc/awk")
    (root / "etc/awk").symlink_to("/usr/bin/mawk")
    (root / "loop").symlink_to("loop")
    return Inside.of([Bind(root, "/", True), Layer((usr, image), "/usr"), Bind(volume, "/data/deep")])


def test_links_are_followed_inside(inside: Inside, tmp_path: Path) -> None:
    assert inside.resolved("/bin/awk") == "/usr/bin/mawk"
    assert inside.outside("/bin/awk") == tmp_path / "usr/bin/mawk"


def test_layers_lie_over_one_another(inside: Inside, tmp_path: Path) -> None:
    assert inside.outside("/bin/own") == tmp_path / "image/bin/own"


def test_later_mounts_lie_over_earlier_ones(inside: Inside, tmp_path: Path) -> None:
    assert inside.outside("/data/deep/file") == tmp_path / "volume/file"
    assert inside.outside("/data/deeper") == tmp_path / "root/data/deeper"


def test_no_path_leads_out(inside: Inside, tmp_path: Path) -> None:
    assert inside.outside("/../../etc/x") == tmp_path / "root/etc/x"


def test_links_in_a_circle_end(inside: Inside) -> None:
    with pytest.raises(OSError, match="too many levels"):
        inside.resolved("/loop")


def test_programs_are_looked_up_inside(inside: Inside) -> None:
    check("awk", "/nowhere:/bin", inside)
    check("/usr/bin/own", "", inside)
    with pytest.raises(NoProgramError, match="executable file not found"):
        check("curl", "/bin:/usr/bin", inside)
    with pytest.raises(NoProgramError, match="permission denied"):
        check("/etc", "/bin", inside)
