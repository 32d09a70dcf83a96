"""A block's lines to commands and promised output."""

from labrunner.document.commands import commands_of
from labrunner.document.model import Command, SourceLine


def lines_of(block: str) -> list[SourceLine]:
    return [SourceLine(number, 1, text) for number, text in enumerate(block.split("\n"), start=1)]


def commands(block: str, *, raw: bool = False) -> tuple[Command, ...]:
    return commands_of(lines_of(block), raw=raw)[0]


def texts(block: str) -> list[str]:
    return [command.text for command in commands(block)]


def output(command: Command) -> list[str]:
    return [line.text for line in command.output]


def test_what_follows_a_command_is_its_output() -> None:
    first, second = commands("$ echo a\na\n$ echo b\nb\nB")
    assert (first.text, output(first)) == ("echo a", ["a"])
    assert (second.text, output(second)) == ("echo b", ["b", "B"])
    assert second.output[0].number == 4


def test_blank_lines_do_not_end_the_block() -> None:
    first, second = commands("$ kubectl get x\n\nNAME\n\npod\n\n$ ls\n\n")
    assert output(first) == ["", "NAME", "", "pod"]
    assert (second.text, output(second)) == ("ls", [])


def test_continuation_lines_may_be_bare() -> None:
    (command,) = commands("$ kubectl get pods \\\n  -n aiml\nNAME")
    assert command.text == "kubectl get pods \\\n  -n aiml"
    assert output(command) == ["NAME"]
    assert command.span.end_line == 2


def test_continuation_lines_may_have_prompts_of_their_own() -> None:
    (command,) = commands("$ for i in 1 2\n$ do\n$   echo $i\n$ done\n1\n2")
    assert command.text == "for i in 1 2\ndo\n  echo $i\ndone"
    assert output(command) == ["1", "2"]


def test_a_prompt_inside_a_here_document_is_text() -> None:
    (command,) = commands("$ cat <<'EOF' > README\nRun:\n$ make\nEOF")
    assert command.text == "cat <<'EOF' > README\nRun:\n$ make\nEOF"


def test_a_here_document_may_have_a_prompt_on_every_line() -> None:
    first, second = commands("$ cat <<EOF\n$ text\n$ EOF\ntext\n$ ls")
    assert first.text == "cat <<EOF\ntext\nEOF"
    assert output(first) == ["text"]
    assert second.text == "ls"


def test_a_here_document_that_is_never_closed_ends_before_the_next_prompt() -> None:
    first, second = commands("$ cat <<EOF\nhello\n EOF\n$ ls")
    assert (first.text, first.complete) == ("cat <<EOF\nhello\n EOF", False)
    assert (second.text, second.complete) == ("ls", True)


def test_a_placeholder_ends_with_its_line() -> None:
    first, second = commands("$ kubectl get <pod-name>\nNAME\n$ ls")
    assert (first.text, first.complete, output(first)) == ("kubectl get <pod-name>", False, ["NAME"])
    assert second.text == "ls"


def test_what_is_merely_unfinished_goes_on_to_the_next_prompt() -> None:
    first, second = commands("$ for i in 1 2; do\n  echo $i\n\n$ ls\n")
    assert (first.text, first.complete) == ("for i in 1 2; do\n  echo $i", False)
    assert second.text == "ls"


def test_comments_before_the_first_prompt_are_nobodys() -> None:
    block = "# First, look around\n\n$ ls"
    found, problems = commands_of(lines_of(block), raw=False)
    assert [command.text for command in found] == ["ls"]
    assert problems == ()


def test_text_before_the_first_prompt_is_reported() -> None:
    _, problems = commands_of(lines_of("export A=1\n$ echo $A"), raw=False)
    (problem,) = problems
    assert problem.span.line == 1
    assert "never run" in problem.message


def test_each_command_of_a_block_without_prompts_stands_for_itself() -> None:
    first, second, third = commands("\nexport A=1\n\n# greet\nfor x in 1 2\ndo echo $x\ndone\nls \\\n  -l\n")
    assert first.text == "export A=1"
    assert (second.text, second.lines[0].number) == ("for x in 1 2\ndo echo $x\ndone", 5)
    assert third.text == "ls \\\n  -l"


def test_what_is_never_complete_in_a_block_without_prompts_is_one_command_with_the_rest() -> None:
    first, second = commands("ls\necho 'open\nls\n")
    assert (first.text, first.complete) == ("ls", True)
    assert (second.text, second.complete) == ("echo 'open\nls", False)


def test_a_script_that_only_comments_has_nothing_to_run() -> None:
    assert commands("# nothing here\n\n") == ()
    assert commands("") == ()


def test_raw_takes_prompts_for_text() -> None:
    (command,) = commands("cat > x <<EOF\n$ a\nEOF\n", raw=True)
    assert command.text == "cat > x <<EOF\n$ a\nEOF"


def test_a_prompt_without_a_command_is_none() -> None:
    assert texts("$ ls\n$\n") == ["ls"]
    assert texts("$ \n") == []


def test_dollar_signs_that_are_no_prompt_are_output() -> None:
    (command,) = commands("$ cat prices\n$5\n$HOME")
    assert output(command) == ["$5", "$HOME"]


def test_several_here_documents_on_one_line_are_read_in_turn() -> None:
    (command,) = commands("$ cat <<A; cat <<B\n$ a\nA\n$ b\n$ B\nout")
    # The first is closed by a bare line, so its text is literal; the second by one with a prompt.
    assert command.text == "cat <<A; cat <<B\n$ a\nA\nb\nB"
    assert output(command) == ["out"]


def test_text_behind_a_prompt_without_a_command_is_reported() -> None:
    found, (problem,) = commands_of(lines_of("$ ls\n$\nnobody's"), raw=False)
    assert [command.text for command in found] == ["ls"]
    assert problem.span.line == 3


def test_a_dollar_sign_in_the_middle_of_a_continuation_line_stays() -> None:
    assert texts("$ grep -E \\\n    'a$ |b' x") == ["grep -E \\\n    'a$ |b' x"]


def test_indented_prompts_are_reported() -> None:
    _, (problem,) = commands_of(lines_of("  $ ls\n  $ pwd"), raw=False)
    assert (problem.span.line, "begin the line" in problem.message) == (1, True)
    assert commands_of(lines_of("cat <<EOF\n$5 $ x\nEOF"), raw=False)[1] == ()
