"""Verdicts, on differences made for each of them."""

import pytest

from reglab.analysis.statistics.verdict import judge


@pytest.mark.parametrize(
    ("differences", "word"),
    [
        ([0.03], "one_seed"),
        ([0.030, 0.031, 0.029], "better"),
        ([-0.030, -0.031, -0.029], "worse"),
        ([0.001, -0.001, 0.0005, -0.0005], "practically_same"),
        ([0.0010, 0.0011, 0.0012], "practically_same"),
        ([0.03, -0.02, 0.04], "not_distinguishable"),
    ],
)
def test_words(differences: list[float], word: str) -> None:
    """Each word; a certain difference within the margin is practically none."""
    (verdict,) = judge([differences])
    assert verdict.word == word
    assert (verdict.seeds_needed is not None) == (word == "not_distinguishable")


def test_the_margin_is_that_of_the_caller() -> None:
    """With a margin of 0.1 points, one of 0.3 points is no longer practically the same."""
    differences = [0.0028, 0.0030, 0.0032]
    assert judge([differences])[0].word == "practically_same"
    assert judge([differences], margin=0.001)[0].word == "better"


def test_several_comparisons_are_corrected_together() -> None:
    """A p of 1.6 % is enough alone, not as the smallest of five; one seed does not count as a comparison."""
    certain = [0.020, 0.024, 0.031]
    (alone,) = judge([certain])
    assert alone.test.p == pytest.approx(0.0161, abs=0.0001)
    assert (alone.word, alone.p_holm) == ("better", alone.test.p)
    assert judge([certain, [0.1]])[0].p_holm == alone.p_holm
    family = judge([certain, *[[0.03, -0.02, 0.01]] * 4])
    assert family[0].p_holm == pytest.approx(5 * alone.test.p)
    assert family[0].word == "not_distinguishable"
    # As many seeds as there are were not enough.
    assert family[0].seeds_needed == 4
