"""`labrunner sandbox` and `labrunner doctor`, as people use them."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from leftovers import NOTHING, settled, stopped
from rehearsing import LABRUNNER, ROOT

pytestmark = pytest.mark.sandbox


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where this test's sandboxes live; nothing may be left in it."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    yield tmp_path
    labrunner("sandbox", "down")
    assert settled(tmp_path) == NOTHING


def labrunner(*words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([LABRUNNER, *words], capture_output=True, text=True, input=said, timeout=120)


def test_one_that_stays_can_be_used_from_any_shell_until_it_is_told_to_go(base: Path) -> None:
    up = labrunner("sandbox", "up", str(ROOT / "content" / "getting-started.md"))
    assert up.returncode == 0, up.stderr
    assert labrunner("sandbox", "status").returncode == 0
    script = f'eval "$({LABRUNNER} sandbox env)"; kubectl create namespace mine; aws s3 ls; echo $AWS_REGION'
    # Whatever the shell says of other accounts must not reach through.
    others = {"AWS_PROFILE": "prod", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9", "AWS_SESSION_TOKEN": "x"}
    environment = {**os.environ, **others}
    used = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=environment)
    assert "namespace/mine created" in used.stdout, used.stderr
    assert "getting-started" in used.stdout
    inside = labrunner("sandbox", "shell", said="kubectl get namespace mine -o name; pwd; exit 7\n")
    assert "namespace/mine" in inside.stdout, inside.stderr
    assert "/home/workshop" in inside.stdout
    assert inside.returncode == 7
    down = labrunner("sandbox", "down")
    assert down.returncode == 0
    assert "nothing of it is left" in down.stdout
    assert list(base.glob("labrunner-*/*")) == []


def test_a_second_one_is_refused_in_a_sentence(base: Path) -> None:
    assert labrunner("sandbox", "up").returncode == 0
    again = labrunner("sandbox", "up")
    assert again.returncode == 2
    assert again.stderr == (
        "labrunner: a sandbox is up already; use it, or stop it with `labrunner sandbox down`\n"
    )


def test_without_one_every_other_verb_says_how_to_start_it(base: Path) -> None:
    for verb in ("down", "env", "shell"):
        done = labrunner("sandbox", verb)
        assert done.returncode == 2
        assert done.stderr == "labrunner: no sandbox is up; start one with `labrunner sandbox up`\n"
    status = labrunner("sandbox", "status")
    assert (status.returncode, status.stdout) == (1, "no sandbox is up\n")


def test_one_that_was_killed_is_swept_by_whoever_looks_next(base: Path) -> None:
    assert labrunner("sandbox", "up").returncode == 0
    (lock,) = base.glob("labrunner-*/sandbox-*/lock")
    told = labrunner("sandbox", "status").stdout
    os.kill(int(told.split("process ")[1].split(",")[0]), signal.SIGKILL)
    assert stopped(base)
    status = labrunner("sandbox", "status")
    assert status.returncode == 1
    assert "left by a sandbox that was killed" in status.stdout
    assert not lock.exists()


def test_a_page_that_is_not_there_starts_nothing(base: Path) -> None:
    done = labrunner("sandbox", "up", "nowhere.md")
    assert done.returncode == 2
    assert "nowhere.md" in done.stderr
    assert list(base.glob("labrunner-*/sandbox-*")) == []


def test_doctor_says_what_it_found_where_and_which_version() -> None:
    done = labrunner("doctor")
    assert done.returncode == 0, done.stdout
    found = {line.split()[1]: line for line in done.stdout.splitlines() if line.startswith("✓")}
    assert {"bwrap", "bash", "kubectl", "aws", "aiohttp", "moto"} <= found.keys()
    assert str(LABRUNNER.parent / "kubectl") in found["kubectl"]
    assert "rehearsals can run here" in done.stdout


def test_a_host_that_forbids_user_namespaces_gets_one_sentence_with_the_alternatives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    # A user namespace of its own, in which the kernel allows no further ones: as on a hardened host.
    forbid = "echo 0 > /proc/sys/user/max_user_namespaces"
    page = ROOT / "content" / "getting-started.md"
    hardened = ["unshare", "--user", "--map-root-user", "sh", "-c", f'{forbid}; exec "$0" run "$1"']
    done = subprocess.run([*hardened, LABRUNNER, page], capture_output=True, text=True)
    assert done.returncode == 2, done.stdout
    assert done.stderr.startswith("labrunner: this machine does not allow user namespaces")
    assert "--on shell" in done.stderr
    assert len(done.stderr.splitlines()) == 1
