"""Tables have a row for each object and say what their columns are."""

from datetime import UTC, datetime

from labrunner.sandbox.api.tables import partial, partial_list, table
from labrunner.sandbox.kinds.kind import NAME, Behaviour, Column, Kind
from labrunner.sandbox.objects import at

NOW = datetime(2025, 1, 1, tzinfo=UTC)
SIZE = Column("Size", lambda obj, now: at(obj, "spec.size", 0), type="integer", priority=1)
KIND = Kind("example.org", "v1", "Box", "boxes", behaviour=Behaviour(columns=(NAME, SIZE)))
BOX = {"metadata": {"name": "a", "creationTimestamp": "2024-12-31T00:00:00Z"}, "spec": {"size": 3}}


def test_a_table_has_cells_and_says_what_they_are() -> None:
    found = table(KIND, [BOX], NOW, list_metadata={"resourceVersion": "7"})
    assert [each["name"] for each in found["columnDefinitions"]] == ["Name", "Size"]
    assert found["columnDefinitions"][1] == {
        "name": "Size",
        "type": "integer",
        "format": "",
        "description": "",
        "priority": 1,
    }
    assert found["metadata"] == {"resourceVersion": "7"}
    (row,) = found["rows"]
    assert row["cells"] == ["a", 3]
    assert row["object"] == partial(BOX)


def test_what_comes_with_a_row_is_the_client_s_choice() -> None:
    assert "object" not in table(KIND, [BOX], NOW, list_metadata={}, include="None")["rows"][0]
    assert table(KIND, [BOX], NOW, list_metadata={}, include="Object")["rows"][0]["object"] is BOX


def test_later_tables_of_a_watch_do_not_repeat_the_columns() -> None:
    assert table(KIND, [BOX], NOW, list_metadata={}, headed=False)["columnDefinitions"] is None


def test_a_kind_without_columns_shows_names_and_times() -> None:
    plain = Kind("example.org", "v1", "Bag", "bags")
    found = table(plain, [BOX], NOW, list_metadata={})
    assert [each["name"] for each in found["columnDefinitions"]] == ["Name", "Created At"]
    assert found["rows"][0]["cells"] == ["a", "2024-12-31T00:00:00Z"]


def test_partial_objects_are_nothing_but_metadata() -> None:
    found = partial_list([BOX], {"resourceVersion": "7"})
    assert found["kind"] == "PartialObjectMetadataList"
    assert found["items"] == [
        {
            "kind": "PartialObjectMetadata",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": BOX["metadata"],
        }
    ]
