"""Option parsing whose complaints are one sentence each, with the name that was probably meant."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from typing import NoReturn

Arguments = argparse.Namespace

USAGE_FAILURE = 2


class Parser(argparse.ArgumentParser):
    """`argparse`, quieter and more helpful: a mistake does not print the whole usage."""

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(
            prog=prog,
            description=description[:1].upper() + description[1:].removesuffix(".") + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            add_help=False,
        )
        self.add_argument("-h", "--help", action="help", help="show this help")
        self.add_argument("--debug", action="store_true", help="show tracebacks of labrunner's own mistakes")

    def parse(self, words: Sequence[str]) -> Arguments:
        """Parse, or end the process with a sentence and exit code 2."""
        arguments, unknown = self.parse_known_args(words)
        if unknown:
            self._refuse(unknown[0])
        return arguments

    def fail_with_suggestion(self, fact: str, word: str, known: Iterable[str]) -> NoReturn:
        """Say that `word` is unknown, which known one it resembles, and end the process."""
        from difflib import get_close_matches

        near = get_close_matches(word, list(known), n=1, cutoff=0.6)
        self.error(f"{fact}; did you mean {near[0]}?" if near else fact)

    def _refuse(self, word: str) -> NoReturn:
        option = word.partition("=")[0]
        if option.startswith("-"):
            self.fail_with_suggestion(f"there is no option {option}", option, self._option_string_actions)
        self.error(f"'{word}' is one argument too many")

    def error(self, message: str) -> NoReturn:
        """Print one sentence in lower case and end the process with exit code 2."""
        sentence = message[:1].lower() + message[1:]
        advice = "" if sentence.endswith("?") else f"; see {self.prog} --help"
        print(f"labrunner: {sentence}{advice}", file=sys.stderr)
        raise SystemExit(USAGE_FAILURE)
