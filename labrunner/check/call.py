"""A call of one program in a command, as rules ask about it: which program, which options, where from and to.

How calls are found in a command's text is left to `calls`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from labrunner.document.model import Span


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a call."""

    text: str
    """What the program gets, quotes taken away; expansions stand in it as they are written."""
    span: Span
    literal: bool = True
    """Whether nothing in it is expanded, so that `text` is exactly what the program gets."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a call reads from or writes to."""

    operator: str
    """`<`, `>`, `>>`, `&>`, `<<`, `<<<` and so on, without a descriptor's number."""
    target: Word
    """For `<<`, the delimiter."""
    text: str | None = None
    """For `<<`, the here-document, before any expansion."""
    text_span: Span | None = None
    """For `<<`, where that text stands."""


Setting = Literal["plain", "substitution", "condition", "loop", "function"]


# Without slots: rules ask for the same few readings of a call again and again, so those are kept.
@dataclass(frozen=True)
class Call:
    """One program, or shell builtin, with its words."""

    words: tuple[Word, ...]
    """The program first; empty when only variables are assigned."""
    span: Span
    assignments: tuple[Word, ...] = ()
    """`NAME=value` before the program, or all there is."""
    redirects: tuple[Redirect, ...] = ()
    """Its own, and those of the group it stands in."""
    sources: tuple["Call", ...] = ()
    """What it reads from a pipe or a `<(…)`: the calls before it in its pipeline, in order."""
    piped: bool = False
    """Whether its output goes into a pipe or a substitution: the reader does not see it."""
    background: bool = False
    """Whether the shell goes on without waiting for it: `&`."""
    tolerated: bool = False
    """Whether the command goes on when it fails: before `||`, in a condition, behind `!`, in a pipe."""
    within: frozenset[Setting] = field(default_factory=frozenset)
    """The constructs that it stands in."""
    wrapper: "Call | None" = None
    """The call that starts it: of `timeout 9 kubectl …` for the call of kubectl; `None` for most."""

    @cached_property
    def program(self) -> str:
        """The program's name without its folder; empty when only variables are assigned."""
        return self.words[0].text.rpartition("/")[2] if self.words else ""

    @property
    def arguments(self) -> tuple[Word, ...]:
        """All words behind the program."""
        return self.words[1:]

    @cached_property
    def own(self) -> tuple[Word, ...]:
        """The words that are the program's own: those behind `--` belong to what it starts elsewhere."""
        for at, word in enumerate(self.words):
            if word.text == "--":
                return self.words[1:at]
        return self.words[1:]

    def flag(self, *names: str) -> Word | None:
        """Return the first word that is one of these options, alone or with `=value`.

        A bundle of single letters counts for each of them: `-it` for `-i`.
        """
        return next((word for word in self.own if any(_is(word.text, name) for name in names)), None)

    def option(self, *names: str) -> tuple[str, Span] | None:
        """Return an option's value and where option and value stand: `--name=value` or `--name value`."""
        own = self.own
        for at, word in enumerate(own):
            name, equals, value = word.text.partition("=")
            if name in names and equals:
                return value, word.span
            if word.text in names and at + 1 < len(own):
                return own[at + 1].text, joined(word.span, own[at + 1].span)
        return None

    def options(self, *names: str) -> Iterator[Word]:
        """Yield the values of an option that may be given more than once, with their own places."""
        own = self.own
        for at, word in enumerate(own):
            name, equals, value = word.text.partition("=")
            if name in names and equals:
                span = word.span
                start = span.end_column - len(value) if span.line == span.end_line else span.column
                yield Word(value, Span(span.line, start, span.end_line, span.end_column), word.literal)
            elif word.text in names and at + 1 < len(own):
                yield own[at + 1]

    def is_call_of(self, program: str, *verbs: str) -> bool:
        """Whether it calls `program` with these words as its first ones that are not options.

        Options that take a value as a word of its own are known for kubectl, helm, aws and eksctl.
        """
        return self.program == program and self.positional[: len(verbs)] == verbs

    @cached_property
    def positional(self) -> tuple[str, ...]:
        """The texts of its own words that are neither options nor their values."""
        return tuple(word.text for word in self.operands)

    @cached_property
    def operands(self) -> tuple[Word, ...]:
        """Its own words that are neither options nor their values.

        A word behind an option in the form `--name value` cannot be told from an operand without knowing
        the program; the options in question are those in `VALUED`.
        """
        found, passed_over = [], False
        valued = VALUED.get(self.program, frozenset())
        for word in self.own:
            if passed_over:
                passed_over = False
            elif word.text.startswith("-") and word.text != "-":
                passed_over = word.text in valued
            else:
                found.append(word)
                if self.program == "kubectl" and word.text == "logs":
                    valued -= {"-f", "-p"}
        return tuple(found)


_KUBECTL = "-n --namespace -f --filename -k --kustomize -o --output -l --selector -c --container --context"
_KUBECTL += " --kubeconfig --timeout --for --field-selector --sort-by --as --cluster --user -p --patch --type"
_KUBECTL += " --replicas --tail --since --image --port --from-file --from-literal --env --restart --overrides"
_KUBECTL += " --cascade --grace-period -L --label-columns -v --field-manager --subresource --patch-file"
_KUBECTL += " --pod-running-timeout --target --name --type --cert --key --raw --template --max-log-requests"
_HELM = "-n --namespace -f --values --set --set-string --version --repo --timeout -o --output --kube-context"
_HELM += " --set-file --description --history-max"
_AWS = "--region --profile --output --query --endpoint-url --cli-read-timeout --cli-connect-timeout"
_EKSCTL = "-f --config-file --name -n --cluster --region --timeout --namespace"
VALUED = {
    "kubectl": frozenset(_KUBECTL.split()),
    "helm": frozenset(_HELM.split()),
    "aws": frozenset(_AWS.split()),
    "eksctl": frozenset(_EKSCTL.split()),
    "curl": frozenset({"-o", "-m", "--max-time", "-X", "-H", "-d", "--data", "-u", "-w", "--retry"}),
    "timeout": frozenset({"-s", "--signal", "-k", "--kill-after"}),
    "watch": frozenset({"-n", "--interval"}),
    "sudo": frozenset({"-u", "-g"}),
    "xargs": frozenset({"-n", "-I", "-P", "-L", "-d"}),
    "nice": frozenset({"-n"}),
    "env": frozenset({"-u"}),
}
"""By program, the options that take the next word as their value and that labs use."""


_BUNDLED = frozenset("itfwrqvA")
"""Letters that stand in bundles. With any other one it may be an option with its value: `-owide`."""


def joined(first: Span, last: Span) -> Span:
    """Return the stretch from the beginning of one span to the end of another."""
    return Span(first.line, first.column, last.end_line, last.end_column)


def _is(word: str, name: str) -> bool:
    if word == name or word.startswith(f"{name}="):
        return True
    bundled = len(name) == 2 and len(word) > 2 and word[0] == "-" and set(word[1:]) <= _BUNDLED
    return bundled and name[1] in word
