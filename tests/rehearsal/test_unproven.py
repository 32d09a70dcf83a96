"""What the sandbox cannot prove is never green."""

import pytest
from rehearsing import Workshop

pytestmark = pytest.mark.sandbox

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: nobody}
spec: {podSelector: {}}
"""


def test_a_policy_that_nobody_enforces_is_not_rehearsed(workshop: Workshop) -> None:
    (workshop.folder / "policy.yaml").write_text(POLICY)
    ran = workshop.run(["kubectl apply -f /workspace/policy.yaml"], ["echo next"])
    assert ran.code == 1
    assert "the sandbox stores a NetworkPolicy but does not enforce it" in ran.text
    assert ran.lines[-1].startswith("not rehearsed: 1 passed, 1 not rehearsed")


def test_what_cannot_be_rehearsed_may_be_accepted(workshop: Workshop) -> None:
    (workshop.folder / "policy.yaml").write_text(POLICY)
    ran = workshop.run(["kubectl apply -f /workspace/policy.yaml"], options=["--allow-not-rehearsed"])
    assert ran.code == 0
    assert "does not enforce it" in ran.text


def test_a_program_that_is_not_there_is_named(workshop: Workshop) -> None:
    ran = workshop.run(["no-such-program --version"], ["echo next"])
    assert ran.code == 1
    assert "not rehearsed" in ran.text
    assert "no-such-program" in ran.text


def test_an_address_that_is_not_pinned_says_which_file_would_pin_it(workshop: Workshop) -> None:
    ran = workshop.run(["kubectl apply -f https://raw.githubusercontent.com/a/b/v1/x.yaml"])
    assert ran.code == 1
    pin = workshop.folder / "modules/aiml/inferentia/mirror/raw.githubusercontent.com/a/b/v1/x.yaml"
    assert f"save the page as {pin}" in ran.text


def test_an_aws_service_that_is_not_offered_says_so(workshop: Workshop) -> None:
    ran = workshop.run(["aws ec2 describe-instances"])
    assert ran.code == 1
    assert "DescribeInstances of ec2 is not offered by the rehearsal" in ran.text
