"""Factorial designs: which regularizers the experiments of a comparison have in all combinations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from reglab.analysis.comparability import DATA, TERMS, list_settings, list_values
from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.labels import join_titles
from reglab.analysis.statistics.contrasts import Combination, Term, group_confounded, is_balanced
from reglab.errors import ReglabError
from reglab.runs.layout import RunDirectory

if TYPE_CHECKING:
    from reglab.regularizers.base import Regularizer

_FEWEST = 2
"""With fewer factors, nothing is said about an experiment that prevents a factorial."""
_MISSING = 4
"""Experiments are almost a factorial if at most a quarter of the combinations is missing."""


@dataclass(frozen=True)
class Factor:
    """A regularizer that some experiments have and others do not, or several that are always on together.

    Attributes:
        name: its key in YAML; several keys are joined, `l1+l2`.
        title: its name in tables.
    """

    name: str
    title: str


@dataclass(frozen=True)
class Factorial:
    """Experiments that differ only in which regularizers they have, in all combinations or a part of them.

    Attributes:
        factors: at least one, in the order in which they act.
        cells: combination → name of the experiment.
        seeds: seeds that all experiments have, at least one, ascending.
    """

    factors: tuple[Factor, ...]
    cells: Mapping[Combination, str]
    seeds: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The keys of the factors."""
        return tuple(factor.name for factor in self.factors)

    @property
    def is_full(self) -> bool:
        """Whether all combinations were trained; otherwise they are an orthogonal fraction."""
        return len(self.cells) == 1 << len(self.factors)

    @property
    def confounded(self) -> tuple[tuple[Term, ...], ...]:
        """Groups of main effects and pairs that cannot be told apart; empty for all combinations."""
        return group_confounded(self.names, self.cells)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs of factors whose interaction is not confounded with a main effect or another pair."""
        unclear = {term for group in self.confounded for term in group}
        return tuple(pair for pair in combinations(self.names, 2) if pair not in unclear)


@dataclass(frozen=True)
class NoFactorial:
    """Experiments that are not a factorial.

    Attributes:
        reason: what prevents it, if they are almost one; otherwise empty, as for a ladder or a grid.
    """

    reason: str = ""


def find_factorial(results: Sequence[ExperimentResult]) -> Factorial | NoFactorial:
    """Recognizes a factorial from the resolved experiments.

    Its factors are the regularizers that some experiments have and others do not; regularizers that are
    always on together are one factor. Each regularizer must have the same parameters wherever it is on, all
    other settings and the data must be equal, and each combination may occur once. The combinations must be
    all 2^k, or a balanced orthogonal fraction of them.

    Args:
        results: the experiments of a comparison.
    """
    active = [_read_regularizers(result) for result in results]
    sets = [frozenset(each) for each in active if each is not None]
    if len(sets) < len(results):
        # The notes of the comparison name the experiment that cannot be read.
        return NoFactorial()
    titles = {name: regularizer.title for each in active for name, regularizer in (each or {}).items()}
    groups = _find_factors(sets)
    factors = tuple(Factor("+".join(group), " + ".join(titles[name] for name in group)) for group in groups)
    cells = {
        frozenset(
            factor.name for factor, group in zip(factors, groups, strict=True) if group[0] in each
        ): result.name
        for each, result in zip(sets, results, strict=True)
    }
    if not factors or not is_balanced([factor.name for factor in factors], cells):
        return NoFactorial(_explain_cells(factors, cells, sets, results))
    if len(results) > len(cells) + 1:
        # Such as a grid of several strengths.
        return NoFactorial()
    seeds = set[int].intersection(*(set(result.seeds) for result in results))
    reasons = (
        _explain_repetition(sets, results),
        _explain_settings(results, [each for each in active if each is not None]),
        "" if seeds else f"no seed is in all {len(results)} experiments",
    )
    if not any(reasons):
        return Factorial(factors, cells, tuple(sorted(seeds)))
    return NoFactorial(next(filter(None, reasons)) if len(factors) >= _FEWEST else "")


def _read_regularizers(result: ExperimentResult) -> "Mapping[str, Regularizer] | None":
    """The active regularizers by name, in the order in which they act; None if no run has a valid file."""
    # Importing Experiment imports all regularizers, which takes time that other commands do not need.
    from reglab.experiment import Experiment

    for run in result.runs:
        try:
            return Experiment.load(RunDirectory(run.path).experiment).regularizers.named
        except ReglabError:
            continue
    return None


def _find_factors(sets: Sequence[frozenset[str]]) -> list[tuple[str, ...]]:
    """The names that are in some sets and not in all, in the order in which regularizers act.

    Names that are in the same sets are one factor.
    """
    from reglab.regularizers.table import Regularizers

    some = frozenset[str]().union(*sets) - frozenset.intersection(*sets)
    groups: dict[tuple[bool, ...], list[str]] = {}
    for name in Regularizers.model_fields:
        if name in some:
            groups.setdefault(tuple(name in each for each in sets), []).append(name)
    return [tuple(group) for group in groups.values()]


def _explain_cells(
    factors: Sequence[Factor],
    cells: Mapping[Combination, str],
    sets: Sequence[frozenset[str]],
    results: Sequence[ExperimentResult],
) -> str:
    """The combinations that are missing, or the experiment that is one too many; empty if it is neither."""
    count = 1 << len(factors)
    if len(factors) > _FEWEST and 0 < count - len(cells) <= count // _MISSING:
        missing = [
            " + ".join(factor.title for factor in on) or "the one without any"
            for size in range(len(factors) + 1)
            for on in combinations(factors, size)
            if frozenset(factor.name for factor in on) not in cells
        ]
        titles = join_titles([factor.title for factor in factors])
        verb = "is" if len(missing) == 1 else "are"
        return f"of the {count} combinations of {titles}, {join_titles(missing)} {verb} missing"
    for place, result in enumerate(results):
        others = [*sets[:place], *sets[place + 1 :]]
        names = _find_factors(others) if others else []
        if len(names) >= _FEWEST and len(set(others)) == len(others) == 1 << len(names):
            return f"only without {result.title} the experiments are all combinations of regularizers"
    return ""


def _explain_repetition(sets: Sequence[frozenset[str]], results: Sequence[ExperimentResult]) -> str:
    first: dict[frozenset[str], str] = {}
    for each, result in zip(sets, results, strict=True):
        if each in first:
            return f"{first[each]} and {result.title} have the same regularizers"
        first[each] = result.title
    return ""


def _explain_settings(
    results: Sequence[ExperimentResult], active: "Sequence[Mapping[str, Regularizer]]"
) -> str:
    """The keys that have to be equal and are not."""
    unequal = [
        condition.noun
        for condition in (*DATA, *TERMS, *list_settings(results))
        if len({values for result in results if (values := list_values(condition, result))}) > 1
    ]
    # Where a regularizer is off, it has no parameters.
    parameters: dict[str, set[str]] = {}
    for each in active:
        for name, regularizer in each.items():
            for key, value in regularizer:
                parameters.setdefault(f"regularizers.{name}.{key}", set()).add(str(value))
    unequal += [key for key, values in parameters.items() if len(values) > 1]
    return f"the experiments differ in {join_titles(unequal)}" if unequal else ""
