"""What secrets look like.

A shape is a sequence of parts, so that from one description come both the pattern that finds it whole and
the pattern that finds the beginning of one at the end of a text: output arrives in pieces. Sources: the
providers' own documents and GitHub's secret-scanning list. What a shape is replaced by, and when, is left
to `redact`.
"""

import re
from dataclasses import dataclass
from functools import cached_property

ANSI = r"\x1b\[[0-9;]{0,16}m"
"""jq colours a key and its value: the codes stand between them."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a shape."""

    whole: str
    """Pattern of the complete piece."""
    begun: str
    """Pattern of any beginning of it, the empty one included."""


def text(literal: str) -> Part:
    """Exactly these characters."""
    begun = ""
    for character in reversed(literal[:-1]):
        begun = f"(?:{re.escape(character)}{begun})?"
    return Part(re.escape(literal), begun)


def word(literal: str) -> Part:
    """These characters, whatever their case; between its parts, marked by spaces, an optional `_` or `-`."""
    whole, begun = "", ""
    for character in reversed(literal):
        piece = "[_-]?" if character == " " else f"(?i:{re.escape(character)})"
        begun = f"(?:{piece}{begun})?" if whole else ""
        whole = piece + whole
    return Part(whole, begun)


def run(kind: str, least: int, most: int | None = None) -> Part:
    """So many characters of one kind."""
    longest = "" if most is None else most
    return Part(f"{kind}{{{least},{longest}}}", f"{kind}{{0,{longest}}}")


def one_of(*literals: str) -> Part:
    """One of several literals."""
    parts = [text(literal) for literal in literals]
    return Part(f"(?:{'|'.join(p.whole for p in parts)})", f"(?:{'|'.join(p.begun for p in parts)})")


def _gap(least: int) -> Part:
    whole = rf"(?:[ \t\"'\\]|{ANSI}){{{least},12}}"
    return Part(whole, rf"(?:[ \t\"'\\]|{ANSI}){{0,12}}(?:\x1b(?:\[[0-9;]{{0,16}})?)?")


GAP = _gap(0)
SPACE = _gap(1)
IS = (GAP, run("[:=>]", 1, 2), GAP)
"""Between a key and its value: `key: value`, `key=value`, `"key": "value"`, `<key>value`."""

VALUE = "[A-Za-z0-9+/=_.~%-]"


@dataclass(frozen=True)
class Shape:
    """What one kind of secret looks like."""

    name: str
    """What people call it; shown in its place."""
    keys: tuple[str, ...]
    """Lower-case texts with which it begins: only where one of them stands can one be."""
    secret: tuple[Part, ...]
    """What must not be seen."""
    before: tuple[Part, ...] = ()
    """What gives it away and is not secret itself."""
    after: str = ""
    """What has to follow, as a look-ahead of one character; empty when anything may."""
    rest: str = VALUE
    """The characters of one that is longer than anyone would hold back."""
    inside_words: bool = False
    """Whether it may begin in the middle of a word."""
    by_context: bool = False
    """Known by what stands before it only: a value that looks like words is no secret."""

    @cached_property
    def whole(self) -> re.Pattern[str]:
        """Finds a complete one; group 1 is the secret."""
        before = "".join(part.whole for part in self.before)
        return re.compile(f"{before}({''.join(part.whole for part in self.secret)}){self.after}")

    @cached_property
    def begun(self) -> re.Pattern[str]:
        """Finds what may become one, up to the end of the text."""
        pattern = ""
        for part in reversed((*self.before, *self.secret)):
            pattern = f"(?:{part.whole}{pattern}|{part.begun})" if pattern else part.begun
        return re.compile(f"(?:{pattern})\\Z")

    @cached_property
    def harmless(self) -> re.Pattern[str]:
        """Finds what stands before the secret, as far as it goes."""
        return re.compile("".join(part.whole for part in self.before))


def _named(
    name: str, keyword: str, *, least: int = 16, inside_words: bool = True, kind: str = VALUE
) -> Shape:
    """A value known by the name it is given."""
    return Shape(
        name,
        (keyword.split()[0],),
        (run(kind, least),),
        before=(word(keyword), *IS),
        rest=kind,
        inside_words=inside_words,
        by_context=True,
    )


def _prefixed(name: str, kind: str, least: int, *prefixes: str) -> Shape:
    """A value known by how it begins."""
    return Shape(name, tuple(p.lower() for p in prefixes), (one_of(*prefixes), run(kind, least)))


_AWS_KEY_ID = (one_of("AKIA", "ASIA"), run("[A-Z0-9]", 16, 16))
_BETWEEN = run("[ \\t,\"']", 1, 4)
_EXPIRY = run("[0-9T:+Z.-]", 0, 40)
_PEM = r"(?:[A-Za-z0-9+/=\s\\:,]|-(?!-))"
_JWT = run("[A-Za-z0-9_-]", 8)
_USER, _PASSWORD = run(r"[^\s:/@\"'<>$]", 1, 64), run(r"[^\s:/@\"'<>$*]", 3, 128)

SHAPES: tuple[Shape, ...] = (
    Shape(
        "private key",
        ("-----begin",),
        (run(_PEM, 16),),
        before=(text("-----BEGIN "), run("[A-Z0-9 ]", 0, 40), text("PRIVATE KEY-----")),
        rest=_PEM,
        inside_words=True,
    ),
    # `aws … --output text` and the console's CSV file: id and secret side by side.
    Shape(
        "AWS credentials",
        ("akia", "asia"),
        (*_AWS_KEY_ID, _BETWEEN, _EXPIRY, run("[ \\t,\"']", 0, 4), run("[A-Za-z0-9/+]", 40, 40)),
        after="(?![A-Za-z0-9/+=])",
    ),
    Shape("AWS access key id", ("akia", "asia"), _AWS_KEY_ID, after="(?![A-Za-z0-9])"),
    _named("AWS secret key", "secret access key"),
    _named("AWS session token", "session token"),
    _named("AWS session token", "security token"),
    _prefixed(
        "AWS session token",
        "[A-Za-z0-9+/=%]",
        50,
        "FwoGZXIvYXdz",
        "FQoGZXIvYXdz",
        "IQoJb3JpZ2lu",
        "AgoJb3JpZ2lu",
    ),
    Shape("token", ("eyj",), (text("eyJ"), _JWT, text("."), _JWT, text("."), _JWT)),
    _prefixed("EKS token", "[A-Za-z0-9_-]", 16, "k8s-aws-v1."),
    _prefixed("GitHub token", "[A-Za-z0-9]", 30, "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
    _prefixed("GitHub token", "[A-Za-z0-9_]", 22, "github_pat_"),
    _prefixed("GitLab token", "[A-Za-z0-9_-]", 20, "glpat-"),
    _prefixed("Slack token", "[A-Za-z0-9-]", 16, "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-"),
    _prefixed("Google API key", "[A-Za-z0-9_-]", 35, "AIza"),
    _prefixed("npm token", "[A-Za-z0-9]", 36, "npm_"),
    _prefixed("PyPI token", "[A-Za-z0-9_-]", 50, "pypi-AgE"),
    _prefixed("Docker token", "[A-Za-z0-9_-]", 20, "dckr_pat_"),
    _prefixed("Hugging Face token", "[A-Za-z0-9]", 30, "hf_"),
    _prefixed("Stripe key", "[A-Za-z0-9]", 20, "sk_live_", "rk_live_"),
    _prefixed("API key", "[A-Za-z0-9_-]", 20, "sk-ant-", "sk-proj-"),
    _named("client key", "client key data"),
    Shape("token", ("bearer",), (run(VALUE, 16),), before=(word("bearer"), SPACE), by_context=True),
    _named("token", "token", inside_words=False),
    _named("token", "access token"),
    _named("token", "refresh token"),
    _named("registry login", "auth", inside_words=False),
    # People choose these, with more than a machine's letters.
    _named("password", "password", least=8, kind=r"[^\s\"'\\<>{}$,;|&()\x1b]"),
    _named("secret", "client secret", least=12),
    _named("API key", "api key"),
    Shape("signature", ("amz",), (run("[0-9a-f]", 64),), before=(word("amz signature"), *IS)),
    # A password in an address: postgres://user:password@host
    Shape(
        "password",
        ("://",),
        (_PASSWORD,),
        before=(text("://"), _USER, text(":")),
        after="(?=@)",
        inside_words=True,
    ),
)
