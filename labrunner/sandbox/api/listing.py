"""Lists as clients ask for them: in pages, at a resource version, whole or as tables.

A page's continue token says at which version the list began, so that all its pages show one moment: what
has changed since is undone from the store's log.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labrunner.sandbox.errors import ApiError, bad_request
from labrunner.sandbox.objects import Object, name, namespace
from labrunner.sandbox.store import Store
from labrunner.sandbox.view import View, shown_as


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list, or all of it."""

    objects: Sequence[Object]
    version: int
    """The resource version at which the list is as it is shown."""
    token: str = ""
    """For the next page; empty for the last one."""
    remaining: int | None = None
    """How many objects the further pages have; `None` when that is not told."""

    @property
    def metadata(self) -> Object:
        """The list's own metadata."""
        found: dict[str, Any] = {"resourceVersion": str(self.version)}
        if self.token:
            found["continue"] = self.token
        if self.remaining is not None:
            found["remainingItemCount"] = self.remaining
        return found


def page(view: View, store: Store, query: Mapping[str, str]) -> Page:
    """Return what a list request asks for.

    Args:
        view: The selection.
        store: Where the objects are.
        query: `limit`, `continue`, `resourceVersion`, `resourceVersionMatch`.

    Raises:
        ApiError: 400 for values that make no sense; 410 when the version asked for is forgotten; 504 when
            it has not come yet.
    """
    limit = _number(query, "limit")
    token = query.get("continue")
    if token:
        version, after = read_token(token)
        objects = _from(_at(view, store, version), after)
    else:
        version = _exact_version(store, query) or store.version
        objects = _at(view, store, version)
    if not limit or len(objects) <= limit:
        return Page(objects, version)
    shown, rest = objects[:limit], len(objects) - limit
    # With selectors the real server cannot say how many are left without looking at all of them.
    is_selective = view.labels.requirements or view.fields.terms
    return Page(shown, version, write_token(version, shown[-1]), None if is_selective else rest)


def write_token(version: int, last: Object) -> str:
    """Make a continue token from a list's version and the last object shown."""
    content = {"v": "meta.k8s.io/v1", "rv": version, "start": f"{namespace(last)}/{name(last)}\0"}
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def read_token(token: str) -> tuple[int, tuple[str, str]]:
    """Return a token's version and the namespace and name of the last object shown.

    Raises:
        ApiError: 400, it is not one of ours.
    """
    try:
        content = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        version, start = int(content["rv"]), str(content["start"])
    except (ValueError, KeyError, TypeError) as error:
        raise bad_request("continue key is not valid: illegal base64 data or encoding") from error
    last_namespace, _, last_name = start.rstrip("\0").partition("/")
    return version, (last_namespace, last_name)


def version_in(query: Mapping[str, str], parameter: str = "resourceVersion") -> int | None:
    """Return the resource version that a request names; `None` when it names none.

    Raises:
        ApiError: 400, it is not a number.
    """
    text = query.get(parameter, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise bad_request(f'{parameter}: Invalid value: "{text}": invalid syntax')
    return int(text)


def too_large(asked: int, current: int) -> ApiError:
    """504: the version has not come yet, and nothing says that it will."""
    message = f"Timeout: Too large resource version: {asked}, current: {current}"
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    return ApiError(504, "Timeout", message, {"causes": [cause], "retryAfterSeconds": 1})


def _exact_version(store: Store, query: Mapping[str, str]) -> int | None:
    """The version that must be shown; none when anything as new as asked for will do."""
    asked, match = version_in(query), query.get("resourceVersionMatch", "")
    if match not in ("", "Exact", "NotOlderThan"):
        raise bad_request(f'resourceVersionMatch: Unsupported value: "{match}"')
    if match and asked is None:
        raise bad_request("resourceVersionMatch is forbidden unless resourceVersion is provided")
    if match == "Exact" and asked == 0:
        raise bad_request('resourceVersionMatch "Exact" is forbidden for resourceVersion "0"')
    if asked is not None and asked > store.version:
        raise too_large(asked, store.version)
    return asked if match == "Exact" else None


def _at(view: View, store: Store, version: int) -> list[Object]:
    """The selection as it was at a version."""
    if version == store.version:
        return view.list(store)
    found = {(namespace(each), name(each)): each for each in view.list(store)}
    for change in reversed(store.since(version)):
        if event := view.event(change):
            place = (change.key.namespace, change.key.name)
            if event[0] == "ADDED":
                found.pop(place, None)
            elif change.previous is not None:
                found[place] = shown_as(view.kind, change.previous)
    return [found[place] for place in sorted(found)]


def _from(objects: Sequence[Object], after: tuple[str, str]) -> list[Object]:
    return [each for each in objects if (namespace(each), name(each)) > after]


def _number(query: Mapping[str, str], parameter: str) -> int:
    text = query.get(parameter, "") or "0"
    try:
        number = int(text)
    except ValueError as error:
        raise bad_request(f'{parameter}: Invalid value: "{text}": invalid syntax') from error
    if number < 0:
        raise bad_request(f'{parameter}: Invalid value: "{text}": must be greater than or equal to 0')
    return number
