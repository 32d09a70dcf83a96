"""Rehearsals that must fail, each for its own reason, and say so where an author looks."""

import pytest
from rehearsing import PLUGIN, Workshop, apply

pytestmark = pytest.mark.sandbox

WAIT = "kubectl -n aiml wait --for=condition=Ready --timeout={}s pod/{}"
PLUGIN_RIGHTS = f"kubectl apply -f {PLUGIN}-rbac.yml"
PLUGIN_ITSELF = f"kubectl apply -f {PLUGIN}.yml"
PROVISIONER = apply("provisioner.yaml", namespace="")
SOME_UPLOAD = "kubectl -n aiml exec compiler -- aws s3 cp /etc/hostname s3://$AIML_NEURON_BUCKET_NAME/x"


def test_all_is_well_when_nothing_is_changed(workshop: Workshop) -> None:
    ran = workshop.run(
        [apply("compiler.yaml"), WAIT.format(30, "compiler"), SOME_UPLOAD],
        [PLUGIN_RIGHTS, PLUGIN_ITSELF, PROVISIONER],
        [apply("inference.yaml"), WAIT.format(30, "inference")],
    )
    assert ran.code == 0, ran.text


def test_without_the_device_plugin_the_node_comes_but_offers_no_neuron(workshop: Workshop) -> None:
    ran = workshop.run(
        [apply("compiler.yaml"), PROVISIONER, apply("inference.yaml"), WAIT.format(8, "inference")]
    )
    assert ran.code == 1
    assert "timed out waiting for the condition on pods/inference" in ran.text
    assert "pod aiml/inference is Pending" in ran.text
    assert "Insufficient aws.amazon.com/neuron" in ran.text


def test_without_its_rights_the_device_plugin_crashes_and_says_which_it_lacks(workshop: Workshop) -> None:
    ran = workshop.run(
        [apply("compiler.yaml"), PLUGIN_ITSELF, PROVISIONER, apply("inference.yaml")],
        [WAIT.format(10, "inference")],
    )
    assert ran.code == 1
    assert "pod aiml/inference is Pending" in ran.text
    assert "neuron-device-plugin" in ran.text


def test_without_a_provisioner_no_node_takes_the_pod(workshop: Workshop) -> None:
    ran = workshop.run(
        [apply("compiler.yaml"), PLUGIN_RIGHTS, PLUGIN_ITSELF],
        [apply("inference.yaml"), WAIT.format(4, "inference")],
    )
    assert ran.code == 1
    assert "0/2 nodes are available: 2 Insufficient aws.amazon.com/neuron" in ran.text


def test_a_provisioner_for_a_family_without_neuron_launches_nothing(workshop: Workshop) -> None:
    workshop.change(
        "provisioner.yaml",
        "  requirements:\n",
        "  requirements:\n    - {key: karpenter.k8s.aws/instance-family, operator: In, values: [m5]}\n",
    )
    ran = workshop.run(
        [apply("compiler.yaml"), PLUGIN_RIGHTS, PLUGIN_ITSELF, PROVISIONER],
        [apply("inference.yaml"), WAIT.format(5, "inference")],
    )
    assert ran.code == 1
    assert "0/2 nodes are available" in ran.text
    assert 'incompatible with provisioner "default"' in ran.text


def test_a_misspelt_image_is_not_pulled(workshop: Workshop) -> None:
    workshop.change("lab.toml", "pytorch-inference-neuron:", "pytorch-inferense-neuron:")
    ran = workshop.run([apply("compiler.yaml"), WAIT.format(4, "compiler")])
    assert ran.code == 1
    assert "ErrImagePull" in ran.text or "ImagePullBackOff" in ran.text
    assert "pytorch-inferense-neuron" in ran.text
    assert "not found" in ran.text


def test_a_bucket_that_is_not_there_is_named(workshop: Workshop) -> None:
    ran = workshop.run(
        [
            apply("compiler.yaml"),
            WAIT.format(30, "compiler"),
            "kubectl -n aiml exec compiler -- aws s3 cp /etc/hostname s3://no-such-bucket-here/x",
        ]
    )
    assert ran.code == 1
    assert "no-such-bucket-here" in ran.text
    # Who may use one bucket alone is not told that another does not exist, on AWS too.
    assert "AccessDenied" in ran.text or "NoSuchBucket" in ran.text


def test_a_bucket_that_the_readers_own_user_misspells_does_not_exist(workshop: Workshop) -> None:
    ran = workshop.run(["aws s3 cp /etc/hostname s3://no-such-bucket-here/x"])
    assert ran.code == 1
    assert "NoSuchBucket" in ran.text


def test_a_file_that_is_not_in_the_workspace_is_missed(workshop: Workshop) -> None:
    ran = workshop.run(
        [
            apply("compiler.yaml"),
            WAIT.format(30, "compiler"),
            "kubectl -n aiml cp /workspace/modules/aiml/inferentia/trase.py compiler:/",
        ]
    )
    assert ran.code == 1
    assert "trase.py" in ran.text
    assert "page.md:10" in ran.text


def test_a_misspelt_field_is_refused_by_name(workshop: Workshop) -> None:
    workshop.change("compiler.yaml", "serviceAccountName:", "serviceAccountNam:")
    ran = workshop.run([apply("compiler.yaml"), WAIT.format(4, "compiler")])
    assert ran.code == 1
    assert 'strict decoding error: unknown field "spec.serviceAccountNam"' in ran.text


def test_a_limit_that_is_too_short_names_what_was_waited_for(workshop: Workshop) -> None:
    ran = workshop.run(
        [apply("compiler.yaml"), apply("inference.yaml"), WAIT.format(60, "inference")], limit="3"
    )
    assert ran.code == 1
    assert "limit of 3" in ran.text
    assert "kubectl -n aiml wait" in ran.text
    assert "0/2 nodes are available" in ran.text


def test_a_pod_whose_account_has_no_role_has_no_credentials(workshop: Workshop) -> None:
    workshop.change(
        "compiler.yaml", "  annotations:\n    eks.amazonaws.com/role-arn: ${AIML_NEURON_ROLE_ARN}\n", ""
    )
    ran = workshop.run([apply("compiler.yaml"), WAIT.format(30, "compiler"), SOME_UPLOAD])
    assert ran.code == 1
    assert "Unable to locate credentials" in ran.text


def test_a_role_that_trusts_another_account_is_not_given(workshop: Workshop) -> None:
    workshop.change("lab.toml", '"aiml/inference"', '"aiml/someone-else"')
    ran = workshop.run([apply("compiler.yaml"), WAIT.format(30, "compiler"), SOME_UPLOAD])
    assert ran.code == 1
    assert "AccessDenied" in ran.text
    assert "AssumeRoleWithWebIdentity" in ran.text


def test_a_role_without_rights_on_the_bucket_may_not_write(workshop: Workshop) -> None:
    workshop.change("lab.toml", 'buckets = ["AIML_NEURON_BUCKET_NAME"]', "buckets = []")
    ran = workshop.run([apply("compiler.yaml"), WAIT.format(30, "compiler"), SOME_UPLOAD])
    assert ran.code == 1
    assert "AccessDenied" in ran.text
    assert "PutObject" in ran.text
