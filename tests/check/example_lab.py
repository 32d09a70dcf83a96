"""A rule's example as the lab it describes, without a disk."""

from pathlib import Path
from textwrap import dedent

from labrunner.check.files import KeptFiles
from labrunner.check.gather import refusal
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.programs import Programs
from labrunner.check.rule import Example
from labrunner.document import parse
from labrunner.errors import LabrunnerError
from labrunner.lab.declaration import parse_declaration
from labrunner.plan.model import LabDeclaration

WORKSPACE = Path("/workspace-of-examples")
PAGE = "content/page.md"
DECLARATION = "modules/page/lab.toml"


def text_of(example: Example) -> str:
    return dedent(example.page).strip("\n") + "\n"


def lab_of(example: Example) -> Lab:
    """Return the example as a lab; pages beside the example's own are read, but not checked."""
    texts = {PAGE: text_of(example), **{name: dedent(text) for name, text in example.files.items()}}
    declared, refused = LabDeclaration(), []
    try:
        declared = parse_declaration(texts[DECLARATION], WORKSPACE / DECLARATION, DECLARATION)
    except LabrunnerError as error:
        refused.append(refusal(error))
    except KeyError:
        pass  # most examples declare nothing
    names = sorted(name for name in texts if name.startswith("content/") and name.endswith(".md"))
    return Lab(
        [Page(WORKSPACE / name, parse(texts[name], name), declared, checked=name == PAGE) for name in names],
        workspace=WORKSPACE,
        files=KeptFiles({WORKSPACE / name: text for name, text in texts.items()}),
        tools=Programs(),
        refused=refused,
    )
