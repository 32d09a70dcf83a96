"""LAB702: a package installed from PyPI, where it is only a placeholder."""

import re
from collections.abc import Iterator

from labrunner.check.call import Call, Word
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.references import mentions
from labrunner.check.rule import Example, PageRule
from labrunner.document.model import Span

EXPLANATION = """
The AWS Neuron packages on PyPI (`torch-neuron`, `torch-neuronx`, `neuron-cc`, `neuronx-cc`) are placeholders:
they install, and raise `WRONG PACKAGE` when they are imported. The real ones are in AWS's own index.

Looked at are `pip install` in commands, in pods too, and requirements files that they name. Nothing is said
when an index is given, on the command line, in the file, or anywhere in the page.

**Instead**, `pip install --extra-index-url https://pip.repos.neuron.amazonaws.com torch-neuron`, or take an
image that has the SDK.
"""

PLACEHOLDERS = frozenset({"torch-neuron", "torch-neuronx", "neuron-cc", "neuronx-cc"})
INDEX = "https://pip.repos.neuron.amazonaws.com"
_INDEX = re.compile(
    r"--(?:extra-)?index-url|--find-links|PIP_(?:EXTRA_)?INDEX_URL|pip\.repos\.neuron|\bpip config\b"
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield the placeholders that are installed."""
    text = page.document.text
    if "pip" not in text or "install" not in text or _INDEX.search(text):
        return
    installing = [(command, words) for command, call in page.calls if (words := list(_installed(call)))]
    for _, words in installing:
        for word in words:
            if (name := _package(word.text)) in PLACEHOLDERS:
                yield page.found(word.span, _message(name))
    commands = {id(command) for command, _ in installing}
    for mention in mentions(page, lab) if installing else ():
        if id(mention.command) in commands and mention.path.suffix == ".txt":
            required = lab.files.text(mention.path) or ""
            yield from _required(required, lab.shown(mention.path))


def _installed(call: Call) -> Iterator[Word]:
    """Yield the words behind `pip install`, whatever starts pip: `kubectl exec … --`, `python -m`."""
    if call.wrapper is not None:
        return
    words, texts = call.words, [word.text.rpartition("/")[2] for word in call.words]
    for at, text in enumerate(texts[:-1]):
        if text in ("pip", "pip3") and texts[at + 1] == "install" and "-i" not in texts:
            yield from (word for word in words[at + 2 :] if not word.text.startswith("-"))
            return


def _required(text: str, name: str) -> Iterator[Found]:
    if _INDEX.search(text):
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if (package := _package(line)) in PLACEHOLDERS:
            width = len(_NAME.match(line)[0])  # type: ignore[index]  # it is how the package was found
            yield Found(name, Span(number, 1, number, 1 + width), _message(package))


def _package(text: str) -> str:
    found = _NAME.match(text)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def _message(name: str) -> str:
    return f"{name!r} on PyPI is a placeholder that cannot be imported; add --extra-index-url {INDEX}"


RULE = PageRule(
    code="LAB702",
    name="placeholder-package",
    severity="error",
    summary="a package is installed from PyPI, where it is only a placeholder",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash
            $ pip install --extra-index-url https://pip.repos.neuron.amazonaws.com torch-neuron
            $ pip install torch neuronx-cc
            ```
            """,
        ),
        Example(
            """
            ```bash
            $ pip install torch torchvision
            $ pip show torch-neuron
            $ kubectl exec compiler -- python -c 'import torch_neuron'
            ```
            """,
        ),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ kubectl exec compiler -- pip install 'torch-neuron==1.12.*' pillow
            ```
            """,
            finds=("2:40 'torch-neuron==1.12.*'",),
        ),
        Example(
            """
            ```bash
            $ python -m pip install -r /workspace/modules/requirements.txt Neuron_CC[tensorflow]
            ```
            """,
            finds=("2:64 Neuron_CC[tensorflow]", "modules/requirements.txt:2:1 torch_neuronx"),
            files={"modules/requirements.txt": "torch\ntorch_neuronx>=2\n"},
        ),
    ),
)
