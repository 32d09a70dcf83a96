"""What a step relied on."""

from labrunner.sandbox.notes import Notes


def test_each_reason_is_told_once_and_in_order() -> None:
    notes = Notes()
    for reason in ("b", "a", "b"):
        notes.note(reason)
    notes.note("a", "lab")
    assert notes.take() == ("b", "a", "a (namespace lab)")
    assert notes.take() == ()
    notes.note("b")
    assert notes.take() == ("b",)
