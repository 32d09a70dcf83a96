"""Which image a name means, and what is said when there is none."""

import pytest

from labrunner.sandbox.node.catalogue import Catalogue, PullError
from labrunner.sandbox.node.image import Bundled, Image
from labrunner.sandbox.node.images import IMAGES
from labrunner.sandbox.node.reference import Reference

CATALOGUE = Catalogue.of(IMAGES)


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("busybox", "docker.io/library/busybox:latest"),
        ("busybox:1.36", "docker.io/library/busybox:1.36"),
        ("curlimages/curl", "docker.io/curlimages/curl:latest"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("localhost:5000/a/b", "localhost:5000/a/b:latest"),
        ("registry.k8s.io/pause:3.9", "registry.k8s.io/pause:3.9"),
        (f"a/b@sha256:{'0' * 64}", f"docker.io/a/b@sha256:{'0' * 64}"),
        (f"a/b:1@sha256:{'0' * 64}", f"docker.io/a/b:1@sha256:{'0' * 64}"),
    ],
)
def test_names_are_completed_as_container_runtimes_do(written: str, full: str) -> None:
    assert str(Reference.parse(written)) == full


@pytest.mark.parametrize("written", ["", "Busybox", "a b", "busybox:", "http://busybox", "-a"])
def test_what_is_no_name_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="invalid image reference"):
        Reference.parse(written)


@pytest.mark.parametrize(
    ("written", "family"),
    [
        ("busybox", "busybox"),
        ("alpine:3.20", "busybox"),
        ("public.ecr.aws/docker/library/python:3.12-slim", "python"),
        ("amazon/aws-cli:2.17.0", "aws-cli"),
        ("602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/pause:3.5", "pause"),
        ("nginx", "nginx"),
    ],
)
def test_names_lead_to_families(written: str, family: str) -> None:
    assert CATALOGUE.pull(Reference.parse(written)).name == family


def test_a_pattern_with_a_tag_is_held_against_the_tag() -> None:
    catalogue = Catalogue.of([Image("one", ("docker.io/library/one:2.*",), "a test")])
    assert catalogue.pull(Reference.parse("one:2.5")).name == "one"
    with pytest.raises(PullError):
        catalogue.pull(Reference.parse("one:3.0"))


def test_a_misspelt_image_is_told_with_the_one_that_may_have_been_meant() -> None:
    with pytest.raises(PullError) as refused:
        CATALOGUE.pull(Reference.parse("busybok:1"))
    said = str(refused.value)
    assert said.startswith('failed to pull and unpack image "docker.io/library/busybok:1": failed to resolve')
    assert "docker.io/library/busybok:1: not found" in said
    assert "did you mean docker.io/library/busybox?" in said
    assert "add a file to labrunner/sandbox/node/images" in said


def test_an_image_whose_needs_are_not_met_says_what_to_install() -> None:
    image = Image(
        "heavy",
        ("docker.io/library/heavy",),
        "a test",
        programs={"x": Bundled("no-such-program", "some-package")},
        requires=("no-such-tool",),
        modules=("no_such_module",),
        remedy="pip install 'labrunner[lab]'",
    )
    with pytest.raises(PullError) as refused:
        Catalogue.of([image]).pull(Reference.parse("heavy"))
    said = str(refused.value)
    assert "the program no-such-tool in /usr/bin" in said
    assert "the Python package no_such_module" in said
    assert "the program no-such-program (pip install some-package)" in said
    assert said.endswith("; pip install 'labrunner[lab]'")


def test_every_image_says_what_is_behind_its_name() -> None:
    for image in IMAGES:
        assert image.summary, image.name
        assert not image.summary.endswith("."), image.name
    assert len({image.name for image in IMAGES}) == len(IMAGES)
