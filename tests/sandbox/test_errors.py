"""Refusals as clients get them."""

from labrunner.sandbox import causes, errors
from labrunner.sandbox.kinds import Kind

POD = Kind("", "v1", "Pod", "pods")
DEPLOYMENT = Kind("apps", "v1", "Deployment", "deployments")


def test_a_missing_object_is_named_by_its_resource() -> None:
    assert errors.not_found(DEPLOYMENT, "web").status() == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": 'deployments.apps "web" not found',
        "reason": "NotFound",
        "details": {"name": "web", "group": "apps", "kind": "deployments"},
        "code": 404,
    }


def test_one_cause_stands_alone_and_several_in_brackets() -> None:
    image = causes.required("spec.containers[0].image")
    alone = errors.invalid(POD, "web", [image])
    assert str(alone) == 'Pod "web" is invalid: spec.containers[0].image: Required value'
    replicas = causes.wrong("spec.replicas", -1, "must be greater than or equal to 0")
    both = errors.invalid(DEPLOYMENT, "web", [image, replicas, image])
    assert str(both) == (
        'Deployment.apps "web" is invalid: [spec.containers[0].image: Required value, '
        "spec.replicas: Invalid value: -1: must be greater than or equal to 0]"
    )
    assert both.details["causes"][1] == {
        "reason": "FieldValueInvalid",
        "message": "Invalid value: -1: must be greater than or equal to 0",
        "field": "spec.replicas",
    }


def test_values_are_shown_as_go_shows_them() -> None:
    assert causes.unsupported("a", "x", ["b", "c"]).message == (
        'Unsupported value: "x": supported values: "b", "c"'
    )
    assert causes.label_selector({"matchLabels": {"app": "web"}}) == (
        'v1.LabelSelector{MatchLabels:map[string]string{"app":"web"}, '
        "MatchExpressions:[]v1.LabelSelectorRequirement(nil)}"
    )
    assert causes.immutable("spec.x", True).message == "Invalid value: true: field is immutable"


def test_without_a_name_the_whole_collection_is_meant() -> None:
    assert str(errors.forbidden(POD, "", "no")) == "pods is forbidden: no"
    assert str(errors.forbidden(POD, "web", "no")) == 'pods "web" is forbidden: no'


def test_whoever_watched_too_long_ago_is_told_from_where_to_start() -> None:
    assert errors.expired(3, 10).status()["reason"] == "Expired"
    assert str(errors.expired(3, 10)) == "too old resource version: 3 (10)"


def test_other_refusals_have_their_codes() -> None:
    made = [
        errors.bad_request("x"), errors.unauthorized(), errors.method_not_allowed(), errors.not_acceptable(),
        errors.unsupported_media_type(["a/b"]), errors.too_many_requests("x"), errors.internal("x"),
        errors.no_such_resource(), errors.invalid_patch('{"a"}', "why"),
    ]  # fmt: skip
    assert [each.code for each in made] == [400, 401, 405, 406, 415, 429, 500, 404, 422]
