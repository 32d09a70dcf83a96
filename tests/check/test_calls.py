"""Programs, options and pipes are found in commands, with their places in the page."""

from pathlib import Path

import pytest

from labrunner.check.call import Call
from labrunner.check.page import Page
from labrunner.document import parse
from labrunner.document.model import Span
from labrunner.plan.model import LabDeclaration


def page_of(text: str) -> Page:
    return Page(Path("/page.md"), parse(text, "page.md"), LabDeclaration(), checked=True)


def calls(*lines: str) -> list[Call]:
    text = "```bash\n" + "".join(f"{line}\n" for line in lines) + "```\n"
    return [call for _, call in page_of(text).calls]


def programs(*lines: str) -> list[str]:
    return [call.program for call in calls(*lines)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("$ kubectl get pods", ["kubectl"]),
        ("$ /usr/bin/kubectl get pods", ["kubectl"]),
        ("$ A=1 kubectl get pods | jq .items", ["kubectl", "jq"]),
        ("$ export A=$(aws sts get-caller-identity)", ["aws", "export"]),
        ("$ timeout -k 5 10s sudo kubectl get pods", ["timeout", "sudo", "kubectl"]),
        ("$ if kubectl get ns x; then echo yes; fi", ["kubectl", "echo"]),
        ("$ diff <(kubectl get a) <(kubectl get b)", ["kubectl", "kubectl", "diff"]),
        ("$ (cd x && make) || true", ["cd", "make", "true"]),
        ("$ A=1", [""]),
        ("$ echo 'kubectl get pods'", ["echo"]),
        ('$ echo "$(date)"', ["date", "echo"]),
    ],
)
def test_every_program_is_found(line: str, expected: list[str]) -> None:
    assert programs(line) == expected


def test_words_lose_their_quotes_and_keep_their_places() -> None:
    (call,) = calls("$ echo 'a b' \"c\"d $E \"f $G\" 'h $I' é\\ j -- k")
    assert [word.text for word in call.words[1:]] == ["a b", "cd", "$E", "f $G", "h $I", "é j", "--", "k"]
    assert [word.literal for word in call.words[1:]] == [True, True, False, False, True, True, True, True]
    assert call.words[1].span == Span(2, 8, 2, 13)
    assert call.words[-1].span == Span(2, 44, 2, 45)


def test_plain_words_and_parsed_ones_are_the_same() -> None:
    plain, parsed = (
        calls("$ kubectl -n \"web\" get pods 'a b' $X"),
        calls("$ kubectl -n \"web\" get pods 'a b' $X ;"),
    )
    assert plain[0].words == parsed[0].words
    assert plain[0].span == parsed[0].span


def test_places_hold_over_lines_prompts_and_lists() -> None:
    page = page_of("- list\n\n  > ```bash\n  > $ kubectl get pods \\\n  >     --watch=é -w\n  > ```\n")
    ((_, call),) = page.calls
    word = call.flag("-w")
    assert word is not None
    assert page.lines[word.span.line - 1][word.span.column - 1 :] == "-w"


def test_options_are_found_in_either_form() -> None:
    (call,) = calls("$ kubectl wait --timeout=5m --for condition=Ready pod/web -n web -it -- --timeout=1s")
    assert call.option("--timeout") == ("5m", Span(2, 16, 2, 28))
    assert call.option("--for") == ("condition=Ready", Span(2, 29, 2, 50))
    assert call.option("--none") is None
    assert call.positional == ("wait", "pod/web")
    assert call.flag("-i") is not None
    assert call.flag("-w") is None


def test_a_letter_in_an_options_value_is_no_flag() -> None:
    (call,) = calls("$ kubectl get pods -owide")
    assert call.flag("-w") is None


def test_here_documents_belong_to_their_call() -> None:
    cat, kubectl = calls("$ cat <<-'EOF' | kubectl apply -f -", "\tkind: Pod", "\t  a: \"'", "\tEOF")
    (redirect,) = cat.redirects
    assert (redirect.operator, redirect.target.text) == ("<<", "EOF")
    assert redirect.text == "kind: Pod\n  a: \"'\n"
    assert redirect.text_span == Span(3, 1, 4, 9)
    assert kubectl.sources == (cat,)


def test_two_here_documents_are_told_apart() -> None:
    (call,) = calls("$ paste <<A /dev/fd/3 3<<B", "one", "A", "two", "B")
    assert [redirect.text for redirect in call.redirects] == ["one\n", "two\n"]


def test_what_a_process_substitution_prints_is_a_source() -> None:
    cat, envsubst, kubectl = calls("$ envsubst < <(cat x.yaml) | kubectl apply -f -")
    assert envsubst.sources == (cat,)
    assert kubectl.sources == (cat, envsubst)
    assert envsubst.piped
    assert not kubectl.piped


@pytest.mark.parametrize(
    ("line", "background", "tolerated", "within"),
    [
        ("$ sleep 5 &", True, False, set()),
        ("$ sleep 5 || true", False, True, set()),
        ("$ sleep 5 && true", False, False, set()),
        ("$ ! sleep 5", False, True, set()),
        ("$ while sleep 5; do true; done", False, True, {"loop"}),
        ("$ for i in 1; do sleep 5; done", False, False, {"loop"}),
        ("$ if true; then sleep 5; fi", False, False, {"condition"}),
        ("$ f() { sleep 5; }", False, False, {"function"}),
        ("$ echo $(sleep 5)", False, False, {"substitution"}),
    ],
)
def test_what_surrounds_a_call_is_known(
    line: str, background: bool, tolerated: bool, within: set[str]
) -> None:
    call = next(call for call in calls(line) if call.program == "sleep")
    assert (call.background, call.tolerated, set(call.within)) == (background, tolerated, within)


def test_a_wrapped_call_knows_its_wrapper() -> None:
    outer, inner = calls("$ timeout 10s kubectl get pods -w")
    assert inner.wrapper == outer
    assert inner.words == outer.words[2:]
