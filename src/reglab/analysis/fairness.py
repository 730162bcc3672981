"""Everything in which an experiment differs from a baseline, beyond the declared regularizers, key by key."""

from collections.abc import Iterator, Sequence
from math import ceil

from reglab.analysis.comparability import DATA, TERMS, Condition, list_settings, list_values
from reglab.analysis.experiment import CompleteRun, ExperimentResult
from reglab.differences import NOT_SET, KeyDifference


def list_unequal(result: ExperimentResult, baseline: ExperimentResult) -> tuple[KeyDifference, ...]:
    """Compares the resolved experiments, and the sizes that follow from them.

    Args:
        result: the experiment.
        baseline: the experiment that it is compared with.

    Returns:
        Keys such as `training.batch_size`, and `parameters` and `steps`; the value of the baseline is first.
        Names, regularizers and seed are expected to differ. A value that is not known, as in older runs, is
        not compared.
    """
    return tuple(_compare((*DATA, *TERMS, *_SIZES, *list_settings((baseline, result))), result, baseline))


def _compare(
    conditions: Sequence[Condition], result: ExperimentResult, baseline: ExperimentResult
) -> Iterator[KeyDifference]:
    for condition in conditions:
        first, second = (" or ".join(list_values(condition, each)) for each in (baseline, result))
        if first and second and first != second:
            yield KeyDifference(condition.noun, first, second)


def _count_steps(run: CompleteRun) -> str | None:
    """Number of steps of the optimizer: epochs · ⌈training images / batch size⌉."""
    batch = (run.settings or {}).get("training.batch_size", NOT_SET)
    if not batch.isdecimal():
        return None
    return f"{len(run.history.rows) * ceil(run.summary.train_images / int(batch)):,}"


def _count_multiply_adds(run: CompleteRun) -> str | None:
    return None if run.summary.multiply_adds is None else f"{run.summary.multiply_adds:,}"


_SIZES = (
    Condition("parameters", lambda run: f"{run.summary.parameters:,}"),
    Condition("trainable parameters", lambda run: f"{run.summary.trainable_parameters:,}"),
    Condition("multiply-adds for an image", _count_multiply_adds),
    Condition("steps", _count_steps),
)
