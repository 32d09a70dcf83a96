"""Which steps run, what each comes to, and what the whole run comes to."""

import threading

from run_stage import Stage, Told

from labrunner.events import (
    CommandStarted,
    HookFinished,
    HookStarted,
    Output,
    StepFinished,
    StepStarted,
    Waiting,
)
from labrunner.run.surroundings import Surroundings
from labrunner.run.witness import Unwatched


def block(*lines: str, info: str = "") -> str:
    return "\n".join([f"```bash {info}".rstrip(), *lines, "```", "", ""])


def test_a_lab_that_works_passes(stage: Stage) -> None:
    seen = stage.rehearse(
        "# A\n\n" + block("$ echo one", "one", "$ echo two") + "## B\n\n" + block("$ cd / && pwd")
    )
    assert seen.verdicts == ["passed", "passed"]
    assert seen.end.verdict == "passed"
    assert seen.end.counts == (("passed", 2),)
    assert seen.output == "one\ntwo\n/\n"


def test_variables_cross_blocks(stage: Stage) -> None:
    seen = stage.rehearse(block("$ X=5") + block("$ echo $X", "5"))
    assert seen.verdicts == ["passed", "passed"]


def test_a_failing_command_ends_its_block_and_skips_the_rest_but_clean_up(stage: Stage) -> None:
    seen = stage.rehearse(
        "# Work\n\n"
        + block("$ true", "$ false", "$ echo never")
        + block("$ echo never")
        + "# Clean up\n\n"
        + block("$ echo swept")
    )
    assert seen.verdicts == ["failed", "skipped", "passed"]
    assert "never" not in seen.output
    assert "swept" in seen.output
    assert seen.steps[0].reasons == ("`false` ended with exit status 1",)
    assert seen.steps[1].reasons == (f"step 1 failed ({stage.folder / 'page.md'}:3)",)
    assert seen.end.verdict == "failed"


def test_clean_up_goes_on_past_what_it_cannot_remove_and_still_fails(stage: Stage) -> None:
    seen = stage.rehearse("# Clean up\n\n" + block("$ false", "$ echo second") + block("$ echo third"))
    assert seen.verdicts == ["failed", "passed"]
    assert seen.output == "second\nthird\n"


def test_an_expected_error_is_accepted_and_the_block_goes_on(stage: Stage) -> None:
    seen = stage.rehearse(block("$ false", "$ echo on", info="expectError=true"))
    assert seen.verdicts == ["passed"]
    assert seen.output == "on\n"


def test_an_expected_error_that_does_not_come_is_drift(stage: Stage) -> None:
    seen = stage.rehearse(block("$ true", info="expectError=true"))
    assert seen.verdicts == ["drifted"]
    assert seen.steps[0].reasons == ("expectError=true, but nothing failed",)


def test_blocks_that_are_not_for_tests_are_shown_as_skipped(stage: Stage) -> None:
    seen = stage.rehearse(block("$ echo never", info="test=false") + block("$ echo yes"))
    assert seen.verdicts == ["skipped", "passed"]
    assert seen.steps[0].reasons == ("test=false",)
    assert seen.output == "yes\n"


def test_other_output_than_promised_is_drift_and_the_lab_goes_on(stage: Stage) -> None:
    seen = stage.rehearse(block("$ echo one; echo two", "one", "three") + block("$ echo on"))
    assert seen.verdicts == ["drifted", "passed"]
    assert seen.end.verdict == "drifted"
    drift = seen.commands[0].drift
    assert drift is not None
    assert [(line.sign, line.text) for line in drift.lines] == [(" ", "one"), ("-", "three"), ("+", "two")]


def test_the_limit_is_the_blocks_and_says_what_it_waited_for(stage: Stage) -> None:
    seen = stage.rehearse(block("$ sleep 0.2", "$ sleep 60", "$ echo never", info="timeout=1"))
    assert seen.verdicts == ["failed"]
    assert [command.outcome for command in seen.commands] == ["prompted", "timed_out"]
    assert seen.commands[1].duration < 5
    assert "limit of 1s while waiting for sleep 60" in seen.steps[0].reasons[0]
    assert "timeout=" in seen.steps[0].remedies[0]


def test_a_command_that_waits_for_input_is_told_of(stage: Stage) -> None:
    seen = stage.rehearse(block("$ cat", info="timeout=1"))
    assert "input" in seen.steps[0].reasons[0]
    assert "nobody gives" in seen.steps[0].remedies[0]


def test_a_command_that_ends_the_shell_has_its_status_and_the_lab_goes_on(stage: Stage) -> None:
    seen = stage.rehearse(block("$ X=kept", "$ exit 0") + block("$ echo $X", "kept"))
    assert seen.verdicts == ["passed", "passed"]
    assert seen.commands[1].outcome == "exited"
    assert any("ended the shell" in notice for notice in seen.notices)


def test_the_pause_after_a_block_is_left_to_the_witness(stage: Stage) -> None:
    stage.witness = witness = Told()
    seen = stage.rehearse(block("$ true", info="wait=30") + block("$ false", info="wait=40"))
    assert witness.waits == [30.0]
    assert [event.seconds for event in seen.events if isinstance(event, Waiting)] == [30.0]


def test_what_a_step_relied_on_and_cannot_be_proven_is_not_rehearsed_and_the_lab_goes_on(
    stage: Stage,
) -> None:
    stage.witness = Told(notes=[("a NetworkPolicy is only stored",)])
    seen = stage.rehearse(block("$ true") + block("$ echo on"))
    assert seen.verdicts == ["not rehearsed", "passed"]
    assert seen.steps[0].reasons == ("a NetworkPolicy is only stored",)
    assert seen.end.verdict == "not rehearsed"


def test_a_failed_step_carries_what_the_witness_sees(stage: Stage) -> None:
    stage.witness = Told(diagnosis=("pod web is Pending", "token: abcdefgh12345678901"))
    seen = stage.rehearse(block("$ false"))
    assert seen.steps[0].diagnosis == ("pod web is Pending", "token: [masked: token]")
    assert seen.steps[0].remedies == (), "general advice is noise beside a diagnosis"


def on_stage_without_programs(**choices: bool) -> Surroundings:
    return Surroundings("id", "a test", missing_programs=True, **choices)


def test_a_missing_program_is_not_rehearsed_where_the_place_says_so(stage: Stage) -> None:
    stage.surroundings = on_stage_without_programs()
    seen = stage.rehearse(block("$ no-such-tool --now") + block("$ echo later"))
    assert seen.verdicts == ["not rehearsed", "skipped"]
    assert seen.steps[0].reasons == ("no-such-tool is not installed here",)
    assert "could not be rehearsed" in seen.steps[1].reasons[0]


def test_a_missing_program_in_a_pipe_is_never_silently_green(stage: Stage) -> None:
    stage.surroundings = on_stage_without_programs()
    seen = stage.rehearse(block("$ no-such-tool list | head -3") + block("$ echo later"))
    assert seen.verdicts == ["not rehearsed", "passed"]


def test_the_lab_goes_on_after_a_missing_program_when_that_is_allowed(stage: Stage) -> None:
    stage.surroundings = on_stage_without_programs(go_on_unproven=True)
    seen = stage.rehearse(block("$ no-such-tool") + block("$ echo later"))
    assert seen.verdicts == ["not rehearsed", "passed"]


def test_a_missing_program_fails_on_a_real_place(stage: Stage) -> None:
    seen = stage.rehearse(block("$ no-such-tool"))
    assert seen.verdicts == ["failed"]
    assert seen.steps[0].remedies[0] == "install no-such-tool, or check how it is spelt"


def test_hooks_surround_the_block_and_get_its_output(stage: Stage) -> None:
    stage.write(
        "tests/hook-check.sh", 'echo "$1: $TEST_OUTPUT"; [ "$1" = before ] || [ "$TEST_OUTPUT" = seen ]\n'
    )
    seen = stage.rehearse(block("$ printf seen", info="hook=check"))
    assert seen.verdicts == ["passed"]
    assert seen.output == "before: \nseenafter: seen\n"
    assert [event.phase for event in seen.events if isinstance(event, HookStarted)] == ["before", "after"]


def test_a_hook_that_fails_before_keeps_the_block_from_running(stage: Stage) -> None:
    stage.write("tests/hook-check.sh", "exit 3\n")
    seen = stage.rehearse(block("$ echo never", info="hook=check"))
    assert seen.verdicts == ["failed"]
    assert seen.output == ""
    assert seen.steps[0].reasons == ("hook check before ended with exit status 3",)


def test_a_hook_that_fails_after_fails_the_block(stage: Stage) -> None:
    stage.write("tests/hook-check.sh", '[ "$1" = before ]\n')
    assert stage.rehearse(block("$ echo on", info="hook=check")).verdicts == ["failed"]


def test_a_hook_has_a_limit_of_its_own(stage: Stage) -> None:
    stage.write("tests/hook-check.sh", "sleep 60\n")
    seen = stage.rehearse(block("$ echo on", info="hook=check hookTimeout=1"))
    assert "hook check before took longer than 1s" in seen.steps[0].reasons[0]


def test_hooks_cannot_change_the_labs_shell_and_read_nothing_from_the_terminal(stage: Stage) -> None:
    stage.write("tests/hook-check.sh", "X=changed; cd /; exec cat\n")
    seen = stage.rehearse(
        block("$ X=mine; bash() { false; }; set -e", "$ true", info="")
        + block("$ echo $X $PWD", info="hook=check")
    )
    assert seen.verdicts == ["passed", "passed"]
    assert f"mine {stage.folder}" in seen.output


def test_a_hook_outside_what_the_shell_sees_is_handed_over_as_text(stage: Stage) -> None:
    stage.surroundings = Surroundings("id", "a test", folders=())
    stage.write("tests/hook-check.sh", 'echo "$1 of $(basename "$0")"\n')
    assert "before of hook-check.sh" in stage.rehearse(block("$ true", info="hook=check")).output


def test_a_large_output_reaches_the_hook_as_its_end(stage: Stage) -> None:
    stage.write("tests/hook-check.sh", '[ "$1" = before ] || [ "${#TEST_OUTPUT}" -eq 102399 ]\n')
    assert stage.rehearse(block("$ yes | head -c 1000000", info="hook=check")).verdicts == ["passed"]


def test_the_hook_gets_what_people_may_not_see(stage: Stage) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 4
    stage.write("tests/hook-check.sh", f'[ "$1" = before ] || [ "$TEST_OUTPUT" = {secret} ]\n')
    seen = stage.rehearse(block(f"$ printf {secret}", info="hook=check"))
    assert seen.verdicts == ["passed"]
    assert secret not in repr(seen.events)


def suite(stage: Stage, page: str, hook: str = 'echo "suite $1"') -> list[str]:
    stage.write("lab/page.md", page)
    stage.write("lab/tests/hook-suite.sh", hook + "\n")
    events = list(stage.events("lab"))
    return [event.text.strip() for event in events if isinstance(event, Output)]


def test_a_suites_hook_surrounds_its_pages_also_when_one_fails(stage: Stage) -> None:
    assert suite(stage, block("$ echo in; false")) == ["suite before", "in", "suite after"]


def test_a_suite_whose_hook_fails_is_skipped_but_cleaned_up_and_the_run_fails(stage: Stage) -> None:
    stage.write("lab/page.md", block("$ echo never") + "# Clean up\n\n" + block("$ echo swept"))
    stage.write("lab/tests/hook-suite.sh", '[ "$1" = after ]\n')
    events = list(stage.events("lab"))
    assert [event.text.strip() for event in events if isinstance(event, Output)] == ["swept"]
    assert events[-1].verdict == "failed"  # type: ignore[union-attr]
    assert events[-1].reasons == ("hook suite before ended with exit status 1",)  # type: ignore[union-attr]
    assert [e.phase for e in events if isinstance(e, HookFinished)] == ["before", "after"]


def test_paths_that_cannot_be_mounted_are_rewritten_and_announced(stage: Stage) -> None:
    stage.write("data.txt", "found\n")
    stage.surroundings = Surroundings("id", "a test", rewrites=(("/workspace", str(stage.folder)),))
    seen = stage.rehearse(block("$ cat /workspace/data.txt", "found"))
    assert seen.verdicts == ["passed"]
    assert any("/workspace cannot be mounted here" in notice for notice in seen.notices)
    assert [e.text for e in seen.events if isinstance(e, CommandStarted)] == ["cat /workspace/data.txt"]


def test_what_is_odd_about_a_page_is_noticed(stage: Stage) -> None:
    seen = stage.rehearse(block("$ true", info="timout=5"))
    assert any("page.md:1" in notice and "timeout" in notice for notice in seen.notices)


def test_a_secret_in_command_and_output_is_masked_and_does_not_drift(stage: Stage) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 4
    seen = stage.rehearse(block(f"$ echo token: {secret}", f"token: {secret}"))
    assert seen.verdicts == ["passed"]
    assert secret not in repr(seen.events)
    assert "[masked: " in seen.output


def test_output_that_is_not_text_does_not_disturb(stage: Stage) -> None:
    seen = stage.rehearse(block(r"$ printf '\xff\xfe\x00ok\n'"))
    assert seen.verdicts == ["passed"]
    assert seen.output.endswith("ok\n")


def interrupting(stage: Stage, page: str, *, at: list[str]) -> list[object]:
    """Run; ask to stop whenever the next text of `at` has come out."""
    stage.write("page.md", page)
    events, waited = [], list(at)
    for event in stage.events():
        events.append(event)
        if waited and isinstance(event, Output) and waited[0] in event.text:
            del waited[0]
            # From another thread and a little later: the command has to be running.
            threading.Timer(0.05, stage.stop.request).start()
    return events


PAGE = (
    "# Work\n\n"
    + block("$ echo working; sleep 60", "$ echo never")
    + block("$ echo never")
    + "# Clean up\n\n"
    + block("$ echo cleaning; sleep 0.2", "$ echo swept")
    + block("$ echo more")
)


def test_one_request_stops_the_command_and_cleans_up(stage: Stage) -> None:
    events = interrupting(stage, PAGE, at=["working"])
    text = "".join(event.text for event in events if isinstance(event, Output))
    assert "never" not in text
    assert text.endswith("cleaning\nswept\nmore\n")
    assert events[-1].interrupted  # type: ignore[attr-defined]
    assert [e.verdict for e in events if hasattr(e, "remedies")] == ["failed", "skipped", "passed", "passed"]


def test_two_requests_end_at_once(stage: Stage) -> None:
    page = PAGE.replace("sleep 0.2", "sleep 60")
    events = interrupting(stage, page, at=["working", "cleaning"])
    text = "".join(event.text for event in events if isinstance(event, Output))
    assert "swept" not in text
    assert "more" not in text
    assert events[-1].interrupted  # type: ignore[attr-defined]


def test_a_request_between_two_commands_is_heard(stage: Stage) -> None:
    stage.write("lab/page.md", block("$ sleep 60") + "# Clean up\n\n" + block("$ echo swept"))
    stage.write("lab/tests/hook-suite.sh", "echo $1\n")
    seen = []
    for event in stage.events("lab"):
        seen.append(event)
        if isinstance(event, CommandStarted) and not stage.stop.requested:
            stage.stop.request()
    assert [event.verdict for event in seen if isinstance(event, StepFinished)] == ["failed", "passed"]
    assert "".join(event.text for event in seen if isinstance(event, Output)) == "before\nswept\nafter\n"


def test_a_request_during_the_pause_is_heard(stage: Stage) -> None:
    stage.witness = Unwatched()
    stage.write("page.md", block("$ echo waiting", info="wait=60") + block("$ echo never"))
    verdicts = []
    for event in stage.events():
        if isinstance(event, Waiting):
            threading.Timer(0.05, stage.stop.request).start()
        if hasattr(event, "remedies"):
            verdicts.append((event.verdict, event.reasons))
    assert verdicts == [("failed", ("it was interrupted",)), ("skipped", ("the run was interrupted",))]


def test_every_step_is_begun_and_ended_skipped_ones_too(stage: Stage) -> None:
    seen = stage.rehearse(block("$ false") + block("$ true") + block("$ true", info="test=false"))
    assert [event.step for event in seen.events if isinstance(event, StepStarted)] == [1, 2, 3]
    assert [event.step for event in seen.steps] == [1, 2, 3]
