"""Whether experiments were run under the same conditions, and in words where they were not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reglab.analysis.experiment import CompleteRun, ExperimentResult


@dataclass(frozen=True)
class Condition:
    """One thing that ought to be the same for every run of a comparison.

    Attributes:
        noun: what it is called.
        sentence: with places for who and what: `{who} ran on {what}`.
        value: what it is for a run.
        consequence: what it means when it differs between experiments.
    """

    noun: str
    sentence: str
    value: Callable[[CompleteRun], str]
    consequence: str


_DATA = (
    Condition("dataset", "{who} ran on {what}", lambda run: run.summary.dataset, "not comparable"),
    Condition(
        "validation images",
        "validation of {who} is the {what}",
        lambda run: f"{run.summary.validation} ({run.summary.validation_images:,} images)",
        "not comparable",
    ),
)
_TERMS = (
    Condition(
        "training images",
        "{who} trained on {what}",
        lambda run: f"{run.summary.train_images:,} images",
        "not on equal terms",
    ),
    Condition(
        "settings", "{who} trained with {what}", lambda run: run.summary.settings, "not on equal terms"
    ),
    Condition(
        "clean images",
        "clean accuracy of {who} is of {what}",
        lambda run: f"{run.summary.clean_images:,} training images",
        "the gaps are not equally exact",
    ),
    Condition("epochs", "{who} had {what}", lambda run: f"{run.epochs} epochs", "not on equal terms"),
    Condition(
        "precision",
        "{who} computed in {what}",
        lambda run: run.summary.precision,
        "small differences may come from that",
    ),
)
_SETTINGS = (
    Condition("parameters", "", lambda run: str(run.summary.parameters), ""),
    Condition("regularizers", "", lambda run: ", ".join(run.summary.regularizers), ""),
)


def share_data(one: ExperimentResult, other: ExperimentResult) -> bool:
    """Whether two experiments were measured on the same kind and number of validation images."""
    return all(_values(condition, one) == _values(condition, other) for condition in _DATA)


def describe_differences(results: Sequence[ExperimentResult]) -> tuple[str, ...]:
    """One sentence for everything that ought to be the same and is not.

    Args:
        results: the experiments of a comparison.

    Returns:
        Sentences such as `CNN ran on CIFAR-10, the others on synthetic shapes: not comparable`.
    """
    between = [_compare(condition, results) for condition in (*_DATA, *_TERMS)]
    within = [note for result in results for note in (_mixture(result), _choice(result))]
    return tuple(note for note in (*between, *within) if note)


def _compare(condition: Condition, results: Sequence[ExperimentResult]) -> str:
    titles: dict[str, list[str]] = {}
    for result in results:
        titles.setdefault(" or ".join(_values(condition, result)), []).append(result.title)
    if len(titles) < 2:
        return ""
    usual = max(titles, key=lambda what: len(titles[what]))
    parts = [
        condition.sentence.format(who=" and ".join(who), what=what)
        for what, who in titles.items()
        if what != usual
    ]
    rest = "the others" if len(titles[usual]) > 1 else titles[usual][0]
    parts.append(condition.sentence.format(who=rest, what=usual))
    return f"{'; '.join(parts)}: {condition.consequence}"


def _mixture(result: ExperimentResult) -> str:
    mixed = [
        condition.noun for condition in (*_DATA, *_TERMS, *_SETTINGS) if len(_values(condition, result)) > 1
    ]
    if not mixed:
        return ""
    return f"the seeds of {result.title} differ in {', '.join(mixed)}: they are not one experiment"


def _choice(result: ExperimentResult) -> str:
    """Early stopping picks its epoch by the very images that it is then judged by."""
    if all(run.summary.weights_epoch == len(run.history.rows) for run in result.runs):
        return ""
    return (
        f"{result.title} kept the weights of the epoch that did best on the validation images "
        "(early stopping), which favours it there"
    )


def _values(condition: Condition, result: ExperimentResult) -> tuple[str, ...]:
    """What a condition is over the seeds, each value once."""
    return tuple(dict.fromkeys(condition.value(run) for run in result.runs))
