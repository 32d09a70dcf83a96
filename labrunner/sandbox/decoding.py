"""Whether what a client sent can be read as its kind, and what its kind fills in.

Built-in kinds are held to the schemas of Kubernetes 1.32, custom ones to the schema in their definition.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from labrunner.sandbox.causes import quoted
from labrunner.sandbox.errors import ApiError, Cause, bad_request, invalid_patch
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.objects import Object, at, name, namespace, with_metadata
from labrunner.sandbox.patch import Patch
from labrunner.sandbox.schemas import strict
from labrunner.sandbox.schemas.library import metadata_shape, shape_of
from labrunner.sandbox.schemas.normal import normalise
from labrunner.sandbox.write import Write


def check(kind: Kind, draft: Object, write: Write) -> None:
    """Refuse wrong types; refuse, warn of or drop unknown and repeated fields, as the write says.

    Raises:
        ApiError: 400 BadRequest.
    """
    wrong = _problems(kind, draft, write)
    if wrong:
        where = f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}'
        raise bad_request(f"{where}: {wrong}")


def check_patched(kind: Kind, draft: Object, wanted: Patch, write: Write) -> None:
    """Do the same with what a patch led to, in the words in which patches are refused.

    Raises:
        ApiError: 422 Invalid; 500 for applied configuration, as on the real server.
    """
    wrong = _problems(kind, draft, write)
    if wrong and wanted.type == "apply":
        raise _undeclared(kind, draft, wrong)
    if wrong:
        raise invalid_patch(_told(draft, wanted), wrong)


def _told(draft: Object, wanted: Patch) -> str:
    """Write what the message shows: a strategic patch itself, of others what they led to."""
    if wanted.type == "strategic":
        return go_map(wanted.body)
    return json.dumps(with_metadata(draft, managedFields=None), separators=(",", ":"))


def _undeclared(kind: Kind, draft: Object, wrong: str) -> ApiError:
    named = f"{namespace(draft)}/{name(draft)}; {kind.api_version}, Kind={kind.kind}"
    unknown = re.findall(r'unknown field "([^"]*)"', wrong)
    told = [f".{_keyed(draft, path)}: field not declared in schema" for path in unknown] or [wrong]
    return ApiError(500, "", f"failed to create typed patch object ({named}): {chr(10).join(told)}")


def _keyed(draft: Object, path: str) -> str:
    """Write a path with the names of list items where it has their numbers."""
    for found in reversed(list(re.finditer(r"\[(\d+)\]", path))):
        item = at(draft, re.sub(r"\[(\d+)\]", r".\1", path[: found.end()]))
        if isinstance(item, dict) and "name" in item:
            path = f"{path[: found.start()]}[name={quoted(item['name'])}]{path[found.end() :]}"
    return path


def _problems(kind: Kind, draft: Object, write: Write) -> str:
    """Return what the object cannot be read for, empty if it can; unknown fields are gone afterwards."""
    found = strict.read(draft, shape_of(kind))
    # The values of custom resources are judged later, by their own schema's rules; metadata is always typed.
    wrong = [each for each in found.wrong if kind.custom is None or ".metadata." in each]
    if wrong:
        return wrong[0]
    listed = [f"duplicate field {quoted(path)}" for path in write.duplicates]
    listed += [f"unknown field {quoted(path)}" for path in found.unknown]
    if listed and write.validation == "Strict":
        return f"strict decoding error: {', '.join(listed)}"
    if write.validation == "Warn":
        for warning in listed:
            write.warn(warning)
    found.prune()
    return ""


def default(kind: Kind, draft: Object) -> None:
    """Fill in what the client left out, in place."""
    if kind.custom is not None:
        normalise(draft["metadata"], metadata_shape())
        kind.custom.default(draft)
    else:
        normalise(draft, shape_of(kind))
    kind.behaviour.default(draft)


def causes_of(kind: Kind, draft: Object, old: Object | None) -> Sequence[Cause]:
    """Return what breaks the rules of a custom resource's schema."""
    return kind.custom.causes(draft, old) if kind.custom is not None else ()


def go_map(value: Any) -> str:
    """Write a value as Go's `%+v` does, as the message about a strategic patch shows it."""
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{go_map(part)}' for key, part in sorted(value.items()))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(go_map, value))}]"
    if value is None:
        return "<nil>"
    return str(value).lower() if isinstance(value, bool) else str(value)
