"""LAB202: a command reads a path of the workspace that is not there and that nothing has made."""

import difflib
from collections.abc import Iterator
from pathlib import Path

from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.references import made_by, mentions
from labrunner.check.rule import Example, PageRule

EXPLANATION = """
`/workspace/…` is the lab's own workspace, the same for every reader, so a path in a command can be looked
up before anybody types it.

Never reported are paths with a variable or a pattern in them, and paths that an earlier command may have
made: by a redirection, or by a program such as `cp`, `mkdir`, `git`, `curl`, `tar` that names the path or a
folder above it.

**Instead**, correct the path, add the file, or let the lab make it first.
"""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield the paths that nobody will find."""
    missing = [
        mention
        for mention in mentions(page, lab)
        if not mention.written
        and not lab.files.is_file(mention.path)
        and not lab.files.is_folder(mention.path)
    ]
    if not missing:
        return
    made = {path for other in lab.earlier(page) for _, call in other.calls for path in made_by(call, lab)}
    at = 0
    for mention in missing:
        while at < len(page.calls) and page.calls[at][1] is not mention.call:
            made.update(made_by(page.calls[at][1], lab))
            at += 1
        made.discard(lab.workspace)
        if not made.intersection((mention.path, *mention.path.parents)):
            yield page.found(mention.span, f"there is no {mention.text}; {_advice(mention.path, lab)}")


def _advice(path: Path, lab: Lab) -> str:
    near = difflib.get_close_matches(path.name, lab.files.names(path.parent), n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    if lab.files.names(path.parent):
        return "correct the path, or add the file"
    return f"its folder is not there either: correct the path, or add {path.name!r}"


RULE = PageRule(
    code="LAB202",
    name="missing-path",
    severity="error",
    summary="a command reads a path of the workspace that is not there",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash
            $ kubectl apply -f /workspace/modules/web/web.yaml -k /workspace/modules/web/
            $ kubectl create configmap x --from-file=words=/workspace/modules/web/web.yaml
            $ cat /workspace/modules/$NAME/web.yaml /workspace/modules/*/none.yaml
            $ kubectl exec web -- cat /etc/passwd
            ```
            """,
            files={"modules/web/web.yaml": ""},
        ),
        Example(
            """
            ```bash
            $ mkdir -p /workspace/made/here
            $ kubectl get pods > /workspace/pods.txt
            $ cat /workspace/made/here/file /workspace/pods.txt /workspace/before
            $ git clone https://example.com/x.git /workspace/clone && cat /workspace/clone/README.md
            ```
            """,
            files={"content/a.md": "```bash\n$ touch /workspace/before\n```\n"},
        ),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ envsubst < <(cat /workspace/modules/web/deploy.yaml) | kubectl apply -f -
            ```
            """,
            finds=("2:20 /workspace/modules/web/deploy.yaml",),
            files={"modules/web/deployment.yaml": ""},
        ),
        Example(
            """
            ```bash
            $ kubectl cp "/workspace/modules/none.py" web:/ && kubectl apply --filename=/workspace/a.yaml
            $ kubectl get pods > /workspace/modules/later.txt < /workspace/modules/later.txt
            ```
            """,
            finds=(
                "2:15 /workspace/modules/none.py",
                "2:77 /workspace/a.yaml",
                "3:53 /workspace/modules/later.txt",
            ),
        ),
    ),
)
