"""Verdicts in words."""

from collections.abc import Sequence

from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.statistics.paired import LEVEL
from reglab.analysis.statistics.verdict import Verdict, Word

_WORDS: dict[Word, str] = {
    "better": "better",
    "worse": "worse",
    "practically_same": "practically the same",
    "not_distinguishable": "not distinguishable",
    "one_seed": "one seed",
}


def describe_result(result: ExperimentResult) -> str:
    """The verdict on an experiment; with one seed also whether the two trained networks differ."""
    if result.verdict is None:
        return "–"
    word, p = describe_verdict(result.verdict), result.images.p_mcnemar if result.images else None
    if p is None:
        return word
    networks = "these two networks differ" if p < 1 - LEVEL else "these two networks cannot be told apart"
    return f"{word} ({networks}: McNemar p {format_p(p)})"


def format_p(p: float) -> str:
    """Writes a p-value as `= 0.034` or `< 0.001`."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def describe_verdict(verdict: Verdict) -> str:
    """A verdict in a few words, with the number of seeds that would tell if it is not distinguishable."""
    word = _WORDS[verdict.word]
    if verdict.word != "not_distinguishable":
        return word
    needed = "over 1,000" if verdict.seeds_needed is None else f"{verdict.seeds_needed:,}"
    return f"{word} (n = {verdict.test.n}; {needed} seeds would tell)"


def describe_rules(verdicts: Sequence[Verdict], margin: float) -> list[str]:
    """What the words mean, one sentence for each kind of verdict that occurs."""
    words = {verdict.word for verdict in verdicts}
    judged = sum(verdict.p_holm is not None for verdict in verdicts)
    rules = []
    if words & {"better", "worse"}:
        holm = f", corrected for {judged} comparisons (Holm); the intervals are not corrected"
        rules.append(f"Better, worse: p < 0.05 in a paired t test{holm if judged > 1 else ''}")
    if "practically_same" in words:
        rules.append(
            f"Practically the same: the whole interval lies within ±{100 * margin:g} points; "
            "--margin sets another limit"
        )
    if "not_distinguishable" in words:
        rules.append(
            "Seeds that would tell: with as many, a difference as large as the one seen is found with a "
            "power of 80 %, at the spread seen and with the same correction"
        )
    if "one_seed" in words:
        rules.append(
            "One seed: nothing can be said about other seeds; the same experiment differs by a point or "
            "more from seed to seed"
        )
    return rules
