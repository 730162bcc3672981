"""What limits the conclusions also from equal conditions: runs at chance level, and no independent test."""

from collections.abc import Iterator, Sequence
from math import sqrt

from reglab.analysis.experiment import CompleteRun, ExperimentResult
from reglab.analysis.labels import join_titles
from reglab.analysis.value import Value

_ERRORS = 3
"""Standard errors above chance from which a network has learned something. With 10,000 images of ten classes,
that is 10.9 %; a network that guesses exceeds it once in about 700 runs."""


def describe_limits(results: Sequence[ExperimentResult], value: Value) -> Iterator[str]:
    """Yields one sentence for each limit.

    Args:
        results: the experiments of a comparison.
        value: what is compared.
    """
    for result in results:
        seeds = [str(run.seed) for run in result.runs if is_at_chance(run)]
        if seeds:
            classes = len(result.summary.classes)
            noun = "seed" if len(seeds) == 1 else "seeds"
            yield (
                f"{result.title}, {noun} {', '.join(seeds)}: at chance level; the validation accuracy is not "
                f"more than {_ERRORS} standard errors above 1 / {classes}"
            )
    on_test = [result.title for result in results if result.summary.test_accuracy is None]
    if on_test:
        whose = "" if len(on_test) == len(results) else f" of {join_titles(on_test)}"
        problem = (
            "the best epoch was chosen on it, so its accuracy is too high"
            if value == "best"
            else "a setting that was chosen on it has no independent test"
        )
        yield f"the validation set{whose} is the test set: {problem}"


def is_at_chance(run: CompleteRun) -> bool:
    """Whether the kept weights of a run are no better than guessing; False if the classes are not known.

    A network that guesses is right with p = 1 / classes, with a standard error of √(p (1 − p) / images).
    """
    summary = run.summary
    if not summary.classes:
        return False
    chance = 1 / len(summary.classes)
    error = sqrt(chance * (1 - chance) / summary.validation_images)
    return summary.final_val_accuracy <= chance + _ERRORS * error
