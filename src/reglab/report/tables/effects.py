"""The section of a comparison with the effects of the regularizers."""

from collections.abc import Callable, Iterator

from reglab.analysis.comparison import Comparison
from reglab.analysis.effects import Effects, MetricEffects
from reglab.analysis.metrics import ACCURACY_GAP
from reglab.analysis.statistics.contrasts import Term
from reglab.report.effects import describe_design, describe_limits, describe_share, list_rows, read_effect
from reglab.report.tables.grid import Column
from reglab.report.tables.sections import Section

_ALL = "all together"


def build_effects(comparison: Comparison) -> tuple[Section, ...]:
    """Builds the section; there is none if the experiments are not a factorial.

    Returns:
        One row for each main effect and interaction. If all combinations of several regularizers were
        trained, there are columns of the Shapley shares, and a last row with the whole gain.
    """
    effects = comparison.effects
    if effects is None:
        return ()
    rows = list_rows(effects)
    has_shares = effects.factorial.is_full and len(effects.factorial.factors) > 1

    def column(heading: str, rank: int, write: Callable[[Term], str], last: str) -> Column:
        return Column(heading, (*(write(term) for term, _ in rows), *([last] if has_shares else [])), rank)

    def of(metric: MetricEffects) -> Callable[[Term], str]:
        return lambda term: ACCURACY_GAP.format_difference(read_effect(metric, term))

    def share(metric: MetricEffects) -> Callable[[Term], str]:
        return lambda term: describe_share(metric, term[0]) if len(term) == 1 else "–"

    accuracy, gap = effects.accuracy, effects.gap
    name = "" if comparison.value == "final" else f", {comparison.value}"
    titles = (*(title for _, title in rows), *([_ALL] if has_shares else []))
    columns = [
        Column("effect", titles, 1, numeric=False),
        column(f"on validation{name}, points [95 % CI]", 1, of(accuracy), "–"),
        column(f"on gap{name}, points [95 % CI]", 2, of(gap), "–"),
    ]
    if has_shares:
        columns += [
            column(
                f"Shapley share of {noun}{name}, points [95 % CI]",
                rank,
                share(metric),
                ACCURACY_GAP.format_difference(metric.gain),
            )
            for noun, rank, metric in (("validation", 3, accuracy), ("gap", 4, gap))
        ]
    return (Section("Effects of the regularizers", tuple(columns), tuple(_list_notes(effects, has_shares))),)


def _list_notes(effects: Effects, has_shares: bool) -> Iterator[str]:
    factorial = effects.factorial
    design = describe_design(factorial)
    yield f"{design[0].upper()}{design[1:]}; effects are computed within each seed."
    if len(factorial.seeds) > 1:
        yield "Intervals are over seeds, and not corrected for the number of effects."
    yield (
        "The effect of a regularizer is the mean with it minus the mean without it; a positive effect on the "
        "gap makes the gap larger."
    )
    if factorial.pairs:
        yield (
            "An interaction (×) is half the difference between the effect of one regularizer with the other "
            "and its effect without the other."
        )
    if has_shares:
        yield (
            "A Shapley share is the mean gain over all orders in which the regularizers could be added; the "
            f"shares add up to {_ALL}."
        )
    yield from (f"{limit}." for limit in describe_limits(factorial))
