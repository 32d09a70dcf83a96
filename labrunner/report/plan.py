"""A plan for people and for programs. What the words in it mean is settled in `labrunner.plan.model`."""

import json
from collections.abc import Iterator
from typing import Any

from labrunner.document.model import Command
from labrunner.plan.durations import as_written
from labrunner.plan.model import Hook, LabDeclaration, Plan, Step, Suite
from labrunner.report.ink import Ink

VERSION = 1
"""Of the JSON; grows when a key changes its meaning or goes, not when one is added."""


def as_text(plan: Plan, *, color: bool = False) -> str:
    """Return the plan as lines to read, the last one ended; with terminal colours if asked for."""
    ink = Ink(color)
    lines = [*_head(plan, ink), *_warnings(plan, ink)]
    page = ""
    for suite in plan.suites:
        lines += _suite_head(suite, ink)
        for step in suite.steps:
            if step.page_name != page:
                lines.append("")
                page = step.page_name
            lines += _step(step, ink)
    return "\n".join([*lines, "", _sum(plan), ""])


def as_json(plan: Plan) -> str:
    """Return the plan as one JSON object, indented.

    Keys: `version`; `name` and `workspace` (paths); `path_prefixes` (prefix to folder below the
    workspace); `declaration` (`path` or null, `title`, `variables`, `buckets`, `roles`, `namespaces`,
    `mirror` or null); `warnings` (`page`, `line`, `column`, `message`); `suites`, each with `folder`,
    `hook` (null, or `name`, `script`, `timeout`) and `steps`. A step has `number`, `page`, `line`,
    `end_line`, `headings`, `timeout` and `wait` (seconds), `hook`, `expect_error`, `cleanup`, `skip`
    (why it does not run, or null) and `commands`, each with `line`, `end_line`, `text`, `complete` and
    `output` (the promised lines). Lines and columns count from 1.
    """
    return json.dumps(_plan(plan), indent=2, ensure_ascii=False)


def _head(plan: Plan, ink: Ink) -> Iterator[str]:
    yield f"{ink.dim('lab')}        {ink.bold(plan.name)}"
    yield f"{ink.dim('workspace')}  {plan.workspace}"
    for prefix, folder in plan.path_prefixes[1:]:
        yield f"{ink.dim('path')}       {prefix} is {folder or 'the workspace'}"
    declared = plan.declaration
    if declared.path is None:
        return
    yield f"{ink.dim('declared')}   {declared.path}"
    for name, what in _environment(declared):
        yield f"  {name} = {what}"
    if declared.namespaces:
        yield f"  namespaces that it makes: {', '.join(declared.namespaces)}"
    if declared.mirror:
        yield f"  pinned web addresses: {declared.mirror}"


def _environment(declared: LabDeclaration) -> Iterator[tuple[str, str]]:
    yield from declared.variables.items()
    for bucket in declared.buckets:
        yield bucket.variable, f"a bucket, {bucket.prefix}-…"
    for role in declared.roles:
        rights = f", all rights on {', '.join(role.buckets)}" if role.buckets else ""
        yield role.variable, f"a role for {role.service_account}{rights}"


def _warnings(plan: Plan, ink: Ink) -> Iterator[str]:
    for warned in plan.warnings:
        place = f"{warned.page_name}:{warned.problem.span.line}"
        yield f"{ink.yellow('warning')}    {place}: {warned.problem.message}"


def _suite_head(suite: Suite, ink: Ink) -> Iterator[str]:
    if suite.hook:
        yield ""
        yield ink.dim(f"around the pages of {suite.folder}: {_hook_text(suite.hook)}")


def _step(step: Step, ink: Ink) -> Iterator[str]:
    heading = step.heading
    place = ink.dim(step.place)
    if step.skip:
        yield f"{step.number:4}  {ink.dim(heading)}  {place}  {ink.yellow(f'skipped: {step.skip}')}"
    else:
        yield f"{step.number:4}  {heading}  {place}  {ink.dim(', '.join(_conditions(step)))}"
    for command in step.commands:
        yield from _command(command, ink, faint=bool(step.skip))


def _conditions(step: Step) -> Iterator[str]:
    if step.cleanup:
        yield "clean-up"
    yield f"at most {as_written(step.timeout)}"
    if step.wait:
        yield f"then wait {as_written(step.wait)}"
    if step.expect_error:
        yield "an error is expected"
    if step.hook:
        yield _hook_text(step.hook)


def _hook_text(hook: Hook) -> str:
    return f"hook {hook.script.parent.name}/{hook.script.name}, at most {as_written(hook.timeout)} a call"


def _command(command: Command, ink: Ink, *, faint: bool) -> Iterator[str]:
    first, *others = command.text.split("\n")
    for line in (f"      $ {first}", *(f"        {other}" for other in others)):
        yield ink.dim(line) if faint else line
    if not command.complete:
        yield ink.yellow(f"        (line {command.span.line}: this does not look like a complete command)")
    if command.output and not faint:
        count = len(command.output) - (not command.output[0].text.strip())
        yield ink.dim(f"        promises {count} line{'s' if count > 1 else ''} of output")


def _sum(plan: Plan) -> str:
    steps = list(plan.steps)
    skipped = sum(bool(step.skip) for step in steps)
    commands = sum(len(step.commands) for step in steps if not step.skip)
    cleanup = sum(step.cleanup and not step.skip for step in steps)
    return (
        f"{_count(len(steps), 'step')}, {_count(commands, 'command')} to run, {skipped} skipped, "
        f"{cleanup} for clean-up"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "version": VERSION,
        "name": plan.name,
        "workspace": str(plan.workspace),
        "path_prefixes": dict(plan.path_prefixes),
        "declaration": _declaration(plan.declaration),
        "warnings": [
            {
                "page": warned.page_name,
                "line": warned.problem.span.line,
                "column": warned.problem.span.column,
                "message": warned.problem.message,
            }
            for warned in plan.warnings
        ],
        "suites": [
            {
                "folder": str(suite.folder),
                "hook": _hook(suite.hook),
                "steps": [_step_values(step) for step in suite.steps],
            }
            for suite in plan.suites
        ],
    }


def _declaration(declared: LabDeclaration) -> dict[str, Any]:
    return {
        "path": None if declared.path is None else str(declared.path),
        "title": declared.title,
        "variables": dict(declared.variables),
        "buckets": [{"variable": bucket.variable, "prefix": bucket.prefix} for bucket in declared.buckets],
        "roles": [
            {
                "variable": role.variable,
                "service_account": role.service_account,
                "buckets": list(role.buckets),
            }
            for role in declared.roles
        ],
        "namespaces": list(declared.namespaces),
        "mirror": None if declared.mirror is None else str(declared.mirror),
    }


def _step_values(step: Step) -> dict[str, Any]:
    return {
        "number": step.number,
        "page": step.page_name,
        "line": step.block.span.line,
        "end_line": step.block.span.end_line,
        "headings": list(step.block.headings),
        "timeout": step.timeout,
        "wait": step.wait,
        "hook": _hook(step.hook),
        "expect_error": step.expect_error,
        "cleanup": step.cleanup,
        "skip": step.skip or None,
        "commands": [_command_values(command) for command in step.commands],
    }


def _command_values(command: Command) -> dict[str, Any]:
    return {
        "line": command.span.line,
        "end_line": command.span.end_line,
        "text": command.text,
        "complete": command.complete,
        "output": [line.text for line in command.output],
    }


def _hook(hook: Hook | None) -> dict[str, Any] | None:
    if hook is None:
        return None
    return {"name": hook.name, "script": str(hook.script), "timeout": hook.timeout}
