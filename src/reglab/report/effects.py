"""Effects of regularizers in words, the same in tables and figures."""

from collections.abc import Mapping, Sequence

from reglab.analysis.effects import Effects, MetricEffects
from reglab.analysis.factorial import Factorial
from reglab.analysis.metrics import ACCURACY_GAP
from reglab.analysis.spread import Spread
from reglab.analysis.statistics.contrasts import Term
from reglab.report.wording import format_seeds

_MOST = 6
"""Largest number of groups of confounded effects in a sentence."""


def describe_design(factorial: Factorial) -> str:
    """Combinations and seeds: `all 8 combinations; seeds 0–2`, or `4 of 8 combinations; seed 0`."""
    count, whole = len(factorial.cells), 1 << len(factorial.factors)
    if len(factorial.factors) == 1:
        combinations = "with and without it"
    else:
        combinations = (
            f"all {count} combinations" if factorial.is_full else f"{count} of {whole} combinations"
        )
    noun = "seed" if len(factorial.seeds) == 1 else "seeds"
    return f"{combinations}; {noun} {format_seeds(factorial.seeds)}"


def describe_limits(factorial: Factorial) -> list[str]:
    """What limits the conclusions: one seed, and a fraction of the combinations; one sentence each."""
    limits = []
    if len(factorial.seeds) == 1:
        limits.append("One seed: the effects have no intervals, and nothing can be said about other seeds")
    if not factorial.is_full:
        limits.append(
            "A part of the combinations was trained: interactions of three or more regularizers are taken to "
            "be 0, and there are no Shapley shares"
        )
    if factorial.confounded:
        titles = {factor.name: factor.title for factor in factorial.factors}
        groups = [_join_group(group, titles) for group in factorial.confounded]
        more = f"; and {len(groups) - _MOST} more" if len(groups) > _MOST else ""
        limits.append(
            f"Confounded, so that only the sum or the difference is known: {'; '.join(groups[:_MOST])}{more}"
        )
    return limits


def name_term(term: Term, titles: Mapping[str, str]) -> str:
    """An effect in a table: `Dropout`, or `Dropout × (L1 + L2)` for an interaction."""
    if len(term) == 1:
        return titles[term[0]]
    return " × ".join(f"({titles[name]})" if " + " in titles[name] else titles[name] for name in term)


def describe_share(effects: MetricEffects, name: str) -> str:
    """A Shapley share in points, and the part of the whole gain: `+2.1 [+1.0, +3.2] (35 %)`.

    The part is omitted if some regularizers add to the metric and others subtract from it, because parts
    below 0 % or above 100 % would be hard to read.
    """
    share, means = effects.shapley[name], [each.mean for each in effects.shapley.values()]
    text = ACCURACY_GAP.format_difference(share)
    gain = effects.gain.mean if effects.gain else 0.0
    if gain == 0 or (min(means) < 0 < max(means)):
        return text
    return f"{text} ({100 * share.mean / gain:.0f} %)"


def list_rows(effects: Effects) -> Sequence[tuple[Term, str]]:
    """The main effects, then the interactions: each with its name."""
    titles = {factor.name: factor.title for factor in effects.factorial.factors}
    terms: list[Term] = [*((name,) for name in effects.factorial.names), *effects.factorial.pairs]
    return [(term, name_term(term, titles)) for term in terms]


def read_effect(effects: MetricEffects, term: Term) -> Spread:
    """The main effect or the interaction of a row."""
    return effects.main[term[0]] if len(term) == 1 else effects.interactions[term[0], term[1]]


def _join_group(group: Sequence[Term], titles: Mapping[str, str]) -> str:
    first, *others = (name_term(term, titles) for term in group[:_MOST])
    more = f" and {len(group) - _MOST} more" if len(group) > _MOST else ""
    return f"{first} with {', '.join(others)}{more}"
