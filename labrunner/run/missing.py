"""Programs that bash did not find: on a rehearsal stage that says something about the stage, not the lab."""

import re

# Only the lab's own shell complains without a line number: a shell in a pod or a script has one.
_NOT_FOUND = re.compile(r"^bash: ([^\s:]+): command not found\r?$", re.MULTILINE)


def missing_programs(output: str) -> tuple[str, ...]:
    """The programs that the lab's shell looked for and did not find, each once."""
    return tuple(dict.fromkeys(_NOT_FOUND.findall(output))) if "command not found" in output else ()
