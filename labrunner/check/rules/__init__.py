"""All rules, in the order of their codes.

The first digit is the family: 0 check itself, 1 document, 2 references, 3 time, 4 shell, 5 manifests,
6 clean-up, 7 Python in modules.
"""

from labrunner.check.rule import Rule
from labrunner.check.rules import (
    broken_command,
    broken_hook,
    broken_link,
    commands_not_run,
    forgotten_prompt,
    front_matter,
    kustomization_target,
    manifest_syntax,
    missing_field,
    missing_file,
    missing_hook,
    missing_path,
    no_prompt,
    orphaned_hook,
    same_position,
    stray_text,
    unclosed,
    unknown_attribute,
    unknown_field,
    unreadable,
    wait_outlasts_block,
    wrong_type,
    yaml_path,
)

RULES: tuple[Rule, ...] = (
    unreadable.RULE,
    unknown_attribute.RULE,
    commands_not_run.RULE,
    no_prompt.RULE,
    unclosed.RULE,
    stray_text.RULE,
    front_matter.RULE,
    broken_command.RULE,
    forgotten_prompt.RULE,
    same_position.RULE,
    missing_file.RULE,
    missing_path.RULE,
    yaml_path.RULE,
    kustomization_target.RULE,
    missing_hook.RULE,
    orphaned_hook.RULE,
    broken_hook.RULE,
    broken_link.RULE,
    wait_outlasts_block.RULE,
    manifest_syntax.RULE,
    unknown_field.RULE,
    wrong_type.RULE,
    missing_field.RULE,
)
