"""A rehearsal sees none of the user's things, and what it tells hides secrets."""

import shutil
from pathlib import Path

import pytest
from rehearsing import Workshop, run

pytestmark = pytest.mark.sandbox

TRAP = "this-must-stay-unseen"


@pytest.fixture
def trapped(tmp_path: Path) -> dict[str, str]:
    """The environment of a user who has much to lose."""
    home = tmp_path / "home"
    for name in (".kube/config", ".aws/credentials", ".aws/config", ".ssh/id_ed25519", ".netrc", ".bashrc"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(f"echo {TRAP}\n")
    return {
        "HOME": str(home),
        "KUBECONFIG": str(home / ".kube/config"),
        "AWS_ACCESS_KEY_ID": TRAP,
        "AWS_SECRET_ACCESS_KEY": TRAP,
        "AWS_SESSION_TOKEN": TRAP,
        "AWS_PROFILE": TRAP,
        "GITHUB_TOKEN": TRAP,
        "SSH_AUTH_SOCK": str(home / TRAP),
        "BASH_ENV": str(home / ".bashrc"),
        "ENV": str(home / ".bashrc"),
    }


def test_nothing_of_the_users_is_seen(workshop: Workshop, trapped: dict[str, str], tmp_path: Path) -> None:
    home = trapped["HOME"]
    page = workshop.page(
        ["env", f"ls -a ~ {home} || true", f"cat {home}/.kube/config {home}/.aws/credentials || true"],
        ["kubectl config view", "kubectl auth whoami", "aws sts get-caller-identity", "aws configure list"],
        [f"test ! -e {home}", f"test ! -e {Path.home()}/.ssh", "ps -e -o pid= | wc -l"],
    )
    ran = run(page, "--workspace", str(workshop.folder), "-v", environment=trapped)
    assert ran.code == 0, ran.text
    assert TRAP not in ran.text
    journals = list(tmp_path.glob(".labrunner/runs/*/*"))
    assert journals
    assert all(TRAP not in path.read_text() for path in journals if path.is_file())


def test_pods_see_nothing_of_the_users_either(workshop: Workshop, trapped: dict[str, str]) -> None:
    home = trapped["HOME"]
    script = f"env; ls -a / /root /home; test ! -e {home} && echo away"
    page = workshop.page(
        [
            f"kubectl run look --image=busybox --restart=Never --attach=false -- sh -c '{script}; sleep 30'",
            "kubectl wait --for=condition=Ready pod/look --timeout=20s",
            "kubectl logs look | grep away",
            "kubectl logs look",
        ]
    )
    ran = run(page, "--workspace", str(workshop.folder), "-v", environment=trapped)
    assert ran.code == 0, ran.text
    assert TRAP not in ran.text
    assert "AWS_SECRET_ACCESS_KEY" not in ran.text


def test_the_workspace_itself_is_not_changed(workshop: Workshop) -> None:
    ran = workshop.run(["echo scribble > /workspace/scribble", "rm -r /workspace/modules", "ls /workspace"])
    assert ran.code == 0, ran.text
    assert not (workshop.folder / "scribble").exists()
    assert (workshop.folder / "modules").exists()


def test_the_rest_of_the_machine_is_read_only(workshop: Workshop) -> None:
    ran = workshop.run(["! touch /usr/bin/scribble", "! touch /etc/passwd.new 2>/dev/null || true"])
    assert ran.code == 0, ran.text
    assert not Path("/usr/bin/scribble").exists()


def test_secrets_are_masked_in_what_is_shown_and_kept(workshop: Workshop, tmp_path: Path) -> None:
    key = "AKIAABCDEFGH23456789"
    ran = workshop.run(
        [
            f"echo AWS_ACCESS_KEY_ID={key}",
            "echo $AWS_SECRET_ACCESS_KEY",
            "kubectl create token default",
            "kubectl config view --raw -o jsonpath='{.users[0].user.token}' | wc -c",
        ],
        options=["-v"],
    )
    assert ran.code == 0, ran.text
    kept = "".join(path.read_text() for path in tmp_path.glob(".labrunner/runs/*/*") if path.is_file())
    for told in (ran.text, kept):
        assert key not in told
        assert "eyJ" not in told


def test_a_host_without_the_tools_that_labs_use_still_has_them(workshop: Workshop, tmp_path: Path) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for name in ("bash", "sh", "env", "cat", "unshare"):
        if found := shutil.which(name):
            (few / name).symlink_to(found)
    page = workshop.page(
        [
            "echo '$AWS_REGION' | envsubst",
            "kubectl version --client",
            "aws --version",
            "command -v envsubst | grep /tools/envsubst",
        ]
    )
    ran = run(page, "--workspace", str(workshop.folder), "-v", environment={"PATH": str(few)})
    assert ran.code == 0, ran.text
    assert "us-west-2" in ran.text


def test_a_hook_beside_a_page_outside_the_workspace_runs(workshop: Workshop, tmp_path: Path) -> None:
    pages = tmp_path / "elsewhere"
    (pages / "tests").mkdir(parents=True)
    (pages / "tests" / "hook-look.sh").write_text("echo hooked $1\n")
    (pages / "page.md").write_text("# Page\n\n```bash hook=look\n$ echo body\n```\n")
    shop = tmp_path / "shop"
    shop.mkdir()
    ran = run(pages / "page.md", "--workspace", str(shop), "-v")
    assert ran.code == 0, ran.text
    assert "hooked before" in ran.text
    assert "hooked after" in ran.text
    assert [path.name for path in shop.iterdir()] == [".labrunner"]
