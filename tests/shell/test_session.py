"""What a lab's commands may rely on: one shell that lives on and is not confused."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from naps import naps

from labrunner.shell import Completed, Session, Shell, ShellError, Stop

Run = Callable[..., tuple[str, Completed]]


def test_output_and_exit_status_come_back(run: Run) -> None:
    output, completed = run("echo hi; (exit 3)")
    assert output == "hi\n"
    assert (completed.exit_status, completed.outcome) == (3, "prompted")
    assert completed.notice is None
    assert completed.waited_for is None


def test_the_next_command_sees_the_status_of_the_one_before(run: Run) -> None:
    run("(exit 42)")
    assert run("echo $?")[0] == "42\n"


def test_variables_functions_aliases_options_and_directory_live_on(run: Run, tmp_path: Path) -> None:
    run("A=1; export B=2; C=(x 'y z'); declare -A D=([k]=v); f() { echo f$1; }; alias g='echo alias'")
    run(f"mkdir {tmp_path}/sub; cd sub; set -o pipefail; shopt -s nullglob")
    output, _ = run(
        'echo $A $B "${C[1]}" ${D[k]}; f 3; g; pwd; false | true; echo $?; shopt -q nullglob && echo on'
    )
    assert output == f"1 2 y z v\nf3\nalias\n{tmp_path}/sub\n1\non\n"


def test_a_line_longer_than_the_terminal_takes_arrives_whole(run: Run) -> None:
    assert run(f"echo {'x' * 100_000} | wc -c")[0] == "100001\n"


def test_a_command_of_many_lines_is_one_command(run: Run) -> None:
    output, completed = run("for i in 1 2\ndo\n  echo $i\ndone\nif true; then\n  false\nfi")
    assert output == "1\n2\n"
    assert completed.exit_status == 1


def test_here_documents_keep_their_tabs_and_their_dollars(run: Run) -> None:
    assert run("cat <<'EOF'\n\ta\t$HOME `x` !!\nEOF")[0] == "\ta\t$HOME `x` !!\n"
    assert run("cat <<-YAML\n\tk: v\n\tYAML")[0] == "k: v\n"


def test_an_open_here_document_ends_with_its_command(run: Run) -> None:
    output, _ = run("cat <<EOF\nnever closed")
    assert "never closed" in output
    assert run("echo next")[0] == "next\n"


def test_exclamation_marks_are_not_history(run: Run) -> None:
    assert run('echo hi!there "x!!"')[0] == "hi!there x!!\n"


@pytest.mark.parametrize(
    "command", ["echo x # a comment", "echo x; true \\", "  echo x  ", "echo x;", "\necho x\n\n"]
)
def test_however_a_command_ends_the_next_one_runs(run: Run, command: str) -> None:
    assert run(command)[0] == "x\n"
    assert run("echo y")[0] == "y\n"


@pytest.mark.parametrize("command", ["", "\n", "# only a comment"])
def test_a_command_may_be_empty(run: Run, command: str) -> None:
    assert run(command)[0] == ""
    assert run("echo y")[0] == "y\n"


def test_a_background_job_lives_on_between_commands(run: Run, session: Session) -> None:
    run("sleep 60 &")
    assert [job.partition(" (pid")[0] for job in session.background_jobs] == [naps("sleep 60")]
    assert run("jobs -r | wc -l; kill %1; wait %1")[1].exit_status == 143
    assert session.background_jobs == ()


def test_what_a_background_job_says_between_commands_is_shown_with_the_next_one(
    run: Run, tmp_path: Path
) -> None:
    run(f"mkfifo {tmp_path}/gate")
    run(f"(read < {tmp_path}/gate; echo from the background; : > {tmp_path}/done) &")
    output, _ = run(f"echo > {tmp_path}/gate; until [ -e {tmp_path}/done ]; do :; done; echo front")
    assert "from the background\n" in output
    assert "front\n" in output


def test_background_jobs_do_not_block_while_nothing_is_run(
    run: Run, session: Session, tmp_path: Path
) -> None:
    run(f"(yes | head -c 300000; echo said it all; : > {tmp_path}/done) &")
    deadline = time.monotonic() + 10
    while not (tmp_path / "done").exists() and time.monotonic() < deadline:
        session.idle(0.05)
    output, completed = run("echo front")
    assert output.endswith("said it all\nfront\n")
    assert completed.exit_status == 0


def test_what_the_background_says_is_not_lost_to_questions_of_ours(run: Run, session: Session) -> None:
    said = ""
    run("(for n in {1..300}; do echo said $n; done; sleep 0.02; echo all) &")
    while "all" not in said:
        assert session.background_jobs is not None
        said += run("trap -p USR1")[0]  # makes it save its state before, and look for traps afterwards
    assert [line for line in said.splitlines() if line.startswith("said")] == [
        f"said {n}" for n in range(1, 301)
    ]


def test_idling_ends_early_when_a_stop_is_requested(shell: Shell) -> None:
    stop = Stop()
    with Session(shell, stop=stop) as session:
        for command in ("true", "exit"):
            list(session.run(command, timeout=5))
            timer = threading.Timer(0.05, stop.request)
            timer.start()
            started = time.monotonic()
            session.idle(30)
            assert time.monotonic() - started < 5
            timer.join()


def test_output_without_a_final_newline_is_kept_as_it_is(run: Run) -> None:
    assert run("printf abc")[0] == "abc"
    assert run("printf def; false")[0] == "def"


def test_bytes_that_are_no_text_pass_through(session: Session) -> None:
    assert b"".join(session.run(r"printf '\377\376\000\200x\036'", timeout=5)) == b"\xff\xfe\x00\x80x\x1e"


def test_progress_bars_keep_their_carriage_returns(session: Session) -> None:
    assert b"".join(session.run(r"printf '10%%\r20%%\r100%%\n'", timeout=5)) == b"10%\r20%\r100%\r\n"


@pytest.mark.parametrize(
    "command",
    ["set", "declare -p", "cat /proc/self/environ", "env", "echo \"$PS1 ${PS1@P} $PROMPT_COMMAND\"",
     "declare -p PROMPT_COMMAND; printf '%s' \"${PROMPT_COMMAND[@]}\"", "trap -p", "set -x; set; set +x"],
)  # fmt: skip
def test_printing_the_prompt_does_not_end_the_command(run: Run, command: str) -> None:
    output, completed = run(f"{command}; echo END")
    assert "END\n" in output
    assert completed.exit_status == 0
    assert run("echo next")[0] == "next\n"


@pytest.mark.parametrize(
    "command",
    ["PS1='lab> '", "PS2='more> ' PS4='# '", "PROMPT_COMMAND='true'", "PROMPT_COMMAND=",
     "PROMPT_COMMAND=(true)", "unset PS1 PS2", "unset PROMPT_COMMAND; false", "PS1='$ '; PROMPT_COMMAND=true",
     "unset LINENO", "LINENO=7", "IFS=0123456789", "set -f -C", "export PS1='(venv) '$PS1",
     "alias printf=false builtin=false .=false", "printf() { echo no; }", "readonly PS1",
     "unset PROMPT_COMMAND", "unset PPID TERM HOME"],
)  # fmt: skip
def test_a_lab_may_change_its_prompt_and_more(run: Run, command: str) -> None:
    output, completed = run(command)
    assert output == "" or "readonly" in output
    assert completed.outcome == "prompted"
    assert run("(exit 4)")[1].exit_status == 4
    assert run("echo next")[0] == "next\n"
    assert run("echo once more; false")[0] == "once more\n"


def test_a_prompt_command_that_prints_is_seen_and_harmless(run: Run) -> None:
    run("PROMPT_COMMAND='echo prompting'; PS0='running '")
    assert run("echo x; (exit 6)")[1].exit_status == 6
    assert "x\n" in run("echo x")[0]


def test_errexit_nounset_and_missing_parameters_leave_the_session_usable(run: Run) -> None:
    output, completed = run("echo ${NOPE:?is missing}; echo not reached")
    assert "is missing" in output
    assert "reached" not in output
    assert (completed.exit_status, completed.outcome) == (1, "prompted")
    run("set -u")
    output, completed = run("echo $NOPE; echo not reached")
    assert "unbound variable" in output
    assert completed.exit_status == 1
    assert run("set +u; echo on")[0] == "on\n"


@pytest.mark.parametrize("command", ["if", "echo )", "for x in", "echo 'open", 'echo "open', "case x in"])
def test_a_syntax_error_has_bashs_status(run: Run, command: str) -> None:
    output, completed = run(command)
    assert "bash: " in output
    assert (completed.exit_status, completed.outcome) == (2, "prompted")
    assert run("echo next")[0] == "next\n"


def test_errors_read_as_when_typed(run: Run) -> None:
    output, completed = run("no-such-program")
    assert output == "bash: no-such-program: command not found\n"
    assert completed.exit_status == 127


def test_tracing_shows_the_labs_commands_and_none_of_ours(run: Run) -> None:
    run("set -x")
    assert run("echo a")[0] == "++ echo a\na\n"
    assert run("set +x")[0] == "++ set +x\n"
    run("set -v")
    assert run("echo b")[0] == "echo b\nb\n"
    assert run("set +v")[0] == "set +v\n"


def test_debug_and_err_traps_are_the_labs_own(run: Run) -> None:
    run("trap 'echo debug' DEBUG")
    assert "debug\n1\n" in run("echo 1")[0]
    run("trap - DEBUG")
    assert run("echo 2")[0] == "2\n"
    run("trap 'echo failed' ERR")
    assert "failed\n" in run("false")[0]
    assert run("trap - ERR; echo 3")[0] == "3\n"


def test_standard_output_may_be_moved_for_good(run: Run, tmp_path: Path) -> None:
    run(f"exec >{tmp_path}/log 2>&1")
    run("echo logged; (exit 5)")
    assert run("no-such-program")[1].exit_status == 127
    run("exec >/dev/tty 2>&1")
    assert run(f"cat {tmp_path}/log")[0] == "logged\nbash: no-such-program: command not found\n"


def test_descriptors_a_lab_opens_stay_open(run: Run, tmp_path: Path) -> None:
    run(f"exec 9>{tmp_path}/lock {{mine}}>{tmp_path}/mine 10>{tmp_path}/ten")
    run("flock 9; echo a >&9; echo b >&$mine; echo c >&10")
    assert run(f"cat {tmp_path}/lock {tmp_path}/mine {tmp_path}/ten")[0] == "a\nb\nc\n"


def test_limits_on_files_are_survived(run: Run) -> None:
    run("ulimit -n 20 -f 0; sleep 0.1")
    run("kill -0 $$; sleep 0.1")
    assert run("echo on; ulimit -n")[0] == "on\n20\n"
    assert run("exit 3")[1].exit_status == 3


def test_a_job_that_is_suspended_gives_the_prompt_back(run: Run) -> None:
    output, completed = run("bash -c 'kill -TSTP $$'")
    assert "Stopped" in output
    assert (completed.exit_status, completed.outcome) == (148, "prompted")
    run("kill -9 %1; wait %1")
    assert run("echo on")[0].endswith("on\n")


def test_programs_get_a_terminal_that_is_sane(run: Run) -> None:
    output, _ = run("tty; stty -a; stty size; test -t 0 -a -t 1 -a -t 2 && echo yes")
    assert "/dev/pts/" in output
    for setting in (" echo ", " icanon ", " isig ", " opost ", " onlcr"):
        assert setting in output.replace("\n", " "), setting
    assert "40 120\nyes\n" in output


@pytest.mark.parametrize(
    "command", ["stty raw", "stty -echo", "stty raw -echo", "stty -onlcr", "stty -isig -icanon"]
)
def test_what_stty_did_is_undone_for_the_next_command(run: Run, command: str) -> None:
    run(command)
    output, _ = run("stty -a; echo x")
    assert output.endswith("x\n")
    assert " echo " in output.replace("\n", " ")
    assert " isig icanon " in output.replace("\n", " ")


def test_our_one_line_is_never_seen(session: Session) -> None:
    output = b"".join(
        b"".join(session.run(command, timeout=5))
        for command in ("stty -echo", "echo a", "stty echo", "echo b")
    )
    assert output == b"a\r\nb\r\n"


def test_a_sigpipe_is_what_it_is_elsewhere(run: Run) -> None:
    output, _ = run("set -o pipefail; yes | head -1; echo ${PIPESTATUS[@]}")
    assert output == "y\n141 0\n"


def test_the_environment_holds_one_variable_of_ours(run: Run, shell: Shell) -> None:
    names = {line.partition("=")[0] for line in run("env")[0].splitlines()}
    assert names - set(shell.environment) == {"LABRUNNER_SHELL", "PWD", "SHLVL", "_"}


def test_the_users_history_is_neither_read_nor_written(shell: Shell, tmp_path: Path) -> None:
    history = tmp_path / ".bash_history"
    history.write_text("secret\n")
    with Session(shell) as session:
        assert b"".join(session.run("history; echo $HISTFILE", timeout=5)) == b"\r\n"
    assert history.read_text() == "secret\n"


def test_a_shell_that_does_not_start_says_why(shell: Shell, tmp_path: Path) -> None:
    with pytest.raises(ShellError, match="no-such-bash"):
        Session(Shell(("/no-such-bash",), {}, tmp_path))
    with pytest.raises(ShellError, match="nowhere"):
        Session(Shell(("/bin/bash",), {}, tmp_path / "nowhere"))
    with pytest.raises(ShellError, match="did not come to a prompt"):
        Session(Shell(("/bin/false",), {"PATH": "/bin"}, tmp_path))


def test_descriptors_do_not_pile_up(shell: Shell) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        with Session(shell) as session:
            list(session.run("exit 1", timeout=5))
            list(session.run("echo", timeout=5))
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 2
