"""`lab.toml`: what it may say, where it is found, and what is said of mistakes in it."""

from pathlib import Path

import pytest

from labrunner.errors import LabError
from labrunner.lab import load
from labrunner.lab.declaration import parse_declaration
from labrunner.plan.model import Bucket, LabDeclaration, Role

FULL = """\
title = "Inference"

[variables]
AWS_REGION = "us-west-2"
IMAGE = "registry.${AWS_REGION}/dl:${TAG}"
TAG = "1"

[[buckets]]
variable = "BUCKET"
prefix = "workshop-neuron"

[[roles]]
variable = "ROLE_ARN"
service_account = "aiml/inference"
buckets = ["BUCKET"]

[cleanup]
commands = [
  "kubectl delete namespace aiml",
  "rm -f /tmp/x",
]
namespaces = ["aiml"]

[mirror]
folder = "mirror"

[sandbox]
launch_seconds = 2
"""


def parsed(text: str, folder: Path) -> LabDeclaration:
    return parse_declaration(text, folder / "lab.toml", "m/lab.toml")


def test_everything_that_can_be_declared(tmp_path: Path) -> None:
    (tmp_path / "mirror").mkdir()
    declared = parsed(FULL, tmp_path)
    assert declared.title == "Inference"
    assert declared.variables == {
        "AWS_REGION": "us-west-2",
        "IMAGE": "registry.us-west-2/dl:1",
        "TAG": "1",
    }
    assert declared.buckets == (Bucket("BUCKET", "workshop-neuron"),)
    assert declared.roles == (Role("ROLE_ARN", "aiml/inference", ("BUCKET",)),)
    assert declared.namespaces == ("aiml",)
    assert declared.mirror == (tmp_path / "mirror").resolve()
    assert declared.launch_seconds == 2.0
    first, second = declared.cleanup_commands
    assert (first.text, first.name, first.line, first.column) == (
        "kubectl delete namespace aiml",
        "m/lab.toml",
        19,
        4,
    )
    assert second.line == 20


def test_an_empty_declaration_declares_nothing(tmp_path: Path) -> None:
    declared = parsed("", tmp_path)
    assert (declared.path, declared.variables, declared.mirror) == (tmp_path / "lab.toml", {}, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[variable]\nA = 'x'", "m/lab.toml:1: unknown key 'variable'; did you mean 'variables'?"),
        ("\nzzz = 1", "m/lab.toml:2: unknown key 'zzz'; known are title, variables, "),
        ("title = 3", "m/lab.toml:1: 'title' is not text; write title = \"3\""),
        ("[variables]\nA = 'x'\nB = 3", "m/lab.toml:3: 'variables.B' is not text; write B = \"3\""),
        ("[variables]\n'A-B' = 'x'", "m/lab.toml:2: 'A-B' is not a variable's name; use letters"),
        ("[variables]\nA = '${C}'", "m/lab.toml:2: variable 'A' refers to ${C}, which is not declared here"),
        (
            "[variables]\nA = '${B}'\nB = '${A}'",
            "m/lab.toml:2: variable 'A' refers to itself through B and A",
        ),
        ("[variables]\nA = '${A}'", "m/lab.toml:2: variable 'A' refers to itself through A"),
        ("[[buckets]]\nvariable = 'A'", "m/lab.toml:1: 'buckets.prefix' is missing; write prefix = "),
        ("[[buckets]]\nvariable = 'A'\nprefix = 'A_'", "m/lab.toml:3: no bucket's name begins with 'A_'"),
        ("[buckets]\nvariable = 'A'", "m/lab.toml:1: 'buckets' is not a list of tables; write [[buckets]]"),
        (
            "[[buckets]]\nvariable = 'A'\nprefix = 'aa'\n[[buckets]]\nvariable = 'B'\nprefx = 'bb'",
            "m/lab.toml:6: unknown key 'buckets.prefx'; did you mean 'prefix'?",
        ),
        ("[[roles]]\nvariable = 'A'\nservice_account = 'x'", "m/lab.toml:3: 'x' is not a service account"),
        (
            "[[roles]]\nvariable = 'A'\nservice_account = 'x/y'\nbuckets = ['B']",
            "m/lab.toml:4: role names bucket 'B', which is not declared",
        ),
        ("[cleanup]\ncommand = []", "m/lab.toml:2: unknown key 'cleanup.command'; did you mean 'commands'?"),
        ("[cleanup]\ncommands = 'ls'", "m/lab.toml:2: 'cleanup.commands' is not a list of texts"),
        ("[cleanup]\ncommands = ['']", "m/lab.toml:2: a clean-up command is empty"),
        ("[cleanup]\nnamespaces = ['A b']", "m/lab.toml:2: 'A b' is not a namespace's name"),
        ("[mirror]\nfolder = 'gone'", "m/lab.toml:2: mirror folder 'gone' is not there"),
        ("mirror = 'x'", "m/lab.toml:1: 'mirror' is not a table; write [mirror]"),
        (
            "[sandbox]\nlaunch_seconds = -1",
            "m/lab.toml:2: 'sandbox.launch_seconds' is not a number of seconds",
        ),
        ("[sandbox]\nlaunch_seconds = true", "'sandbox.launch_seconds' is not a number of seconds"),
        (
            "[variables]\nA = 'x'\n[[buckets]]\nvariable = 'A'\nprefix = 'aa'",
            "variable 'A' is declared twice",
        ),
        ("title = ", "m/lab.toml:1: declaration is not valid TOML: invalid value"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_do(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(LabError) as caught:
        parsed(text, tmp_path)
    assert sentence in str(caught.value)


PAGE = "```file\n{}\n```\n```bash\n$ ls\n```\n"


def declared_by(root: Path, page: str) -> LabDeclaration:
    return load(root / page, workspace=root).declaration


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize(
    ("named", "place"),
    [
        ("aiml/inferentia/trace.py", "modules/aiml/inferentia/lab.toml"),
        ("aiml/inferentia/trace.py", "modules/aiml/lab.toml"),
        ("aiml/inferentia/trace.py", "modules/lab.toml"),
        ("manifests/x/y.yaml", "manifests/lab.toml"),
        ("x", "docs/lab.toml"),
        ("x", "modules/page/lab.toml"),
    ],
)
def test_a_declaration_is_found_with_the_files_or_beside_the_page(
    tmp_path: Path, named: str, place: str
) -> None:
    write(tmp_path / "docs/page.md", PAGE.format(named))
    write(tmp_path / place, "title = 'found'")
    assert declared_by(tmp_path, "docs/page.md").title == "found"


def test_the_nearest_declaration_counts(tmp_path: Path) -> None:
    write(tmp_path / "page.md", PAGE.format("a/b/x"))
    write(tmp_path / "modules/a/lab.toml", "title = 'far'")
    write(tmp_path / "modules/a/b/lab.toml", "title = 'near'")
    assert declared_by(tmp_path, "page.md").title == "near"


def test_files_outside_the_workspace_declare_nothing(tmp_path: Path) -> None:
    write(tmp_path / "ws/page.md", PAGE.format("../../x\n/etc/y\n../x"))
    write(tmp_path / "lab.toml", "title = 'outside'")
    assert declared_by(tmp_path / "ws", "page.md") == LabDeclaration()


def test_declarations_of_several_pages_are_put_together(tmp_path: Path) -> None:
    write(tmp_path / "a.md", PAGE.format("one/x"))
    write(tmp_path / "b.md", PAGE.format("two/x"))
    write(tmp_path / "modules/one/lab.toml", "[variables]\nA = '1'\nR = 'x'\n[cleanup]\nnamespaces = ['n']")
    write(tmp_path / "modules/two/lab.toml", "[variables]\nB = '2'\nR = 'x'\n[cleanup]\nnamespaces = ['n']")
    declared = load(tmp_path, workspace=tmp_path).declaration
    assert declared.variables == {"A": "1", "R": "x", "B": "2"}
    assert declared.namespaces == ("n",)


def test_declarations_that_disagree_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.md", PAGE.format("one/x"))
    write(tmp_path / "b.md", PAGE.format("two/x"))
    write(tmp_path / "modules/one/lab.toml", "[variables]\nA = '1'")
    write(tmp_path / "modules/two/lab.toml", "[variables]\nA = '2'")
    with pytest.raises(LabError, match=r"A is '2', but '1' in .*lab.toml; let them agree"):
        load(tmp_path, workspace=tmp_path)
