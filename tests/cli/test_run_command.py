"""`labrunner run` as a whole, through the installed command, with its output in a pipe."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from lab_folder import LabFolder, block, steady

Golden = Callable[[Path, str], None]
GOLDEN = Path(__file__).parent / "golden"

SECRET = "ghp_" + "a1B2c3D4e5" * 4

# fmt: off
PAGES = {
    "passing":
        "# Greet\n\n" + block("$ NAME=world", "$ echo hello $NAME", "hello world")
        + "## Elsewhere\n\n" + block("$ cat <<EOF", "$NAME", "EOF", "world")
        + block("$ kubectl logs -f deploy/web", info="test=false"),
    "failing":
        "# Greet\n\n" + block("$ echo one", "$ echo two; ls /nonexistent", "$ echo never")
        + "## Later\n\n" + block("$ echo never")
        + "## Clean up\n\n" + block("$ echo swept"),
    "limit":
        "# Wait\n\n" + block("$ echo ready; sleep 60", info="timeout=1"),
    "drift":
        "# Greet\n\n" + block("$ printf 'a\\nb\\nc\\n'", "a", "B", "c") + block("$ echo on", "on"),
    "hooks":
        "# Greet\n\n" + block("$ echo seen", info="hook=check")
        + block("$ echo lost", info="hook=check"),
    "expected":
        "# Break\n\n" + block("$ false", "$ echo on", info="expectError=true")
        + block("$ true", info="expectError=true"),
    "dirty":
        "# Greet\n\n" + block("$ echo on")
        + "# Clean up\n\n" + block("$ rm nothing", "$ echo swept"),
    "secret":
        "# Keys\n\n" + block(f"$ TOKEN={SECRET}", "$ echo token: $TOKEN; false"),
    "odd":
        "# Odd\n\n" + block(r"$ printf '\e[31mred\e[0m\a\n 10%%\r 99%%\nlast'", info="timout=3")
        + block("$ exit 0") + block("$ cat /workspace/passing.md | head -1"),
}
# fmt: on
EXIT_CODES = {"failing": 1, "limit": 1, "hooks": 1, "dirty": 1, "secret": 1}


@pytest.fixture
def lab(tmp_path: Path) -> LabFolder:
    lab = LabFolder(tmp_path)
    for name, text in PAGES.items():
        lab.write(f"{name}.md", text)
    lab.write("tests/hook-check.sh", 'echo "$1"; [ "$1" = before ] || [ "$TEST_OUTPUT" = seen ]\n')
    lab.write("labrunner.toml", "")
    return lab


def journal(lab: LabFolder) -> list[dict[str, object]]:
    text = (lab.path / ".labrunner" / "latest" / "journal.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("page", PAGES)
def test_what_is_printed_and_how_it_ends(lab: LabFolder, golden: Golden, page: str) -> None:
    ran = lab.run("run", f"{page}.md", "--on", "shell")
    assert ran.stderr == ""
    assert ran.returncode == EXIT_CODES.get(page, 0), ran.stdout
    golden(GOLDEN / f"{page}.txt", steady(ran.stdout).replace(str(lab.path), "LAB"))
    assert lab.left_behind == []


@pytest.mark.parametrize(
    ("option", "page"), [("-v", "odd"), ("-v", "failing"), ("-q", "failing"), ("-q", "passing")]
)
def test_more_or_less_is_printed_when_asked_for(
    lab: LabFolder, golden: Golden, option: str, page: str
) -> None:
    ran = lab.run("run", f"{page}.md", "--on", "shell", option)
    golden(GOLDEN / f"{page}{option}.txt", steady(ran.stdout).replace(str(lab.path), "LAB"))


def test_drift_fails_only_when_output_is_strict(lab: LabFolder) -> None:
    ran = lab.run("run", "drift.md", "--on", "shell", "--strict-output")
    assert ran.returncode == 1
    assert "failed: output is not what the pages promise" in ran.stdout
    lab.write("labrunner.toml", "strict_output = true\n")
    assert lab.run("run", "drift.md", "--on", "shell").returncode == 1


def test_secrets_are_in_neither_display_nor_journal(lab: LabFolder) -> None:
    ran = lab.run("run", "secret.md", "--on", "shell", "-v")
    assert SECRET[:12] not in ran.stdout
    for file in (lab.path / ".labrunner").rglob("*.*"):
        assert SECRET[:12] not in file.read_text(), file
    assert "token: [masked: token]" in ran.stdout


def test_a_folders_pages_run_in_order_and_share_a_shell(lab: LabFolder) -> None:
    lab.write("lab/2.md", "---\nweight: 2\n---\n# Two\n\n" + block("$ echo $X $PWD", "1 /"))
    lab.write("lab/1.md", "---\nweight: 1\n---\n# One\n\n" + block("$ X=1; cd /"))
    assert "2 passed" in lab.run("run", "lab", "--on", "shell", "--strict-output").stdout


def test_the_lab_starts_in_a_private_folder_away_from_clusters_and_accounts(lab: LabFolder) -> None:
    lab.write(
        "away.md",
        block(
            "$ pwd; ls -A | wc -l",
            '$ [ -f "$KUBECONFIG" ] && [ ! -s "$KUBECONFIG" ] && echo "$KUBECONFIG"',
            '$ echo "${AWS_PROFILE-none} ${AWS_ACCESS_KEY_ID-none} ${KUBERNETES_SERVICE_HOST-none}"',
            "none none none",
        ),
    )
    ran = lab.run(
        *("run", "away.md", "--on", "shell", "--strict-output", "-v"),
        KUBECONFIG="/my/config",
        AWS_PROFILE="mine",
        AWS_ACCESS_KEY_ID="AKIAMINEMINEMINEMINE",
        KUBERNETES_SERVICE_HOST="10.0.0.1",
    )
    assert ran.returncode == 0, ran.stdout
    assert f"{lab.path}/tmp/labrunner-" in ran.stdout
    assert "/my/config" not in ran.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["rnu"], "there is no command 'rnu'; did you mean run?"),
        (["run"], "the following arguments are required: PATH; see labrunner run --help"),
        (["run", "pasing.md"], "pasing.md: no such file or folder; did you mean passing.md?"),
        (["run", "empty"], "empty: folder holds no page to test; name a folder with pages, or a page"),
        (
            ["run", "passing.md", "--strict-outptu"],
            "there is no option --strict-outptu; did you mean --strict-output?",
        ),
        (["run", "passing.md", "--on", "moon"], "argument --on: invalid choice: 'moon'"),
        (["run", "bytes.md"], "bytes.md:1: "),
        (["run", "text.md"], "text.md: there is nothing to run"),
        (["run", "passing.md", "--workspace", "nowhere"], "nowhere: workspace is not a folder"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_two(lab: LabFolder, words: list[str], sentence: str) -> None:
    (lab.path / "empty").mkdir()
    (lab.path / "bytes.md").write_bytes(b"\xff\xfe no text\n```bash\n$ ls\n```\n")
    lab.write("text.md", "# Only text\n")
    ran = lab.run(*words)
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"labrunner: {sentence}")
    assert ran.stderr.count("\n") == 1
    assert ran.stdout == ""


BROKEN = """\
import sys
import labrunner.cli
from labrunner.report.plain import PlainReport

def lines(self, event):
    raise KeyError("x")

PlainReport.lines = lines
sys.exit(labrunner.cli.main(sys.argv[1:]))
"""


@pytest.mark.parametrize("options", [[], ["--debug"]])
def test_a_mistake_of_ours_is_one_sentence_and_the_shell_is_closed(
    lab: LabFolder, options: list[str]
) -> None:
    ran = lab.python(BROKEN, "run", "passing.md", "--on", "shell", *options)
    assert ran.returncode == 2
    assert "labrunner: unexpected KeyError in cli/showing.py:" in ran.stderr
    assert "'x'; this is a mistake in labrunner, not in the lab" in ran.stderr
    assert ("Traceback" in ran.stderr) == bool(options)
    assert [line.get("event") for line in journal(lab)] == [None, "run-started"]
    assert lab.left_behind == []


SLOW = (
    "# Work\n\n"
    + block("$ echo working; sleep 61", "$ echo never")
    + "# Clean up\n\n"
    + block("$ echo cleaning; sleep 0.3", "$ echo swept")
)


def run_and_signal(lab: LabFolder, *signals: tuple[str, signal.Signals]) -> tuple[int, str]:
    """Send each signal when its text has been seen."""
    running = lab.start("run", "slow.md", "--on", "shell", "-v")
    assert running.stdout
    text, waiting = "", list(signals)
    for line in running.stdout:
        text += line
        if waiting and line.strip() == waiting[0][0]:
            running.send_signal(waiting.pop(0)[1])
    running.stdout.close()
    return running.wait(20), text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_interrupt_stops_the_command_and_cleans_up(lab: LabFolder, number: signal.Signals) -> None:
    lab.write("slow.md", SLOW)
    code, text = run_and_signal(lab, ("working", number))
    assert code == 130
    assert "    swept\n" in text
    assert "never\n" not in text.replace("$ echo never", "")
    assert text.endswith("in " + text.rpartition(" in ")[2])
    assert "\ninterrupted: 1 passed, 1 failed" in text
    assert lab.left_behind == []


def test_two_interrupts_end_at_once(lab: LabFolder) -> None:
    lab.write("slow.md", SLOW.replace("sleep 0.3", "sleep 62"))
    began = time.monotonic()
    code, text = run_and_signal(lab, ("working", signal.SIGINT), ("cleaning", signal.SIGINT))
    assert code == 130
    assert "    swept\n" not in text
    assert time.monotonic() - began < 15
    assert lab.left_behind == []


def test_a_killed_run_is_swept_by_the_next_which_says_so(lab: LabFolder) -> None:
    lab.write("slow.md", SLOW)
    running = lab.start("run", "slow.md", "--on", "shell", "-v")
    assert running.stdout
    while "working" not in running.stdout.readline():
        pass
    running.kill()
    running.communicate()
    assert len(lab.left_behind) == 1
    ran = lab.run("run", "passing.md", "--on", "shell")
    assert "was killed: removed its folder" in ran.stdout
    assert lab.left_behind == []
    assert "run-finished" not in [line.get("event") for line in journal(lab)[:-1]]


@pytest.mark.parametrize("hang_up", [False, True])
def test_a_reader_who_goes_away_is_one_interrupt_and_no_more(lab: LabFolder, hang_up: bool) -> None:
    marker = lab.path / "swept"
    ticking = SLOW.replace("sleep 61", "while sleep 0.05; do echo tick; done")
    lab.write("slow.md", ticking.replace("echo swept", f"touch {marker}"))
    running = lab.start("run", "slow.md", "--on", "shell", "-v")
    assert running.stdout
    while running.stdout.readline() != "    tick\n":
        pass
    running.stdout.close()
    if hang_up:
        running.send_signal(signal.SIGHUP)
    assert running.wait(20) == 130
    assert marker.exists()
    assert lab.left_behind == []


def test_a_workspace_that_cannot_be_written_to_is_said_and_the_lab_runs(lab: LabFolder) -> None:
    (lab.path / ".labrunner").write_text("in the way")
    ran = lab.run("run", "passing.md", "--on", "shell")
    assert ran.returncode == 0
    assert "notice: there is no journal: " in ran.stdout


IMPORTS = """\
import contextlib, sys, labrunner.cli
with contextlib.suppress(SystemExit):
    labrunner.cli.main(sys.argv[1:])
print(*{"aiohttp", "asyncio", "boto3", "kubernetes", "moto", "pygments", "rich", "torch"} & set(sys.modules))
print(*{"markdown_it", "pexpect", "tree_sitter", "yaml"} & set(sys.modules))
"""


def test_the_version_is_told_without_importing_anything_heavy(lab: LabFolder) -> None:
    assert lab.python(IMPORTS, "--version").stdout.splitlines()[1:] == ["", ""]


def test_plain_output_needs_no_rich(lab: LabFolder) -> None:
    assert lab.python(IMPORTS, "run", "passing.md", "--on", "shell").stdout.splitlines()[-2] == ""


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"]])
def test_help_has_examples(lab: LabFolder, words: list[str]) -> None:
    ran = lab.run(*words)
    assert ran.returncode == 0
    assert "examples:\n  labrunner run content/getting-started.md" in ran.stdout
