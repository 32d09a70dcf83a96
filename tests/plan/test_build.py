"""Pages to a plan: what runs, in which order, under which limits, and what is skipped and why."""

from pathlib import Path

import pytest

from labrunner.document import parse
from labrunner.errors import LabError
from labrunner.plan import build
from labrunner.plan.model import CleanupCommand, LabDeclaration, Plan, Step
from labrunner.plan.pages import Choices, Folder, Page

LAB = Path("/labs/first")


def block(command: str = "ls", info: str = "") -> str:
    return f"```bash {info}\n$ {command}\n```\n"


def folder(*pages: str, at: Path = LAB, scripts: tuple[str, ...] = ()) -> Folder:
    made = [
        Page(at / f"{number}.md", parse(text, f"first/{number}.md"))
        for number, text in enumerate(pages, start=1)
    ]
    return Folder(at, tuple(made), frozenset(at / "tests" / script for script in scripts))


def plan(*folders: Folder, declaration: LabDeclaration | None = None, choices: Choices | None = None) -> Plan:
    return build("first", folders, workspace=Path("/labs"), declaration=declaration, choices=choices)


def steps(*pages: str, choices: Choices | None = None) -> list[Step]:
    return list(plan(folder(*pages), choices=choices).steps)


def test_steps_are_numbered_through_all_pages() -> None:
    found = plan(folder(block("a") + block("b"), block("c")), folder(block("d"), at=Path("/labs/second")))
    assert [(step.number, step.commands[0].text) for step in found.steps] == [
        (1, "a"),
        (2, "b"),
        (3, "c"),
        (4, "d"),
    ]
    assert [step.place for step in found.steps][:3] == ["first/1.md:1", "first/1.md:4", "first/2.md:1"]


def test_only_bash_blocks_are_steps() -> None:
    assert [step.commands[0].text for step in steps("```sh\n$ a\n```\n```file\nb\n```\n" + block("c"))] == [
        "c"
    ]


def test_limits_come_from_the_block_else_from_the_choices() -> None:
    first, second = steps(block(info="timeout=5m wait=3 expectError=true") + block())
    assert (first.timeout, first.wait, first.expect_error) == (300.0, 3.0, True)
    assert (second.timeout, second.wait, second.expect_error) == (120.0, 0.0, False)
    (third,) = steps(block(), choices=Choices(timeout=7.0))
    assert third.timeout == 7.0


def test_a_block_s_hook_is_the_script_beside_the_page() -> None:
    page = block(info="hook=x") + block(info="hook=x hookTimeout=1m")
    first, second = plan(folder(page, scripts=("hook-x.sh",))).steps
    assert first.hook is not None
    assert (first.hook.script, first.hook.timeout) == (LAB / "tests/hook-x.sh", 300.0)
    assert second.hook is not None
    assert second.hook.timeout == 60.0


def test_a_hook_without_a_script_stops_the_plan_with_its_place() -> None:
    with pytest.raises(LabError) as caught:
        steps("text\n\n" + block(info="hook=x"))
    assert str(caught.value) == (
        "first/1.md:3: hook 'x' has no script tests/hook-x.sh beside the page; "
        "write the script or take the attribute away"
    )


def test_a_block_that_is_not_run_needs_no_hook() -> None:
    (step,) = steps(block(info="hook=x test=false"))
    assert (step.hook, step.skip) == (None, "test=false")


def test_a_folder_s_own_hook_surrounds_its_pages() -> None:
    (suite,) = plan(folder(block(), scripts=("hook-suite.sh",))).suites
    assert suite.hook is not None
    assert suite.hook.script == LAB / "tests/hook-suite.sh"
    assert plan(folder(block())).suites[0].hook is None


def test_blocks_with_nothing_to_run_are_skipped() -> None:
    (step,) = steps("```bash\n# soon\n```\n")
    assert step.skip == "it holds no command"


TABS = f"""
<Tabs>
<TabItem value="linux" label="On Linux">

{block("linux")}
</TabItem>
<TabItem value="mac">

{block("mac")}
<Tabs>
<TabItem value="arm">

{block("arm")}
</TabItem>
</Tabs>
</TabItem>
</Tabs>
"""


@pytest.mark.parametrize(
    ("wanted", "running"),
    [
        ((), ["linux"]),
        (("mac",), ["mac", "arm"]),
        (("MAC",), ["mac", "arm"]),
        (("on linux",), ["linux"]),
        (("windows",), ["linux"]),
        (("mac", "linux"), ["mac", "arm"]),
    ],
)
def test_of_tabs_that_exclude_each_other_one_runs(wanted: tuple[str, ...], running: list[str]) -> None:
    found = steps(TABS, choices=Choices(tabs=wanted))
    assert [step.commands[0].text for step in found if not step.skip] == running


def test_skipped_tabs_say_which_one_runs() -> None:
    assert [step.skip for step in steps(TABS)] == [
        "",
        "tab 'mac': the first one runs",
        "tab 'mac': the first one runs",
    ]
    assert steps(TABS, choices=Choices(tabs=("mac",)))[0].skip == "tab 'On Linux': 'mac' is chosen"


def test_declared_clean_up_comes_last_one_step_a_command() -> None:
    path = Path("/labs/lab.toml")
    commands = tuple(CleanupCommand(text, path, "lab.toml", line) for text, line in (("a", 3), ("b\nc", 4)))
    found = plan(
        folder("# Clean up\n" + block()), declaration=LabDeclaration(path=path, cleanup_commands=commands)
    )
    page, first, second = found.steps
    assert page.cleanup
    assert [(step.place, step.commands[0].text, step.cleanup) for step in (first, second)] == [
        ("lab.toml:3", "a", True),
        ("lab.toml:4", "b\nc", True),
    ]
    assert first.heading == "Clean up"
    assert found.suites[-1].folder == Path("/labs")


def test_what_is_wrong_in_a_page_becomes_a_warning() -> None:
    (warned,) = plan(folder(block(info="timeot=3"))).warnings
    assert (warned.page_name, warned.problem.span.line) == ("first/1.md", 1)


def test_path_prefixes_always_hold_the_workspace() -> None:
    choices = Choices(path_prefixes={"~/environment": "sub"})
    assert plan(folder(block()), choices=choices).path_prefixes == (
        ("/workspace", ""),
        ("~/environment", "sub"),
    )


def test_a_page_whose_title_says_so_is_clean_up() -> None:
    first, second = steps("---\ntitle: Clean up\n---\n" + block(), "# Clean up\n# Set up\n" + block())
    assert (first.cleanup, first.heading) == (True, "Clean up")
    assert (second.cleanup, second.heading) == (False, "Set up")
