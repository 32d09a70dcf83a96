"""Pages to documents: fences wherever they stand, headings, tabs, front matter, problems."""

import textwrap

import pytest

from labrunner.document import parse
from labrunner.document.model import Block, Document


def page(text: str) -> Document:
    return parse(textwrap.dedent(text).lstrip("\n"), "lab/page.md")


def commands(document: Document) -> list[str]:
    return [command.text for block in document.blocks for command in block.commands]


FENCE = "```bash\n$ ls\n```"

PLACES = {
    "top level": FENCE,
    "list item": "- a\n\n  " + FENCE.replace("\n", "\n  "),
    "numbered list item": "1. a\n   " + FENCE.replace("\n", "\n   "),
    "item's own line": "- " + FENCE.replace("\n", "\n  "),
    "nested list": "- a\n  - b\n\n    " + FENCE.replace("\n", "\n    "),
    "block quote": "> " + FENCE.replace("\n", "\n> "),
    "list in a quote": "> - " + FENCE.replace("\n", "\n>   "),
    "admonition": f":::tip\n\n{FENCE}\n\n:::",
    "admonition without blank lines": f":::tip Title\n{FENCE}\n:::",
    "indented admonition": "!!! note\n    " + FENCE.replace("\n", "\n    "),
    "details": f"<details>\n<summary>More</summary>\n\n{FENCE}\n\n</details>",
    "right under summary": f"<details><summary>More</summary>\n{FENCE}\n</details>",
    "tab": f'<Tabs>\n<TabItem value="a">\n\n{FENCE}\n\n</TabItem>\n</Tabs>',
    "indented tab": "<Tabs>\n  <TabItem>\n      "
    + FENCE.replace("\n", "\n      ")
    + "\n  </TabItem>\n</Tabs>",
    "indented by a tab character": "\t" + FENCE.replace("\n", "\n\t"),
    "indented under a sentence": "Do this:\n     " + FENCE.replace("\n", "\n     "),
    "tildes": "~~~bash\n$ ls\n~~~",
    "long fence": "````bash\n$ ls\n````",
    "never closed": "```bash\n$ ls",
    "windows line ends": FENCE.replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + FENCE,
}


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES)
def test_a_fence_counts_wherever_it_stands(text: str) -> None:
    document = parse(text + "\n", "x.md")
    (block,) = document.blocks
    assert [command.text for command in block.commands] == ["ls"]
    lines = document.text.split("\n")
    (line,) = block.lines
    assert lines[line.number - 1][line.column - 1 :] == line.text == "$ ls"
    assert lines[block.span.line - 1][block.span.column - 1] in "`~"


@pytest.mark.parametrize(
    "text", [f"<!--\n{FENCE}\n-->", f"{{/* {FENCE}\n*/}}", f"text\n<!-- a\n\n{FENCE}\n\n-->"]
)
def test_what_a_comment_hides_is_not_run(text: str) -> None:
    assert parse(f"{text}\n\n```bash\n$ pwd\n```", "x.md").blocks[0].commands[0].text == "pwd"


def test_a_comment_that_is_never_closed_is_reported() -> None:
    (problem,) = parse(f"a\n\n<!-- x\n{FENCE}", "x.md").problems
    assert "never closed" in problem.message
    assert problem.span.line == 3


def test_blocks_know_the_headings_they_stand_under() -> None:
    document = page(
        """
        # Lab
        ```bash
        $ a
        ```
        ## First *part*, `code` and [link](x) {#first}
        ### Deeper
        ```bash
        $ b
        ```
        Clean up
        --------
        ```bash
        $ c
        ```
        """
    )
    assert [block.headings for block in document.blocks] == [
        ("Lab",),
        ("Lab", "First part, code and link", "Deeper"),
        ("Lab", "Clean up"),
    ]
    assert [(heading.level, heading.span.line) for heading in document.headings] == [
        (1, 1),
        (2, 5),
        (3, 6),
        (2, 10),
    ]


def test_kinds_of_blocks() -> None:
    document = page(
        """
        ```sh
        $ shown
        ```
        ```
        $ shown
        ```
        ```file
        aiml/trace.py

          other.yaml
        ```
        ```BASH title="x"
        $ run
        ```
        """
    )
    assert [block.kind for block in document.blocks] == ["shown", "shown", "file", "bash"]
    assert commands(document) == ["run"]
    assert [(name.text, name.number, name.column) for name in document.blocks[2].files] == [
        ("aiml/trace.py", 8, 1),
        ("other.yaml", 10, 3),
    ]


def tabs(block: Block) -> list[tuple[int, str, str, bool]]:
    return [(tab.group, tab.label, tab.value, tab.first) for tab in block.tabs]


def test_blocks_know_their_tabs() -> None:
    document = page(
        """
        <Tabs groupId="os">
          <TabItem value="linux" label="On Linux" default>

        ```bash
        $ a
        ```

          </TabItem>
          <TabItem
            value="mac">
            ```bash
            $ b
            ```
          <Tabs><TabItem label={"inner"}>

        ```bash
        $ c
        ```

          </TabItem></Tabs>
          </TabItem>
        </Tabs>
        ```bash
        $ d
        ```
        About `<Tabs>` in text.
        ```bash
        $ e
        ```
        """
    )
    assert [tabs(block) for block in document.blocks] == [
        [(1, "On Linux", "linux", True)],
        [(1, "mac", "mac", False)],
        [(1, "mac", "mac", False), (2, "inner", "inner", True)],
        [],
        [],
    ]


def test_front_matter_gives_title_and_weight() -> None:
    document = page("---\ntitle: 'A lab'\nsidebar_position: 20\nweight: 3\n---\n# Heading\n")
    assert (document.title, document.weight) == ("A lab", 3.0)
    assert document.front_matter["sidebar_position"] == 20
    assert [heading.text for heading in document.headings] == ["Heading"]


def test_pages_without_front_matter_are_fine() -> None:
    document = page("Text.\n\n## Heading\n")
    assert (document.title, document.weight, document.front_matter) == ("Heading", None, {})
    assert page("").title == "page"


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("---\ntitle: [\n---\n", "not valid YAML", 3),
        ("---\n- a\n---\n", "'key: value'", 2),
        ("---\nweight: first\n---\n", "weight is 'first', not a number", 2),
        ("---\ndate: 2022-13-45\n---\n", "not valid YAML", 2),
    ],
)
def test_wrong_front_matter_is_reported_and_left_out(text: str, words: str, line: int) -> None:
    document = page(text + "# Heading")
    (problem,) = document.problems
    assert words in problem.message
    assert abs(problem.span.line - line) <= 1
    assert document.title == "Heading"


def test_a_fence_that_is_never_closed_is_reported() -> None:
    document = page("- ```bash\n  $ ls\n\nText\n")
    (problem,) = document.problems
    assert not document.blocks[0].closed
    assert (problem.span.line, problem.span.column) == (1, 3)


def test_attributes_of_other_languages_are_nobodys_business() -> None:
    document = page('```yaml title="x" timeot=3\na: b\n```\n')
    assert document.problems == ()
    assert document.blocks[0].attributes[0].value == "x"


def test_problems_point_into_the_page() -> None:
    document = page("> ```bash timeot=3\n> $ ls\n> ```\n")
    (problem,) = document.problems
    assert (problem.span.line, problem.span.column, problem.span.end_column) == (1, 11, 19)


def test_a_page_in_the_shape_of_the_inferentia_lab() -> None:
    document = page(
        """
        ---
        title: "Inference on an accelerator"
        sidebar_position: 2
        ---

        ## Compile

        ```file
        aiml/inferentia/compiler.yaml
        ```

        ```bash timeout=300
        $ echo $IMAGE
        $ envsubst < <(cat /workspace/modules/aiml/compiler.yaml) | kubectl -n aiml apply -f -
        $ kubectl -n aiml wait --for=condition=Ready --timeout=5m pod/compiler
        ```

        ```bash test=false
        $ kubectl logs -f -n karpenter deploy/karpenter -c controller

        2022-10-28T08:24:42.704Z        DEBUG   Created launch template  {"commit": "37c8653"}
        ```

        ```bash
        $ kubectl -n aiml exec -it inference -- python /inference.py

        Top 5 labels:
         ['tiger', 'lynx']
        ```

        ## Clean up

        ```bash timeout=180
        $ envsubst < <(cat /workspace/modules/aiml/compiler.yaml) | kubectl -n aiml delete -f -
        ```"""
    )
    file, first, shown, promised, last = document.blocks
    assert document.problems == ()
    assert [name.text for name in file.files] == ["aiml/inferentia/compiler.yaml"]
    assert (first.settings.timeout, len(first.commands)) == (300.0, 3)
    assert not shown.settings.test
    assert [line.text for line in promised.commands[0].output] == ["", "Top 5 labels:", " ['tiger', 'lynx']"]
    assert (last.closed, last.headings) == (True, ("Clean up",))


def test_a_fence_that_begins_inside_another_is_reported() -> None:
    document = page("```bash\n$ ls\n\nText.\n\n```bash\n$ pwd\n```\n")
    (problem,) = document.problems
    assert (problem.span.line, problem.message) == (
        6,
        "a fence begins inside the one of line 1; close that one first",
    )
    assert page("````bash\n$ cat <<EOF\n```bash\nEOF\n````\n").problems == ()
