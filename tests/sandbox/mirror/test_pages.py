"""Which file stands for which address."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.sandbox.mirror.pages import Missing, Page, content_type, find


def make(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://raw.example.com/a/b.yml", "raw.example.com/a/b.yml"),
        ("http://raw.example.com/a/b.yml", "raw.example.com/a/b.yml"),
        ("https://RAW.example.com:8443/a/b.yml", "raw.example.com/a/b.yml"),
        ("https://raw.example.com/a%20b", "raw.example.com/a b"),
        ("https://raw.example.com/", "raw.example.com/index.html"),
        ("https://raw.example.com/docs/", "raw.example.com/docs/index.html"),
        ("https://raw.example.com/v?x=1&y=2", "raw.example.com/v?x=1&y=2"),
    ],
)
def test_an_address_is_a_file_below_its_host(tmp_path: Path, address: str, name: str) -> None:
    make(tmp_path, name)

    found = find([tmp_path], address)

    assert isinstance(found, Page)
    assert found.path.read_text() == name


def test_the_first_folder_that_has_it_wins(tmp_path: Path) -> None:
    first, second = make(tmp_path / "1", "h/a"), make(tmp_path / "2", "h/a", "h/b")

    assert find([first, second], "https://h/a") == Page(first / "h/a", "application/octet-stream")
    assert find([first, second], "https://h/b") == Page(second / "h/b", "application/octet-stream")


def test_a_query_makes_another_address(tmp_path: Path) -> None:
    make(tmp_path, "h/a")

    assert isinstance(find([tmp_path], "https://h/a?version=2"), Missing)


def test_what_is_missing_is_named_with_the_file_to_add(tmp_path: Path) -> None:
    found = find([tmp_path], "https://h/a/b.yml")

    assert found == Missing(
        f"https://h/a/b.yml is not pinned for the rehearsal: save the page as {tmp_path}/h/a/b.yml"
    )


def test_a_lab_without_a_mirror_is_told_how_to_have_one() -> None:
    found = find([], "https://h/a/")

    assert isinstance(found, Missing)
    assert found.sentence.endswith(
        "declare a [mirror] folder in the lab's lab.toml and save the page there as h/a/index.html"
    )


@pytest.mark.parametrize(
    "path", ["../secret", "%2e%2e/secret", "x/../../secret", "%2Fetc/passwd", "a%00b", "x" * 5000]
)
def test_nothing_outside_the_hosts_folder_is_served(tmp_path: Path, path: str) -> None:
    make(tmp_path, "secret", "mirror/h/x/a")

    assert isinstance(find([tmp_path / "mirror"], f"https://h/{path}"), Missing)


@given(st.text())
def test_any_path_has_an_answer(path: str) -> None:
    assert isinstance(find([Path(__file__).parent], f"https://host/{path.replace('#', '')}"), Missing)


def test_types_are_those_of_the_real_hosts() -> None:
    assert content_type(Path("a.yml")) == content_type(Path("a.py")) == "text/plain; charset=utf-8"
    assert content_type(Path("cat.png")) == "image/png"
    assert content_type(Path("model.pt")) == "application/octet-stream"
