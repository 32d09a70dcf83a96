"""The rules for names, with the real server's words for what breaks them."""

import re
from collections.abc import Callable

NameRule = Callable[[str], str]
"""Takes a name and says what is wrong with it; empty if nothing is."""

SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
LABEL_1035 = r"[a-z]([-a-z0-9]*[a-z0-9])?"
QUALIFIED = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
LABEL_VALUE = r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"
KEY = r"[-._a-zA-Z0-9]+"


def subdomain(name: str) -> str:
    """RFC 1123 subdomain, up to 253 characters: most names."""
    if len(name) > 253:
        return "must be no more than 253 characters"
    if re.fullmatch(SUBDOMAIN, name):
        return ""
    return (
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
        "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
        f"validation is '{SUBDOMAIN}')"
    )


def label(name: str) -> str:
    """RFC 1123 label, up to 63 characters: namespaces, containers."""
    if len(name) > 63:
        return "must be no more than 63 characters"
    if re.fullmatch(LABEL, name):
        return ""
    return (
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must "
        "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "
        f"validation is '{LABEL}')"
    )


def label_1035(name: str) -> str:
    """RFC 1035 label, up to 63 characters: services."""
    if len(name) > 63:
        return "must be no more than 63 characters"
    if re.fullmatch(LABEL_1035, name):
        return ""
    return (
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
        "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
        f"regex used for validation is '{LABEL_1035}')"
    )


def path_segment(name: str) -> str:
    """Anything that can stand in an address: RBAC objects, as `system:node`."""
    if name in (".", ".."):
        return f"may not be '{name}'"
    for forbidden in "/%":
        if forbidden in name:
            return f"may not contain '{forbidden}'"
    return ""


def qualified_name(name: str) -> str:
    """A label's or annotation's key, with or without a prefix."""
    prefix, slash, rest = name.rpartition("/")
    if slash and not prefix:
        return "prefix part must be non-empty"
    if prefix and (problem := subdomain(prefix)):
        return f"prefix part {problem}"
    if not rest:
        return "name part must be non-empty"
    if len(rest) > 63:
        return "name part must be no more than 63 characters"
    if re.fullmatch(QUALIFIED, rest):
        return ""
    return (
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
        "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        f"'{QUALIFIED}')"
    )


def label_value(value: str) -> str:
    """A label's value."""
    if len(value) > 63:
        return "must be no more than 63 characters"
    if re.fullmatch(LABEL_VALUE, value):
        return ""
    return (
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and "
        "must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', "
        f"regex used for validation is '{LABEL_VALUE}')"
    )


def config_key(key: str) -> str:
    """A key in a ConfigMap or Secret."""
    if len(key) > 253:
        return "must be no more than 253 characters"
    if key in (".", "..") or key.startswith(".."):
        return f"must not be '{key}'" if key in (".", "..") else "must not start with '..'"
    if re.fullmatch(KEY, key):
        return ""
    return (
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
        f"'KEY_NAME',  or 'key-name', regex used for validation is '{KEY}')"
    )


def environment_name(name: str) -> str:
    """The name of a container's environment variable; since 1.32 almost anything printable is allowed."""
    if name and all(" " <= character <= "~" and character != "=" for character in name):
        return ""
    return "a valid environment variable name must consist only of printable ASCII characters other than '='"


def port_name(name: str) -> str:
    """An IANA service name: what container ports are called."""
    if len(name) > 15:
        return "must be no more than 15 characters"
    if not re.fullmatch(r"[-a-z0-9]+", name):
        return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
    if not re.search(r"[a-z]", name):
        return "must contain at least one letter (a-z)"
    if "--" in name:
        return "must not contain consecutive hyphens"
    if name[0] == "-" or name[-1] == "-":
        return "must not begin or end with a hyphen"
    return ""
