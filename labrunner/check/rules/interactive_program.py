"""LAB411: a program that waits for somebody at the keyboard."""

from collections.abc import Iterator

from labrunner.check.call import Call, Word
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule

EXPLANATION = """
An editor, a pager, a shell or a question waits for keys that nobody presses in a run: the block is stopped
at its limit and fails. A shell started on its own also takes the next commands of the block away from the
reader's shell.

Looked at are editors, pagers, bare shells and interpreters, here and behind `kubectl exec … --`, `read`
from the terminal, `kubectl edit`, `aws configure` without a word behind it, `ssh-keygen` without `-f`. What
gets its input from a pipe or a file is left alone.

**Instead**, change files with a here-document, `sed` or `kubectl patch`; print with `cat`; give the shell
its command: `kubectl exec web -- sh -c '…'`. Where the reader is to do it, say `test=false`.
"""

EDITORS = ("vi", "vim", "nano", "emacs", "code", "pico")
PAGERS = ("less", "more", "man")
SHELLS = ("bash", "sh", "zsh", "ash", "python", "python3", "node", "irb", "psql", "mysql", "redis-cli")


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield programs that wait for keys."""
    for command, call in page.calls:
        if not command.runs or call.background or _is_fed(call):
            continue
        for word, fact in _waiting(call):
            yield page.found(word.span, f"{fact}; {_advice(word.text)}")


def _is_fed(call: Call) -> bool:
    return bool(call.sources) or any(one.operator.startswith("<") for one in call.redirects)


def _waiting(call: Call) -> Iterator[tuple[Word, str]]:
    program = call.program
    if program in EDITORS and not call.piped:
        yield call.words[0], f"{program} waits for somebody to edit"
    elif program in PAGERS and not call.piped:
        yield call.words[0], f"{program} waits for somebody to turn pages"
    elif program in SHELLS[:6] and len(call.words) == 1 and not call.piped:
        yield call.words[0], f"{program} on its own waits for commands"
    elif program == "read" and not {"loop", "function"} & call.within:
        yield call.words[0], "read waits for somebody to type"
    elif program == "kubectl":
        yield from _kubectl(call)
    elif call.positional == ("configure",) and program == "aws" and len(call.words) == 2:
        yield call.words[1], "aws configure asks questions"
    elif program == "ssh-keygen" and not call.flag("-f", "-y", "-l", "-R"):
        yield call.words[0], "ssh-keygen asks where to write"


def _kubectl(call: Call) -> Iterator[tuple[Word, str]]:
    verb = next(iter(call.operands), None)
    if verb is None:
        return
    if verb.text == "edit":
        yield verb, "kubectl edit opens an editor"
    elif verb.text in ("exec", "run", "debug") and len(call.own) < len(call.arguments):
        inner = call.arguments[len(call.own) + 1 :]
        if (
            len(inner) == 1
            and inner[0].text.rpartition("/")[2] in SHELLS
            and call.flag("-i", "-t", "--stdin")
        ):
            yield inner[0], f"{inner[0].text.rpartition('/')[2]} on its own waits for commands"


def _advice(program: str) -> str:
    name = program.rpartition("/")[2]
    if name in EDITORS:
        return "write the file with a here-document or sed, or add test=false"
    if name == "edit":
        return "use kubectl patch or apply, or add test=false"
    if name in PAGERS:
        return "print with cat or head, or add test=false"
    if name in SHELLS:
        return "give it its command with -c, or add test=false"
    return "give it its answers as options or from a pipe, or add test=false"


RULE = PageRule(
    code="LAB411",
    name="interactive-program",
    severity="error",
    summary="a program waits for somebody at the keyboard",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example("""
            ```bash
            $ bash setup.sh && sh -c 'ls' && python3 -m json.tool x.json
            $ curl -s https://example.com/install.sh | bash
            $ kubectl exec -it web -- bash -c 'ls /'
            $ kubectl exec web -- bash < script.sh
            $ kubectl get pods | while read -r name; do echo $name; done
            $ read -r NAME <<< "$(hostname)"
            $ aws configure set region us-west-2
            ```

            ```bash test=false
            $ kubectl edit deployment web
            ```
        """),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ kubectl exec -it web -- /bin/bash
            ```
            """,
            finds=("2:27 /bin/bash",),
        ),
        Example(
            """
            ```bash
            $ vi deployment.yaml
            $ kubectl -n web edit deployment web
            $ read -p "Go on?"
            $ bash
            $ kubectl get pods | less
            $ aws configure
            ```
            """,
            finds=("2:3 vi", "3:18 edit", "4:3 read", "5:3 bash", "7:7 configure"),
        ),
    ),
)
