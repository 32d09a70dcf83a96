"""Objects as the server gives them back."""

from labrunner.sandbox.schemas.library import shape_named
from labrunner.sandbox.schemas.normal import normalise

POD = shape_named("io.k8s.api.core.v1.Pod")
ROLE = shape_named("io.k8s.api.rbac.v1.ClusterRole")


def test_quantities_get_their_usual_spelling() -> None:
    pod = {"spec": {"containers": [{"resources": {"limits": {"cpu": "1000m", "memory": 1024, "a/b": 1}}}]}}
    normalise(pod, POD)
    assert pod["spec"]["containers"][0]["resources"] == {"limits": {"cpu": "1", "memory": "1024", "a/b": "1"}}


def test_what_says_nothing_is_left_out_and_what_does_stays() -> None:
    pod = {
        "metadata": {"labels": {}, "annotations": None, "name": "a"},
        "spec": {
            "containers": [{"name": "c", "env": [], "args": None, "resources": {}}],
            "volumes": [{"name": "v", "emptyDir": {}}],
        },
    }
    normalise(pod, POD)
    assert pod == {
        "metadata": {"name": "a"},
        "spec": {
            "containers": [{"name": "c", "resources": {}}],
            "volumes": [{"name": "v", "emptyDir": {}}],
        },
    }


def test_a_null_in_a_list_or_map_is_the_types_zero() -> None:
    pod = {"spec": {"containers": [None, {"resources": {"limits": {"cpu": None}}, "args": [None]}]}}
    normalise(pod, POD)
    assert pod["spec"]["containers"] == [{}, {"resources": {"limits": {"cpu": "0"}}, "args": [""]}]


def test_rules_are_written_even_if_there_are_none() -> None:
    role = {"metadata": {"name": "r"}, "rules": None}
    normalise(role, ROLE)
    assert role == {"metadata": {"name": "r"}, "rules": None}
