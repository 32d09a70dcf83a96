"""All rules, in the order of their codes.

The first digit is the family: 0 check itself, 1 document, 2 references, 3 time, 4 shell, 5 manifests,
6 clean-up, 7 Python in modules.
"""

from labrunner.check.rule import Rule
from labrunner.check.rules import (
    missing_file,
    unknown_attribute,
    wait_outlasts_block,
)

RULES: tuple[Rule, ...] = (
    unknown_attribute.RULE,
    missing_file.RULE,
    wait_outlasts_block.RULE,
)
