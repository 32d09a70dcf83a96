"""Printer columns' paths."""

import pytest

from labrunner.sandbox.json_path import read_path

OBJECT = {
    "spec": {"replicas": 3, "items": [{"n": 1, "v": "a"}, {"n": 2, "v": "b"}]},
    "metadata": {"labels": {"example.com/role": "x"}, "annotations": {}},
    "status": {"conditions": [{"type": "Ready", "status": "True"}, {"type": "Other", "status": "False"}]},
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".spec.replicas", [3]),
        (".spec.items[0].v", ["a"]),
        (".spec.items[-1].v", ["b"]),
        (".spec.items[*].v", ["a", "b"]),
        (".spec.items[9].v", []),
        ('.status.conditions[?(@.type=="Ready")].status', ["True"]),
        (".status.conditions[?(@.type=='Other')].status", ["False"]),
        (".spec.items[?(@.n==2)].v", ["b"]),
        (".spec.items[?(@.n!=2)].v", ["a"]),
        (r".metadata.labels.example\.com/role", ["x"]),
        (".metadata.labels['example.com/role']", ["x"]),
        (".metadata.missing.deeper", []),
        (".spec.replicas.deeper", []),
        ("not a path", []),
    ],
)
def test_paths_lead_to_what_columns_show(path: str, found: list[object]) -> None:
    assert read_path(OBJECT, path) == found
