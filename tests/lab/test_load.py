"""From what the user names to a lab: order, workspace, settings, and a sentence for every wrong page."""

import os
from pathlib import Path

import pytest

from labrunner.errors import LabrunnerError
from labrunner.lab import Lab, load

PAGE = "```bash\n$ ls\n```\n"


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def pages(lab: Lab) -> list[str]:
    return [page.document.name for folder in lab.folders for page in folder.pages]


def weighted(key: str, weight: int) -> str:
    return f"---\n{key}: {weight}\n---\n{PAGE}"


def test_a_folder_is_read_index_first_then_by_weight_then_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(
        tmp_path / "lab",
        {
            "a.md": PAGE,
            "b.mdx": weighted("weight", 20),
            "c.md": weighted("sidebar_position", 3),
            "d.md": PAGE,
            "index.md": weighted("weight", 99),
            "notes.txt": "not a page",
            ".hidden.md": PAGE,
        },
    )
    monkeypatch.chdir(tmp_path)
    assert pages(load("lab")) == ["lab/index.md", "lab/c.md", "lab/b.mdx", "lab/a.md", "lab/d.md"]


def test_folders_below_come_after_a_folder_s_own_pages_ordered_by_their_index(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {
            "z.md": PAGE,
            "a/index.md": weighted("weight", 2),
            "a/page.md": PAGE,
            "b/_index.md": weighted("weight", 1),
            "c/deeper/page.md": PAGE,
            "skipped/.notest": "",
            "skipped/below/page.md": PAGE,
            ".git/page.md": PAGE,
            "node_modules/page.md": PAGE,
        },
    )
    names = [str(Path(name).relative_to(tmp_path)) for name in pages(load(tmp_path))]
    assert names == ["z.md", "b/_index.md", "a/index.md", "a/page.md", "c/deeper/page.md"]
    assert [folder.path.name for folder in load(tmp_path).folders] == [tmp_path.name, "b", "a", "deeper"]


def test_several_paths_keep_their_order_and_no_page_runs_twice(tmp_path: Path) -> None:
    tree(tmp_path, {"a.md": PAGE, "b.md": PAGE, "sub/c.md": PAGE})
    lab = load([tmp_path / "b.md", tmp_path / "a.md", tmp_path / "sub", tmp_path])
    assert [Path(name).name for name in pages(lab)] == ["b.md", "a.md", "c.md"]
    assert [len(folder.pages) for folder in lab.folders] == [2, 1]


def test_hook_scripts_beside_a_page_are_found(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {
            "a.md": "```bash hook=x\n$ ls\n```",
            "tests/hook-x.sh": "",
            "tests/hook-suite.sh": "",
            "tests/other.sh": "",
        },
    )
    plan = load(tmp_path / "a.md").plan()
    assert plan.suites[0].hook is not None
    (step,) = plan.steps
    assert step.hook is not None
    assert step.hook.script == (tmp_path / "tests/hook-x.sh").resolve()


@pytest.mark.parametrize("marker", ["labrunner.toml", "modules/x", ".git/HEAD"])
def test_the_workspace_is_the_nearest_folder_that_looks_like_one(tmp_path: Path, marker: str) -> None:
    tree(tmp_path, {".git/HEAD": "", f"repo/{marker}": "", "repo/docs/deep/page.md": PAGE})
    assert load(tmp_path / "repo/docs/deep/page.md").workspace == (tmp_path / "repo").resolve()


def test_a_pyproject_makes_a_workspace_only_with_settings_of_ours(tmp_path: Path) -> None:
    tree(
        tmp_path, {"pyproject.toml": "[tool.labrunner]\ntimeout = 9\n", "docs/pyproject.toml": "[project]\n"}
    )
    tree(tmp_path, {"docs/page.md": PAGE})
    lab = load(tmp_path / "docs/page.md")
    assert lab.workspace == tmp_path.resolve()
    assert next(iter(lab.plan().steps)).timeout == 9.0


def test_the_workspace_can_be_given(tmp_path: Path) -> None:
    tree(tmp_path, {"a/page.md": PAGE, "b/labrunner.toml": 'workspace = "elsewhere"\ntabs = ["x"]'})
    lab = load(tmp_path / "a/page.md", workspace=tmp_path / "b")
    assert lab.workspace == (tmp_path / "b").resolve()
    assert lab.settings.tabs.value == ("x",)


def test_settings_can_name_the_workspace_below_them(tmp_path: Path) -> None:
    tree(tmp_path, {"labrunner.toml": 'workspace = "manifests"', "manifests/x": "", "site/page.md": PAGE})
    assert load(tmp_path / "site/page.md").workspace == (tmp_path / "manifests").resolve()


def test_settings_decide_limits_tabs_and_path_prefixes(tmp_path: Path) -> None:
    settings = 'timeout = 5\nhook_timeout = 6\n[paths]\n"~/environment" = ""\n'
    tree(tmp_path, {"labrunner.toml": settings, "page.md": PAGE})
    plan = load(tmp_path / "page.md").plan()
    assert next(iter(plan.steps)).timeout == 5.0
    assert plan.path_prefixes == (("/workspace", ""), ("~/environment", ""))


def sentence(path: object, **more: object) -> str:
    with pytest.raises(LabrunnerError) as caught:
        load(path, **more).plan()  # type: ignore[arg-type]
    return str(caught.value)


def test_a_page_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {"content/inferentia.md": PAGE})
    monkeypatch.chdir(tmp_path)
    assert sentence("content/inferenta.md") == (
        "content/inferenta.md: no such file or folder; did you mean content/inferentia.md?"
    )
    assert sentence("nowhere/x.md") == (
        "nowhere/x.md: no such file or folder; name a page or a folder of pages"
    )
    assert sentence([]) == "no page is named; name a page or a folder of pages"


def test_a_page_that_is_not_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.md").write_bytes(b"# Caf\xc3\xa9\n\ncaf\xe9\n")
    assert (
        sentence("x.md") == "x.md:3: page is not UTF-8 text: byte 0xe9 makes no character; save it as UTF-8"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "page is empty"),
        ("\n \n", "page is empty"),
        ("# Title\n", "there is nothing to run: no bash block holds a command; mark the commands"),
        ("```sh\n$ ls\n```", "a 'sh' block is only shown: write ```bash for commands to run"),
        ("```bash\n# later\n```", "there is nothing to run"),
    ],
)
def test_a_page_with_nothing_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.md").write_text(text)
    said = sentence("x.md")
    assert said.startswith("x.md: ")
    assert words in said


def test_a_folder_without_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {"empty/x.txt": "", "skipped/.notest": "", "skipped/a.md": PAGE})
    monkeypatch.chdir(tmp_path)
    assert sentence("empty") == "empty: folder holds no page to test; name a folder with pages, or a page"
    assert "skipped by its .notest file" in sentence("skipped")
    assert pages(load("skipped/a.md")) == ["skipped/a.md"]


@pytest.mark.may_skip_in_ci
@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_page_that_may_not_be_read(tmp_path: Path) -> None:
    tree(tmp_path, {"x.md": PAGE})
    (tmp_path / "x.md").chmod(0)
    assert "cannot be read: permission denied; mend its permissions" in sentence(tmp_path / "x.md")


def test_a_workspace_that_is_no_folder(tmp_path: Path) -> None:
    tree(tmp_path, {"x.md": PAGE, "labrunner.toml": 'workspace = "gone"'})
    assert "workspace is not a folder; name a folder with --workspace" in sentence(
        tmp_path / "x.md", workspace=tmp_path / "nowhere"
    )
    assert "labrunner.toml:1: workspace 'gone' is not a folder" in sentence(tmp_path / "x.md")


def test_a_link_back_up_is_not_followed(tmp_path: Path) -> None:
    tree(tmp_path, {"lab/a.md": PAGE, "lab/sub/b.md": PAGE})
    (tmp_path / "lab/sub/up").symlink_to("..")
    assert len(pages(load(tmp_path / "lab"))) == 2


def test_a_tab_that_no_page_has_is_refused_with_those_there_are(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    tabs = "".join(
        f'<TabItem value="{name.lower()}" label="{name}">\n\n```bash\n$ echo {name}\n```\n\n</TabItem>\n'
        for name in ("Linux", "Windows")
    )
    page.write_text(f"# Page\n\n<Tabs>\n{tabs}</Tabs>\n")
    lab = load(page)
    assert [step.skip == "" for step in lab.plan(tabs=("windows",)).steps] == [False, True]
    with pytest.raises(LabrunnerError, match="no page has a tab 'Windoze'; there are: Linux, Windows"):
        lab.plan(tabs=("Windoze",))
