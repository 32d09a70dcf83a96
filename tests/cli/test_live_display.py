"""The live display in a real terminal, as wide as people have them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lab_folder import COMMAND, LabFolder, block, steady
from terminal import Terminal

Golden = Callable[[Path, str], None]
GOLDEN = Path(__file__).parent / "golden" / "live"

PAGE = (
    "# Run a very particular inference workload on accelerated nodes, and look at it from all sides\n\n"
    + block("$ echo one; echo two", "one", "zwei", info="timeout=5m")
    + "## Configure\n\n"
    + block("$ cat <<EOF", "kind: Pod", "EOF", "$ echo later > /dev/null")
    + block("$ echo never", info="test=false")
    + "## Go wrong\n\n"
    + block("$ seq 1 30; echo " + "long " * 40, "$ echo 'last words' >&2; exit 3")
    + block("$ echo never")
    + block("$ echo never")
    + "## Clean up\n\n"
    + block("$ echo swept")
)


@pytest.fixture
def lab(tmp_path: Path) -> LabFolder:
    lab = LabFolder(tmp_path)
    lab.write("labrunner.toml", "")
    return lab


def open_terminal(
    lab: LabFolder, page: str, *options: str, columns: int = 80, rows: int = 24, **environment: str
) -> Terminal:
    lab.write("page.md", page)
    argv = [COMMAND, "run", "page.md", "--on", "shell", *options]
    return Terminal(
        argv, folder=lab.path, environment={**lab.environment, **environment}, columns=columns, rows=rows
    )


def aligned(text: str) -> str:
    """Without durations, and the blanks in front of them that depend on their width."""
    return re.sub(r" +N s\n", "  N s\n", steady(text) + "\n")


@pytest.mark.parametrize("columns", [80, 120])
def test_what_stays_on_the_screen(lab: LabFolder, golden: Golden, columns: int) -> None:
    terminal = open_terminal(lab, PAGE, columns=columns, rows=30)
    assert terminal.finish() == 1
    assert max(map(len, terminal.lines)) <= columns
    golden(GOLDEN / f"{columns}.txt", aligned(terminal.text))


def test_while_it_runs_the_command_its_output_and_a_clock_are_seen(lab: LabFolder) -> None:
    page = "# Wait\n\n" + block(
        "$ for i in $(seq 1 30); do echo line $i; done; echo $(printf '\\r%s%%' 10 20 30); read -r",
        info="timeout=5m",
    )
    terminal = open_terminal(lab, page)
    text = terminal.wait_until(lambda text: "30%" in text)
    lines = [line.strip() for line in text.splitlines()]
    assert "page.md:4" in lines
    assert any(re.fullmatch(r". {2}1 {2}Wait +━+ 0:0\d / 5:00", line) for line in lines), text
    assert any(line.startswith("$ for i in $(seq 1 30); do echo line $i") for line in lines)
    assert "│ line 22" in lines
    assert "│ line 21" not in lines
    assert "│  30%" in lines or "│ 30%" in lines
    assert re.fullmatch(r"1 to go {3}0:0\d", lines[-1])
    terminal.type(b"\x03\x03")
    assert terminal.finish() == 130


def test_one_ctrl_c_is_answered_and_cleans_up(lab: LabFolder) -> None:
    page = (
        "# Work\n\n"
        + block("$ echo working; sleep 63")
        + "# Clean up\n\n"
        + block("$ echo cleaning; sleep 1")
    )
    terminal = open_terminal(lab, page)
    terminal.wait_until(lambda text: "│ working" in text)
    terminal.type(b"\x03")
    terminal.wait_until(lambda text: "clean-up still runs, Ctrl-C again ends at once" in text)
    assert terminal.finish() == 130
    assert "✗ interrupted   1 passed · 1 failed" in terminal.text
    assert lab.left_behind == []


def test_long_output_never_makes_it_higher_than_the_terminal(lab: LabFolder) -> None:
    page = "# Wait\n\n" + block("$ seq 1 100; read -r")
    terminal = open_terminal(lab, page, rows=12)
    text = terminal.wait_until(lambda text: "│ 100" in text)
    assert text.count("1  Wait") == 1
    terminal.type(b"\x03\x03")
    terminal.finish()


def test_the_terminal_is_left_in_order(lab: LabFolder) -> None:
    terminal = open_terminal(lab, "# A\n\n" + block("$ printf '\\e[31m\\e[?25l\\e[2J\\aodd\\n'; false"))
    assert terminal.finish() == 1
    assert terminal.screen.cursor.hidden is False
    assert "│ odd" in terminal.text
    assert b"\x1b[2J" not in terminal.raw
    assert b"\x07" not in terminal.raw


def test_verbose_shows_every_line_and_keeps_it(lab: LabFolder) -> None:
    terminal = open_terminal(lab, "# A\n\n" + block("$ seq 1 500", "$ printf end"), "-v")
    assert terminal.finish() == 0
    shown = [line.strip() for line in terminal.lines]
    assert [line for line in shown if line.isdigit()] == [str(number) for number in range(1, 501)]
    assert "end" in shown


def test_what_looks_like_markup_is_shown_as_it_is(lab: LabFolder) -> None:
    page = "# The [bold]heading[/bold]\n\n" + block("$ echo '[red]out[/red]'; exit 4 # [green]", info="x=[b]")
    terminal = open_terminal(lab, page)
    terminal.finish()
    for text in ("The [bold]heading[/bold]", "[red]out[/red]", "exit 4 # [green]"):
        assert text in terminal.text


def test_no_color_means_none(lab: LabFolder) -> None:
    terminal = open_terminal(lab, PAGE, NO_COLOR="1")
    terminal.finish()
    assert re.search(rb"\x1b\[[0-9;]*3[0-7]m", terminal.raw) is None


def test_secrets_are_masked_on_the_screen(lab: LabFolder) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 4
    terminal = open_terminal(lab, "# A\n\n" + block(f"$ echo {secret}; false"))
    terminal.finish()
    assert secret[:12].encode() not in terminal.raw
    assert "[masked: GitHub token]" in terminal.text


def test_a_terminal_that_can_do_little_gets_plain_lines(lab: LabFolder) -> None:
    lab.write("page.md", PAGE)
    program = ["/usr/bin/env", "TERM=dumb", COMMAND, "run", "page.md", "--on", "shell"]
    terminal = Terminal(program, folder=lab.path, environment=lab.environment, columns=80, rows=24)
    assert terminal.finish() == 1
    assert b"\x1b" not in terminal.raw
    assert "step 1/7" in terminal.text
