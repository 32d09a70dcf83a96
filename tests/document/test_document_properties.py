"""What holds for every text whatsoever."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from labrunner.document import parse
from labrunner.document.model import Document, SourceLine

PIECES = st.sampled_from(
    [
        *("```bash", "```", "~~~", "````bash", '```bash timeout=5m hook="a b" x', "```file", "```yaml {1}"),
        *(
            "$ ls",
            "$ echo 'a",
            "$ cat <<EOF",
            "EOF",
            "$ EOF",
            "$ for i in 1; do",
            "$ done",
            "done",
            "$",
            "$ ",
        ),
        *("$ kubectl get <pod>", "output", "...", "it's", "\\", "", "# Heading", "## Clean up", "---", "==="),
        *("<Tabs>", "<TabItem value=\"a\" label='b'>", "</TabItem>", "</Tabs>", "<!--", "-->", "{/*", "*/}"),
        *(":::tip", ":::", "- item", "1. item", "> quote", "title: x", "weight: ["),
    ]
)
INDENTATION = st.sampled_from(["", "  ", "    ", "\t", "> ", "- ", "   > ", " \t", "1. ", "      "])
LINES = st.builds(str.__add__, INDENTATION, PIECES | st.text(max_size=8))
PAGES = st.lists(LINES, max_size=25).map("\n".join) | st.text(max_size=200)


def source(document: Document, line: SourceLine) -> str:
    return document.text.split("\n")[line.number - 1][line.column - 1 :]


@settings(max_examples=400, deadline=None)
@given(PAGES)
def test_any_text_is_a_page(text: str) -> None:
    document = parse(text, "x.md")
    assert "\r" not in document.text


@settings(max_examples=400, deadline=None)
@given(PAGES)
def test_places_point_at_the_text_they_claim(text: str) -> None:
    document = parse(text, "x.md")
    lines = document.text.split("\n")
    for block in document.blocks:
        for line in (*block.lines, *block.files):
            assert source(document, line).startswith(line.text)
        opening = lines[block.span.line - 1]
        assert opening[block.span.column - 1 :].startswith(("```", "~~~"))
        assert 1 <= block.span.line <= block.span.end_line <= len(lines)
        for attribute in block.attributes:
            at = slice(attribute.span.column - 1, attribute.span.end_column - 1)
            assert lines[attribute.span.line - 1][at].startswith(attribute.name)
            assert attribute.value in lines[attribute.span.line - 1][at]
    for heading in document.headings:
        assert 1 <= heading.span.line <= heading.span.end_line <= len(lines)
    for problem in document.problems:
        assert 1 <= problem.span.line <= problem.span.end_line <= len(lines)
        assert 1 <= problem.span.column <= len(lines[problem.span.line - 1]) + 1


@settings(max_examples=400, deadline=None)
@given(PAGES)
def test_what_the_page_shows_is_what_would_run(text: str) -> None:
    document = parse(text, "x.md")
    reported = [problem.span for problem in document.problems]
    for block in document.blocks:
        told = [line for command in block.commands for line in (*command.lines, *command.output)]
        assert told == [line for line in block.lines if line in told], "in order, each once, none made up"
        for command in block.commands:
            shown = [line.text for line in command.lines]
            typed = command.text.split("\n")
            assert len(shown) == len(typed)
            for there, runs in zip(shown, typed, strict=True):
                assert there == runs or there[1:].lstrip(" \t") == runs.lstrip(" \t")
        if told:
            after = block.lines[block.lines.index(told[0]) :]
            lost = [line for line in after if line not in told and line.span not in reported]
            assert all(re.match(r"\s*(#|$)|\$", line.text) for line in lost)


@settings(max_examples=200, deadline=None)
@given(PAGES)
def test_reading_a_page_twice_says_the_same(text: str) -> None:
    once = parse(text, "x.md")
    assert parse(once.text, "x.md").blocks == once.blocks
