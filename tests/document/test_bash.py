"""When a command is complete: bash itself is asked, for written examples and for lines thrown together."""

import shutil
import subprocess
import time

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from labrunner.document.bash import Reader, is_plain

BASH = shutil.which("bash") or "/bin/bash"

# Each is one command over several lines: no proper beginning of it is complete, all of it is.
COMMANDS = [
    "kubectl get pods \\\n  -n aiml \\\n  -o wide",
    "echo one |\nwc -l",
    "true &&\ntrue ||\nfalse",
    'echo "a\n\nb"',
    "kubectl patch x -p '\n{\"a\": 1}\n'",
    "x=$(date\n)",
    "echo `date\n`",
    "for i in 1 2; do\n  echo $i\ndone",
    "for i in 1 2\ndo\necho $i\ndone",
    "for ((i=0; i<3; i++)); do\necho $i\ndone",
    "while read line; do\nif true; then\necho x\nelse\necho y\nfi\ndone < /dev/null",
    "until false\ndo\nls\ndone",
    "if true\nthen\nls\nelif false; then\nls\nfi",
    "case $x in\na) ls;;\n*)\n  ls\n  ;;\nesac",
    "{\nls\n}",
    "(\ncd /tmp\nls)",
    "f() {\nls\n}",
    "function g {\nls\n}",
    "a=(1\n2)",
    "[[ a == b &&\nc == d ]]",
    "echo $((1 +\n2))",
    "select x in a b; do\nbreak\ndone",
    "cat <<EOF\nhello\nEOF",
    "cat <<'EOF'\n$(not closed\n\"\nEOF",
    'cat <<"A B"\nx\nA B',
    "cat <<\\EOF\n`\nEOF",
    "cat <<-YAML\n\ta: b\n\tYAML",
    "cat <<EOF\n EOF\nEOF ok\nEOF\t\nEOF",
    "cat <<A; cat <<B\na\nA\nb\nB",
    "cat <<'A' <<-B\nB\nA\nA\n\tB",
    "cat <<EOF>f\nx\nEOF",
    "cat <<EOF|wc\nx\nEOF",
    "cat <<EOF | grep x &&\nx\nEOF\nls",
    "cat <<EOF \\\n| wc\nx\nEOF",
    "cat <<EOF > f && kubectl apply -f f\nx: y\nEOF",
    'x="$(cat <<EOF\nquote " here\nEOF\n)"',
    "(cat <<EOF)\nx\nEOF",
    "if grep x <<EOF; then\nx\nEOF\nls\nfi",
    "for i in 1; do\ncat <<EOF\ndone\nEOF\ndone",
    "cat <<EOF\nRUN a \\\nEOF\nEOF",
    "cat <<'EOF'\nRUN a \\\nEOF",
    "kubectl apply -f - <<EOF # a comment's quote\nx\nEOF",
    "cat <<EOF1 <<EOF2\nEOF2\nEOF1\nEOF1\nEOF2",
]

SINGLE = [
    "ls",
    "envsubst < <(cat x.yaml) | kubectl apply -f -",
    "echo $X ${Y} \"$Z\" 'it is'",
    "ls # it's fine",
    "cat <<< EOF",
    "cat <<<EOF",
    'echo "a <<EOF b"',
    "echo '<<EOF'",
    "# <<EOF",
    "# ends in a backslash \\",
    "echo a\\\\",
    "(( x = 1 << 2 ))",
    "echo $((1<<2))",
    "sleep 5 &",
    "[ -f x ] || exit 1",
    "! true",
    "echo hi!there",
    "kubectl get po -o jsonpath='{.items[0].metadata.name}'",
    "kubectl get po -o=jsonpath={.items[0].metadata.name}",
    "echo ${A:-b} ${A//x/y} ${#A} ${A%%.*}",
    "aws eks describe-cluster --query 'cluster.{a:b}' --output text",
    "diff <(ls a) <(ls b)",
    "echo $'a\\'b'",
    "export X=$(cat f | jq -r '.a[] | select(.b == \"c\")')",
    "timeout 10s kubectl logs -f x | head -n 3",
]


def complete(text: str) -> bool:
    reader = Reader()
    for line in text.split("\n"):
        reader.add(line)
    return reader.complete


def bash_says(text: str) -> str:
    """What bash itself makes of a text: "complete", "open" (it wants more) or "wrong"."""
    checked = subprocess.run([BASH, "-n", "-c", text], capture_output=True, check=False)
    complaint = checked.stderr.decode(errors="replace")
    if any(words in complaint for words in ("unexpected EOF", "unexpected end of file", "by end-of-file")):
        return "open"
    return "wrong" if complaint or checked.returncode else "complete"


@pytest.mark.parametrize("text", COMMANDS)
def test_a_command_is_complete_at_its_last_line_and_no_earlier(text: str) -> None:
    assert bash_says(text) == "complete"
    lines = text.split("\n")
    for end in range(1, len(lines)):
        assert not complete("\n".join(lines[:end])), "\n".join(lines[:end])
    assert complete(text)


@pytest.mark.parametrize("text", SINGLE)
def test_a_single_line_is_complete(text: str) -> None:
    assert bash_says(text) == "complete"
    assert is_plain(text) or complete(text)


@pytest.mark.parametrize("text", ["kubectl get <pod-name>", "echo >", "ls | | wc", "a; ; b", "echo )"])
def test_what_is_wrong_for_good_is_neither_complete_nor_unfinished(text: str) -> None:
    reader = Reader()
    reader.add(text)
    assert not reader.complete
    assert not reader.unfinished


def test_a_redirection_does_not_take_its_target_from_the_next_line() -> None:
    assert not complete("kubectl get <pod-name>\nkubectl get pods")
    assert complete("cat < \\\nfile")


@pytest.mark.parametrize(
    "text", ["for", "if x", "while true; do", "echo 'a", "ls |", "ls \\", "ls && # x", "f() {"]
)
def test_words_that_a_look_settles_are_never_unfinished_ones(text: str) -> None:
    assert not is_plain(text)


# No backquotes: `bash -n` does not look into them.
FRAGMENTS = r"""
for i in 1 2; do|for i in a b|do|done|echo $i|((i++))|until false; do
if true; then|if true|then|else|fi|if [ "$a" = "b" ]; then echo; fi
case $x in|a) echo x;;|*)|;;|esac
{ echo a;|}|[ -f x ] && {|( cd /tmp|ls)|f() {|function g {
cat <<EOF|cat <<'EOF' > f|cat <<-EOF|EOF|EOF2|  EOF|cat <<EOF2 && cat <<EOF|cat <<EOF \|cat <<\EOF
cat <<<foo|echo "<<EOF"|export A="$(cat <<EOF|)"
echo "a|b"|echo 'c|d'|echo $'a\'b'|echo \"|# comment 'x|echo a # it's
x=$(ls|echo $((1 +|2))|a=(1|2)|echo ${A:-b}|diff <(ls a) <(ls b)
true &&|false|ls \|-l|! true|sleep 1 &|echo {a,b}|time ls|wc -l|kubectl get <pod>
"""
LINES = st.sampled_from(
    [part for row in FRAGMENTS.strip().split("\n") for part in row.split("|")] + ["ls |", ""]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINES, min_size=1, max_size=5))
def test_bash_agrees_wherever_it_finds_no_mistake(lines: list[str]) -> None:
    text = "\n".join(lines)
    verdict = bash_says(text)
    # `bash -n` forgives a backslash at the very end, where a person would be asked for more.
    if verdict == "wrong" or lines[-1].endswith("\\"):
        return
    assert complete(text) == (verdict == "complete")


WORDS = st.sampled_from(
    [
        *(
            "ls",
            "for",
            "if",
            "while",
            "case",
            "do",
            "done",
            "{",
            "}",
            "[[",
            "!",
            "time",
            "coproc",
            "in",
            "esac",
        ),
        *('"a b"', "'c'", '"', "'", "$A", "${B}", "--x=1", "%", "#", "a#"),
    ]
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    st.lists(WORDS | st.text("a1%=.,:@+~/-", min_size=1, max_size=4), min_size=1, max_size=4).map(" ".join)
)
def test_what_a_look_settles_bash_does_not_wait_for(text: str) -> None:
    assume(is_plain(text))
    assert bash_says(text) != "open"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="<>-'\"\\$(){}|&;#`EOF ab\t", max_size=12), max_size=6))
def test_any_text_can_be_read(lines: list[str]) -> None:
    reader = Reader()
    for line in lines:
        reader.add(line)
    assert reader.complete in (True, False)
    assert reader.unfinished in (True, False)


def test_a_quote_left_open_before_a_huge_listing_is_given_up() -> None:
    from labrunner.document.commands import commands_of
    from labrunner.document.model import SourceLine

    texts = ["$ echo it's", *(f"pod-{number} 1/1 Running" for number in range(20_000)), "$ ls"]
    lines = [SourceLine(number, 1, text) for number, text in enumerate(texts, start=1)]
    begun = time.perf_counter()
    commands, _ = commands_of(lines, raw=False)
    assert time.perf_counter() - begun < 5
    assert commands[-1].text == "ls"
