"""What a lab meets in a plain shell: the user's environment, away from clusters and accounts."""

from dataclasses import replace
from pathlib import Path

import pytest

from labrunner.lab import load
from labrunner.plan.model import Bucket, LabDeclaration, Plan, Role
from labrunner.target.base import Place, Target
from labrunner.target.shell import ShellTarget, environment


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "page.md").write_text("```bash\n$ true\n```\n")
    return load(tmp_path / "work" / "page.md", workspace=tmp_path / "work").plan()


def prepared(plan: Plan) -> Place:
    target: Target = ShellTarget()
    with target.prepare(plan, "run-1") as place:
        assert place.directory.is_dir()
        assert list(place.directory.iterdir()) == []
    assert not place.directory.exists()
    return place


def test_it_starts_in_a_folder_that_is_gone_afterwards(plan: Plan) -> None:
    assert prepared(plan).environment["LABRUNNER_RUN"] == "run-1"


def test_the_workspace_is_rewritten(plan: Plan) -> None:
    assert prepared(plan).rewrites == (("/workspace", str(plan.workspace)),)


def test_a_workspace_whose_name_needs_quotes_is_reached_through_a_link(plan: Plan, tmp_path: Path) -> None:
    odd = tmp_path / "my work"
    odd.mkdir()
    ((_, real),) = prepared(replace(plan, workspace=odd)).rewrites
    assert " " not in real
    assert real.startswith(str(tmp_path))


def test_other_prefixes_are_rewritten_too_and_one_that_is_there_is_not(plan: Plan) -> None:
    prefixes = (("/workspace", ""), ("~/environment", "sub"), (str(plan.workspace), ""))
    assert prepared(replace(plan, path_prefixes=prefixes)).rewrites == (
        ("/workspace", str(plan.workspace)),
        ("~/environment", str(plan.workspace / "sub")),
    )


def test_what_it_cannot_provide_is_said(plan: Plan) -> None:
    declared = LabDeclaration(
        buckets=(Bucket("B", "b"), Bucket("C", "c")), roles=(Role("R", "a/b", ("B",)),), variables={"X": "1"}
    )
    place = prepared(replace(plan, declaration=declared))
    assert place.notices == (
        "a plain shell provides no buckets: B, C not set; --on sandbox does",
        "a plain shell provides no role: R not set; --on sandbox does",
    )
    assert place.environment["X"] == "1"


USERS = {
    "PATH": "/bin",
    "HOME": "/home/me",
    "KUBECONFIG": "/home/me/.kube/config",
    "KUBERNETES_SERVICE_HOST": "10.0.0.1",
    "AWS_PROFILE": "prod",
    "AWS_SESSION_TOKEN": "x",
    "BASH_ENV": "/home/me/.env",
    "BASH_FUNC_ls%%": "() { rm; }",
    "PS1": "> ",
    "PAGER": "less",
    "COLUMNS": "50",
    "ENVIRONMENT": "stays",
    "EDITOR": "vi",
}


def test_the_users_environment_without_what_leads_to_clusters_and_accounts(tmp_path: Path) -> None:
    seen = environment(USERS, tmp_path, LabDeclaration(), "run-1")
    kept = {name: value for name, value in seen.items() if USERS.get(name) == value}
    assert kept == {"PATH": "/bin", "HOME": "/home/me", "ENVIRONMENT": "stays", "EDITOR": "vi"}
    assert seen["KUBECONFIG"] == str(tmp_path / "kubeconfig")
    assert (tmp_path / "kubeconfig").read_text() == ""
    assert seen["AWS_CONFIG_FILE"] == seen["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    assert seen["AWS_EC2_METADATA_DISABLED"] == "true"
    assert "AWS_PROFILE" not in seen
    assert seen["AWS_PAGER"] == ""
    assert seen["PAGER"] == "cat"


def test_what_the_lab_declares_wins(tmp_path: Path) -> None:
    declared = LabDeclaration(variables={"AWS_REGION": "us-west-2", "EDITOR": "ed"})
    seen = environment({**USERS, "AWS_REGION": "eu-west-1"}, tmp_path, declared, "run-1")
    assert (seen["AWS_REGION"], seen["EDITOR"]) == ("us-west-2", "ed")
