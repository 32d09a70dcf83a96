"""Which headings announce clean-up."""

import pytest

from labrunner.plan.cleanup import is_cleanup


@pytest.mark.parametrize(
    "heading",
    [
        "Clean up",
        "Cleanup",
        "CLEAN-UP",
        "Cleaning up",
        "Wrap up",
        "Wrapping up",
        "Tear down",
        "5. Clean up",
        "Step 5: Clean up",
        "🧹 Cleanup",
        "Clean up the cluster",
        "Lab cleanup",
        "Resources: clean up!",
    ],
)
def test_headings_of_clean_up(heading: str) -> None:
    assert is_cleanup((heading,))
    assert is_cleanup(("Lab", heading, "Delete the pods"))


@pytest.mark.parametrize(
    "heading",
    ["", "Set up", "Configure the log cleanup policy", "A clean upgrade", "Wrapper", "Cleanups explained"],
)
def test_headings_of_something_else(heading: str) -> None:
    assert not is_cleanup((heading,))
    assert not is_cleanup(())
