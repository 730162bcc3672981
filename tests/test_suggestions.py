"""The nearest known name."""

from reglab.suggestions import nearest


def test_a_near_name_is_offered() -> None:
    """The nearest of those that are near."""
    assert nearest("dropuot", ["dropout", "dropouts", "l2"]) == "; did you mean dropout?"


def test_a_far_name_offers_nothing() -> None:
    """No guess, rather than a wild one."""
    assert nearest("stochastic_depth", ["dropout", "l2"]) == ""
    assert nearest("dropout", []) == ""
