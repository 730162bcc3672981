"""Every experiment has its own look, the same in every figure."""

import pytest

from reglab.config.shipped import list_shipped_experiments
from reglab.report.figures.palette import Style, assign_styles

LECTURE = [
    *("baseline", "l1", "l2", "l1_l2", "mp", "ap", "do", "bn", "da"),
    *("mp_l1", "mp_l2", "mp_do", "mp_bn", "mp_do_bn", "mp_do_bn_da", "mp_bn_da", "convnetjs", "digits_flips"),
]


@pytest.mark.parametrize(
    "names",
    [
        LECTURE,
        ["baseline", "mp", "mp_do", "mp_bn", "mp_do_bn", "mp_do_bn_da", "mp_bn_da"],
        ["baseline", "l1", "l2", "l1_l2", "mp", "mp_l1", "mp_l2"],
        ["baseline", "do", "bn", "da", "l1", "l2", "mp"],
        ["quick_baseline", "quick_mp", "quick_mp_do", "quick_mp_bn_da"],
    ],
)
def test_shipped_experiments_keep_their_colours(names: list[str]) -> None:
    """Alone and together; in figures with enough colours no two have the same."""
    together = assign_styles(names)
    assert {path.stem for path in list_shipped_experiments()} >= set(names)
    assert {name: assign_styles([name])[name].colour for name in names} == {
        name: style.colour for name, style in together.items()
    }
    assert len(set(together.values())) == len(names)
    if len(names) <= 12:
        assert {style.marker for style in together.values()} == {""}


def test_the_baseline_is_black() -> None:
    """It is what the others are compared with."""
    assert assign_styles(["baseline"])["baseline"] == Style("#000000", "")


def test_a_shared_colour_goes_to_the_first_name() -> None:
    """In any order, and without a change for the other experiments."""
    alone = {name: assign_styles([name])[name] for name in ("l1", "mp", "mp_bn")}
    assert alone["l1"] == alone["mp_bn"]
    for names in (["l1", "mp", "mp_bn"], ["mp_bn", "mp", "l1"]):
        styles = assign_styles(names)
        assert list(styles) == names
        assert (styles["l1"], styles["mp"]) == (alone["l1"], alone["mp"])
        assert styles["mp_bn"].colour not in (alone["l1"].colour, alone["mp"].colour)


@pytest.mark.parametrize(("count", "markers"), [(12, 1), (13, 2), (24, 2), (96, 8), (120, 8)])
def test_markers_are_for_more_names_than_colours(count: int, markers: int) -> None:
    """As few of them as possible; up to 96 styles are different."""
    styles = set(assign_styles([f"experiment {number}" for number in range(count)]).values())
    assert len(styles) == min(count, 96)
    assert len({style.marker for style in styles}) == markers


def test_text_is_darker() -> None:
    """Text in an experiment's colour has 72 % of each channel."""
    assert Style("#D55E00", "").ink == "#994400"
