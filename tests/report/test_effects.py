"""Effects in words."""

from collections.abc import Callable, Sequence

import pytest

from reglab.analysis.effects import Effects, find_effects
from reglab.analysis.grouping import group_runs
from reglab.report.effects import describe_design, describe_limits, describe_share, list_rows
from reglab.runs.finding import RunRecord
from tests.factorials import SETTINGS, list_cells, list_half, make_factorial

Maker = Callable[..., RunRecord]
NAMES = tuple(SETTINGS)
PART = (
    "A part of the combinations was trained: interactions of three or more regularizers are taken to be 0, "
    "and there are no Shapley shares"
)


def find(
    make_record: Maker,
    cells: Sequence[tuple[str, ...]],
    seeds: Sequence[int] = (0, 1),
    **accuracy: Callable[[Sequence[str], int], float],
) -> Effects:
    effects, _ = find_effects(
        group_runs(list(make_factorial(make_record, cells, seeds, **accuracy)))[0], "final"
    )
    assert effects is not None
    return effects


def test_designs(make_record: Maker) -> None:
    """Combinations and seeds; a single regularizer has no combinations."""
    assert describe_design(find(make_record, list_cells(NAMES[:3]), range(3)).factorial) == (
        "all 8 combinations; seeds 0–2"
    )
    assert describe_design(find(make_record, list_half(NAMES[:4]), (0,)).factorial) == (
        "8 of 16 combinations; seed 0"
    )
    assert describe_design(find(make_record, list_cells(NAMES[:1])).factorial) == (
        "with and without it; seeds 0, 1"
    )


def test_limits(make_record: Maker) -> None:
    """One seed; and what is confounded in a part of the combinations."""
    assert describe_limits(find(make_record, list_cells(NAMES[:2])).factorial) == []
    assert describe_limits(find(make_record, list_cells(NAMES[:2]), (0,)).factorial) == [
        "One seed: the effects have no intervals, and nothing can be said about other seeds"
    ]
    assert describe_limits(find(make_record, list_half(NAMES[:3])).factorial) == [
        PART,
        "Confounded, so that only the sum or the difference is known: "
        "Data augmentation with Batch normalization × Max pooling; "
        "Batch normalization with Data augmentation × Max pooling; "
        "Max pooling with Data augmentation × Batch normalization",
    ]
    assert describe_limits(find(make_record, list_half(NAMES[:5])).factorial) == [PART]


def test_many_confounded_effects_are_cut(make_record: Maker) -> None:
    """A quarter of the combinations of six factors has seven groups, six of which are written."""
    words = ({*NAMES[:3], NAMES[4]}, {*NAMES[1:4], NAMES[5]})
    cells = [on for on in list_cells(NAMES) if all(len(word & {*on}) % 2 == 0 for word in words)]
    assert len(cells) == 16
    assert describe_limits(find(make_record, cells).factorial) == [
        PART,
        "Confounded, so that only the sum or the difference is known: "
        "Data augmentation × Batch normalization with Max pooling × L2; "
        "Data augmentation × Max pooling with Batch normalization × L2; "
        "Data augmentation × Dropout with L2 × Label smoothing; "
        "Data augmentation × L2 with Batch normalization × Max pooling, Dropout × Label smoothing; "
        "Data augmentation × Label smoothing with Dropout × L2; "
        "Batch normalization × Dropout with Max pooling × Label smoothing; and 1 more",
    ]


def test_a_large_group_is_cut(make_record: Maker) -> None:
    """In a design of Plackett and Burman all effects are confounded; six of them are written."""
    signs = [1, 1, -1, 1, 1, 1, -1, -1, -1, 1, -1]
    rows = [*([*signs[-shift:], *signs[:-shift]] for shift in range(11)), [-1] * 11]
    cells = [tuple(name for name, sign in zip(NAMES[:5], row, strict=False) if sign > 0) for row in rows]
    assert describe_limits(find(make_record, cells).factorial)[-1] == (
        "Confounded, so that only the sum or the difference is known: Data augmentation with "
        "Batch normalization, Max pooling, Dropout, L2, Data augmentation × Batch normalization and 9 more"
    )


def test_rows(make_record: Maker) -> None:
    """Main effects, then the interactions that are not confounded."""
    titles = [title for _, title in list_rows(find(make_record, list_cells(NAMES[2:4])))]
    assert titles == ["Max pooling", "Dropout", "Max pooling × Dropout"]
    assert [title for _, title in list_rows(find(make_record, list_half(NAMES[:4])))] == [
        "Data augmentation",
        "Batch normalization",
        "Max pooling",
        "Dropout",
    ]
    together = [(), ("dropout",), ("max_pooling", "l2"), ("max_pooling", "dropout", "l2")]
    assert [title for _, title in list_rows(find(make_record, together))] == [
        "Max pooling + L2",
        "Dropout",
        "(Max pooling + L2) × Dropout",
    ]


@pytest.mark.parametrize(
    ("second", "texts"),
    [
        (0.05, ["+15.0 [+15.0, +15.0] (75 %)", "+5.0 [+5.0, +5.0] (25 %)"]),
        (-0.05, ["+15.0 [+15.0, +15.0]", "-5.0 [-5.0, -5.0]"]),
        (0.0, ["+15.0 [+15.0, +15.0] (100 %)", "+0.0 [+0.0, +0.0] (0 %)"]),
    ],
)
def test_shares(make_record: Maker, second: float, texts: list[str]) -> None:
    """Parts of the whole gain are written where all regularizers pull in one direction."""
    first, other = NAMES[:2]
    effects = find(
        make_record,
        list_cells(NAMES[:2]),
        accuracy=lambda on, seed: 0.5 + 0.15 * (first in on) + second * (other in on),
    )
    assert [describe_share(effects.accuracy, name) for name in NAMES[:2]] == texts


def test_no_gain_has_no_parts(make_record: Maker) -> None:
    """Nothing is divided by zero."""
    effects = find(make_record, list_cells(NAMES[:2]), accuracy=lambda on, seed: 0.5)
    assert describe_share(effects.accuracy, NAMES[0]) == "+0.0 [+0.0, +0.0]"
