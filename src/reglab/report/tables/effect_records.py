"""The effects of the regularizers for programs, with numbers that are not rounded."""

from typing import Any

from reglab.analysis.effects import Effects, MetricEffects
from reglab.analysis.spread import Spread


def build_effect_records(effects: Effects) -> dict[str, Any]:
    """Builds the field `effects` of `comparison.json`.

    Returns:
        `factors`, `full`, `seeds` and `confounded` describe the design. `main`, `interactions`, `shapley` and
        `gain` are lists with one entry for each effect and metric: its `value`, a fraction; the ends of its
        95 % `interval`, or null with one seed; and one number for each seed in `by_seed`.
    """
    factorial, both = effects.factorial, (effects.accuracy, effects.gap)
    return {
        "factors": [{"name": factor.name, "title": factor.title} for factor in factorial.factors],
        "full": factorial.is_full,
        "seeds": list(factorial.seeds),
        "confounded": [[list(term) for term in group] for group in factorial.confounded],
        "main": [
            {"regularizer": name, **_record(metric, spread)}
            for metric in both
            for name, spread in metric.main.items()
        ],
        "interactions": [
            {"regularizers": list(pair), **_record(metric, spread)}
            for metric in both
            for pair, spread in metric.interactions.items()
        ],
        "shapley": [
            {"regularizer": name, **_record(metric, spread)}
            for metric in both
            for name, spread in metric.shapley.items()
        ],
        "gain": [_record(metric, metric.gain) for metric in both if metric.gain is not None],
    }


def _record(effects: MetricEffects, spread: Spread) -> dict[str, Any]:
    return {
        "metric": effects.metric.name,
        "value": spread.mean,
        "interval": None if spread.interval is None else list(spread.interval),
        "by_seed": list(spread.values),
    }
