"""What each regularizer of a factorial contributes to accuracy and to the gap, with intervals over seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.factorial import Factorial, NoFactorial, find_factorial
from reglab.analysis.metrics import ACCURACY_GAP, VALIDATION_ACCURACY, Metric
from reglab.analysis.spread import Spread
from reglab.analysis.statistics.contrasts import Combination, estimate_effect
from reglab.analysis.statistics.shapley import share_gain
from reglab.analysis.value import Value


@dataclass(frozen=True)
class MetricEffects:
    """The effects on one metric, each with one number for each seed.

    Attributes:
        metric: the metric.
        main: factor → main effect.
        interactions: pair of factors → interaction; without pairs that are confounded.
        shapley: factor → Shapley share of the whole gain; empty for a fraction.
        gain: the metric with all factors minus the metric without any; None for a fraction.
    """

    metric: Metric
    main: Mapping[str, Spread]
    interactions: Mapping[tuple[str, str], Spread]
    shapley: Mapping[str, Spread]
    gain: Spread | None


@dataclass(frozen=True)
class Effects:
    """The effects of a factorial.

    Attributes:
        factorial: its factors, combinations and seeds.
        accuracy: effects on the validation accuracy; larger is better.
        gap: effects on the accuracy gap, clean − validation; smaller is better.
    """

    factorial: Factorial
    accuracy: MetricEffects
    gap: MetricEffects


def find_effects(results: Sequence[ExperimentResult], value: Value) -> tuple[Effects | None, tuple[str, ...]]:
    """Estimates the effects of the regularizers if the experiments are a factorial.

    Args:
        results: the experiments of a comparison.
        value: which accuracy and gap of a run are compared.

    Returns:
        The effects or None; and, if the experiments are almost a factorial, a sentence with what prevents it.
    """
    factorial = find_factorial(results)
    if isinstance(factorial, NoFactorial):
        reason = factorial.reason
        return None, (f"the effects of the regularizers are not computed: {reason}",) if reason else ()
    accuracy, gap = (
        estimate_effects(
            factorial, metric, {result.name: result.by_seed(metric, value) for result in results}
        )
        for metric in (VALIDATION_ACCURACY, ACCURACY_GAP)
    )
    return Effects(factorial, accuracy, gap), ()


def estimate_effects(
    factorial: Factorial, metric: Metric, values: Mapping[str, Mapping[int, float]]
) -> MetricEffects:
    """Estimates all effects on a metric within each seed, so that what the runs of a seed share cancels.

    The main effect of a factor is the mean with it minus the mean without it. The interaction of two factors
    is half the difference between the effect of one where the other is on and its effect where the other is
    off (Box, Hunter and Hunter, "Statistics for Experimenters", 2005, chapter 5). The Shapley share of a
    factor is the mean of its gain over all orders in which the factors could be added (Shapley 1953).

    Args:
        factorial: the factors, combinations and seeds.
        metric: what the values are.
        values: experiment → seed → number, for the experiments and seeds of the factorial.
    """
    tables = [
        {combination: values[name][seed] for combination, name in factorial.cells.items()}
        for seed in factorial.seeds
    ]
    names, full = factorial.names, factorial.is_full
    shares = zip(*(share_gain(names, table) for table in tables), strict=True) if full else ()
    everything: Combination = frozenset(names)
    return MetricEffects(
        metric,
        {name: Spread(tuple(estimate_effect((name,), table) for table in tables)) for name in names},
        {pair: Spread(tuple(estimate_effect(pair, table) for table in tables)) for pair in factorial.pairs},
        dict(zip(names, map(Spread, shares), strict=False)),
        Spread(tuple(table[everything] - table[frozenset()] for table in tables)) if full else None,
    )
