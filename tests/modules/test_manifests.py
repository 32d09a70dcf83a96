"""The labs' manifests, as the cluster would take them."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from labrunner.lab.declaration import read_declaration
from labrunner.sandbox.registry import Registry
from labrunner.sandbox.tools.envsubst import names, substitute

MODULES = Path(__file__).parents[2] / "modules"
MANIFESTS = sorted(path for path in MODULES.rglob("*") if path.suffix in (".yaml", ".yml") and path.is_file())
# The kinds of Karpenter come with its installation, and its own tests know them.
FOREIGN = ("karpenter.sh/", "karpenter.k8s.aws/")


def variables(manifest: Path) -> Mapping[str, str]:
    """What the lab's terminal has, made up where a run would make it up."""
    path = next(folder / "lab.toml" for folder in manifest.parents if (folder / "lab.toml").exists())
    declared = read_declaration(path, str(path))
    made = [*(each.variable for each in declared.buckets), *(each.variable for each in declared.roles)]
    return {**declared.variables, **{name: f"made-for-{name.lower()}" for name in made}}


def objects(manifest: Path) -> Iterator[dict[str, Any]]:
    values = {name.encode(): value.encode() for name, value in variables(manifest).items()}
    yield from filter(None, yaml.safe_load_all(substitute(manifest.read_bytes(), values)))


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.name)
def test_every_variable_of_a_manifest_is_declared(manifest: Path) -> None:
    used = {name.decode() for name in names(manifest.read_bytes())}

    # A script inside a manifest has variables of its own.
    assert not {name for name in used if name.isupper()} - set(variables(manifest))


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.name)
def test_the_cluster_takes_every_object_without_a_word(manifest: Path) -> None:
    registry = Registry()
    spaces = registry.kinds.by_kind("v1", "Namespace")
    accounts = registry.kinds.by_kind("v1", "ServiceAccount")
    for name in ("kube-system", "aiml", "default"):
        registry.create(spaces, {"metadata": {"name": name}})
        # The lab's own account, for the manifest that relies on another's.
        registry.create(accounts, {"metadata": {"name": "inference"}}, namespace=name)
    warnings: list[str] = []

    for each in objects(manifest):
        if each["apiVersion"].startswith(FOREIGN) or each["kind"] in ("Namespace", "ServiceAccount"):
            continue
        kind = registry.kinds.by_kind(each["apiVersion"], each["kind"])
        namespace = each["metadata"].get("namespace", "default") if kind.namespaced else ""
        registry.create(
            kind, each, namespace=namespace, validation="Strict", warn=warnings.append, dry_run=True
        )

    assert warnings == []


def test_a_cat_is_pinned_where_the_script_looks_for_it() -> None:
    module = MODULES / "aiml/inferentia"
    line = next(
        line for line in (module / "inference.py").read_text().splitlines() if line.startswith("PICTURE")
    )
    address = line.split('"')[1].removeprefix("https://")

    assert (module / "mirror" / address).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("path", sorted(MODULES.rglob("lab.toml")), ids=lambda path: path.parent.name)
def test_a_declaration_says_what_it_is_of(path: Path) -> None:
    assert tomllib.loads(path.read_text())["title"]
