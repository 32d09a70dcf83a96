"""LAB401: a variable that nothing has set."""

import difflib
from collections.abc import Iterator

from labrunner.check.applied import Application, applications
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.manifest import Path
from labrunner.check.page import Page, PageCommand
from labrunner.check.rule import Example, PageRule
from labrunner.check.variables import (
    IN_TEXT,
    declared,
    is_known,
    set_before,
    set_by_hooks,
    sets,
    sets_anything,
    uses,
)

EXPLANATION = """
The shell takes an unset variable for nothing: `aws s3 cp model s3://$BUCKET/` goes to no bucket, and
`envsubst` leaves `image: ` behind. The error comes later and names something else.

Looked at are labs with a `lab.toml`, because it says what readers find in their terminal; in other labs
nobody can tell. A variable counts as set when the page or one before it sets it, in whatever way and in any
tab; when `lab.toml` declares it; and when every shell has it (`HOME`, `AWS_REGION`). Uses with a default are
fine, and after `source` or `eval` everything is. Manifests that go through `envsubst` are looked at, too.

**Instead**, correct the name, set the variable in the page before it is used, or declare it in `lab.toml`.
"""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield the first use of each variable that is not set."""
    own = {*declared(page.declaration), *set_by_hooks(page, lab)}
    # What earlier pages set can only lessen it, and costs a look at all of them.
    if page.declaration.path is None or not any(_looked_through(page, lab, own)):
        return
    before = set_before(page, lab)
    if before is not None:
        yield from _looked_through(page, lab, own | before)


def _looked_through(page: Page, lab: Lab, known: set[str]) -> Iterator[Found]:
    names = set(known)
    given: dict[int, list[Application]] = {}
    for application in applications(page, lab):
        given.setdefault(id(application.command), []).append(application)
    for command in page.commands:
        names.update(sets(command.command.text))
        if sets_anything(command):
            return
        yield from _unset(page, command, names)
        for application in given.get(id(command), ()):
            yield from _in_manifest(page, application, names)


def _unset(page: Page, command: PageCommand, names: set[str]) -> Iterator[Found]:
    for use in uses(command, but=names):
        if use.name not in names and not is_known(use.name):
            yield page.found(use.span, f"nothing sets ${use.name} before this; {_remedy(use.name, names)}")
            names.add(use.name)


def _in_manifest(page: Page, application: Application, names: set[str]) -> Iterator[Found]:
    chosen = application.substituted
    if chosen is None or application.here or application.address or application.deletes:
        return
    for manifest in application.manifests:
        for one in manifest.objects:
            for path, name in _references(one.data(), ()):
                if name not in names and not is_known(name) and (not chosen or name in chosen):
                    names.add(name)
                    place = f"{page.name}:{application.span.line}"
                    fact = f"nothing sets ${name} before {place} puts it in with envsubst"
                    yield Found(manifest.name, one.span(path), f"{fact}; {_remedy(name, names)}")


def _references(data: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the variables in an object's texts, with the way to each text."""
    if isinstance(data, str):
        yield from ((path, found[1] or found[2]) for found in IN_TEXT.finditer(data))
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _references(value, (*path, key))
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from _references(value, (*path, at))


def _remedy(name: str, names: set[str]) -> str:
    near = difflib.get_close_matches(name, names - {name}, n=1, cutoff=0.8)
    return f"did you mean ${near[0]}?" if near else "set it first, or declare it in lab.toml"


_DECLARED = {
    "modules/page/lab.toml": """\
[variables]
IMAGE = "nginx:1"
[[buckets]]
variable = "BUCKET"
prefix = "models"
""",
    "modules/web.yaml": "kind: Pod\nspec:\n  image: ${IMAGE}\n  nodeName: $NOD\n",
}

RULE = PageRule(
    code="LAB401",
    name="unset-variable",
    severity="error",
    summary="a variable is used that nothing has set",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            Without a `lab.toml` nobody knows.

            ```bash
            $ echo $SOMETHING
            ```
            """,
        ),
        Example(
            """
            ```bash
            $ echo $IMAGE $HOME $AWS_REGION ${NONE:-default} '$NONE' \\$NONE "$BUCKET" $1 $? $$
            $ for pod in a b; do echo $pod; done
            $ export NOD=$(kubectl get nodes -o name | awk '{print $NF}') && echo $NOD
            $ read -r ANSWER; echo $ANSWER $LATER_TOO
            $ envsubst < /workspace/modules/web.yaml | kubectl apply -f -
            $ cat <<'EOF' | envsubst '$IMAGE' | kubectl apply -f -
            nodeName: $NONE
            EOF
            $ source ./more.sh
            $ echo $WHO_KNOWS
            ```
            """,
            files={**_DECLARED, "content/before.md": "```bash\n$ LATER_TOO=1\n```\n"},
        ),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ echo $IMAGE
            $ aws s3 cp model.pt "s3://$BUCKETT/"
            ```
            """,
            finds=("3:28 $BUCKETT",),
            files=_DECLARED,
        ),
        Example(
            """
            ```bash
            $ cat /workspace/modules/web.yaml | envsubst | kubectl apply -f -
            $ cat <<EOF | kubectl apply -f -
            name: ${NONE}
            EOF
            $ echo "$NONE" ${OTHER%%.*}
            $ OTHER=1
            ```
            """,
            finds=("4:7 ${NONE}", "6:16 ${OTHER%%.*}", "modules/web.yaml:4:13 $NOD"),
            files=_DECLARED,
        ),
    ),
)
