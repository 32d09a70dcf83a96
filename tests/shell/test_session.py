"""What a lab's commands may rely on: one shell that lives on."""

from collections.abc import Callable

from labrunner.shell import Completed

Run = Callable[..., tuple[str, Completed]]


def test_output_and_exit_status_come_back(run: Run) -> None:
    output, completed = run("echo hi; (exit 3)")
    assert output == "hi\n"
    assert (completed.exit_status, completed.outcome) == (3, "prompted")
    assert completed.notice is None


def test_the_next_command_sees_the_status_of_the_one_before(run: Run) -> None:
    run("(exit 42)")
    assert run("echo $?")[0] == "42\n"
