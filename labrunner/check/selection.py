"""Which rules run, and where their findings are not wanted: what the command line and settings decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from labrunner.check.rule import Rule


@dataclass(frozen=True, slots=True)
class Selection:
    """Words that name rules: a code (`LAB301`), the beginning of codes (`LAB3`), or a rule's name."""

    select: tuple[str, ...] = ()
    """Only these rules; all when empty."""
    ignore: tuple[str, ...] = ()
    """Not these; wins over `select`."""
    per_path: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Patterns of paths as messages show them (`content/old/*`), and the rules ignored below each."""

    def rules(self, known: Iterable[Rule]) -> tuple[Rule, ...]:
        """Return the rules that run."""
        return tuple(
            rule
            for rule in known
            if (not self.select or names(rule, self.select)) and not names(rule, self.ignore)
        )

    def wants(self, rule: Rule, path: str) -> bool:
        """Whether a rule's findings in this file are wanted."""
        return not any(
            fnmatchcase(path, pattern) and names(rule, words) for pattern, words in self.per_path.items()
        )

    @property
    def words(self) -> tuple[str, ...]:
        """All words that name rules, so that the caller can look for mistakes in them."""
        return (*self.select, *self.ignore, *(word for words in self.per_path.values() for word in words))


def names(rule: Rule, words: Iterable[str]) -> bool:
    """Whether one of these words names the rule."""
    return any(rule.name == word or (word.startswith("LAB") and rule.code.startswith(word)) for word in words)


def named(word: str, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules that a code, the beginning of codes, or a name means."""
    return tuple(rule for rule in rules if names(rule, (word,)))
