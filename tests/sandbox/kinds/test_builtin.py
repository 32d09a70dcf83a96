"""All built-in kinds: served, consistent, and honest about what they are."""

from datetime import UTC, datetime

import pytest

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.kinds import Kind, Kinds
from labrunner.sandbox.kinds.builtin import builtin_kinds
from labrunner.sandbox.kinds.known import priority
from labrunner.sandbox.kinds.listed import BEHAVIOURS
from labrunner.sandbox.schemas.library import definition_name

NOW = datetime(2025, 1, 1, tzinfo=UTC)
STORED = [kind for kind in builtin_kinds() if kind.is_stored]


def identify(kind: Kind) -> str:
    """A test's name for a kind."""
    return f"{kind.api_version}-{kind.kind}"


@pytest.mark.parametrize("kind", builtin_kinds(), ids=identify)
def test_every_kind_has_a_schema(kind: Kind) -> None:
    assert definition_name(kind)


@pytest.mark.parametrize("kind", STORED, ids=identify)
def test_every_stored_kind_can_be_printed_however_little_an_object_says(kind: Kind) -> None:
    assert kind.columns[0].cell({"metadata": {"name": "a"}}, NOW) is not None
    for column in kind.columns:
        column.cell({"metadata": {"name": "a"}}, NOW)
        column.cell({"metadata": {"name": "a"}, "spec": {}, "status": {}}, NOW)


@pytest.mark.parametrize("kind", STORED, ids=identify)
def test_a_kind_that_is_only_stored_says_so(kind: Kind) -> None:
    assert (kind.fidelity == "stored") == kind.sentence.startswith("the sandbox ")


def test_every_behaviour_belongs_to_a_kind() -> None:
    served = {(kind.group, kind.version, kind.kind) for kind in builtin_kinds()}
    assert set(BEHAVIOURS) <= served


def test_kinds_are_found_by_manifest_and_by_address() -> None:
    kinds = Kinds(builtin_kinds())
    deployment = kinds.by_kind("apps/v1", "Deployment")
    assert kinds.by_resource("apps", "v1", "deployments") is deployment
    assert deployment.short_names == ("deploy",)
    assert deployment.has_status
    with pytest.raises(ApiError, match="the server could not find the requested resource"):
        kinds.by_kind("apps/v2", "Deployment")


def test_groups_come_in_the_order_of_a_real_server() -> None:
    names = [group.name for group in Kinds(builtin_kinds()).groups()]
    assert names[:5] == ["", "apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io"]
    versions = {group.name: group.versions for group in Kinds(builtin_kinds()).groups()}
    assert versions["autoscaling"] == ("v2", "v1")


def test_versions_are_ordered_stable_first_and_new_before_old() -> None:
    versions = ["v1alpha5", "foo", "v2", "v1beta1", "v10", "v1", "v1alpha10"]
    assert sorted(versions, key=priority) == ["v10", "v2", "v1", "v1beta1", "v1alpha10", "v1alpha5", "foo"]


def test_whoever_caches_discovery_hears_of_changes() -> None:
    kinds, heard = Kinds(builtin_kinds()), []
    kinds.subscribe(lambda: heard.append(len(kinds.all())))
    before = len(kinds.all())
    kinds.replace("example.com", "things", [Kind("example.com", "v1", "Thing", "things")])
    assert kinds.groups()[-1].name == "example.com"
    kinds.replace("example.com", "things", ())
    assert heard == [before + 1, before]
    with pytest.raises(ApiError):
        kinds.by_resource("example.com", "v1", "things")
