"""`$(NAME)` in manifests."""

import pytest

from labrunner.sandbox.node.expansion import expanded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$(A)", "1"),
        ("x$(A)y$(B)", "x1y2"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$1"),
        ("$(NONE)", "$(NONE)"),
        ("$(A", "$(A"),
        ("$A ${A} $", "$A ${A} $"),
        ("$($(A))", "$(1)"),
    ],
)
def test_references_are_replaced_and_everything_else_stays(text: str, expected: str) -> None:
    assert expanded(text, {"A": "1", "B": "2"}) == expected
