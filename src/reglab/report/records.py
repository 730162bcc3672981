"""A comparison's table for machines: CSV and JSON, numbers unrounded, units in the names."""

import csv
import json
from dataclasses import asdict, dataclass, fields
from io import StringIO

from reglab.analysis.comparison import Comparison
from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.spread import Spread


@dataclass(frozen=True)
class Record:
    """One experiment. Accuracies are fractions, gaps and differences of them too, cross-entropies nats.

    Means are over the seeds, `_sd` are sample standard deviations, None (empty) with one seed.
    """

    experiment: str
    title: str
    dataset: str
    validation: str
    validation_images: int
    parameters: int
    regularizers: str
    seeds: str
    epochs_min: int
    epochs_max: int
    train_accuracy: float
    clean_accuracy: float
    validation_accuracy: float
    validation_accuracy_sd: float | None
    best_validation_accuracy: float
    best_epoch: float
    test_accuracy: float | None
    gap_accuracy: float
    gap_accuracy_sd: float | None
    gap_cross_entropy: float
    gap_cross_entropy_sd: float | None
    validation_cross_entropy: float
    validation_cross_entropy_sd: float | None
    seconds: float
    baseline: str | None
    difference: float | None
    difference_low: float | None
    """Of the 95 % confidence interval."""
    difference_high: float | None
    difference_seeds: int | None


def build_records(comparison: Comparison) -> tuple[Record, ...]:
    """One record an experiment, in the order of the comparison."""
    return tuple(_build(result, comparison.baseline) for result in comparison.experiments)


def render_csv(comparison: Comparison) -> str:
    """The records as CSV, with a header; lines end with a newline."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [field.name for field in fields(Record)]
    writer.writerow(names)
    for record in build_records(comparison):
        values = asdict(record)
        writer.writerow(["" if values[name] is None else values[name] for name in names])
    return text.getvalue()


def render_json(comparison: Comparison) -> str:
    """The records as JSON, with the notes and the runs that were left out; ends with a newline."""
    content = {
        "baseline": comparison.baseline,
        "experiments": [asdict(record) for record in build_records(comparison)],
        "notes": list(comparison.notes),
        "left_out": [{"run": str(run.path), "reason": run.reason} for run in comparison.left_out],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _build(result: ExperimentResult, baseline: str | None) -> Record:
    difference = result.difference
    low, high = (difference and difference.interval) or (None, None)
    return Record(
        experiment=result.name,
        title=result.title,
        dataset=result.summary.dataset,
        validation=result.summary.validation,
        validation_images=result.summary.validation_images,
        parameters=result.parameters,
        regularizers=" ".join(result.regularizers),
        seeds=" ".join(str(seed) for seed in result.seeds),
        epochs_min=min(result.epochs_trained),
        epochs_max=max(result.epochs_trained),
        train_accuracy=result.final_train_accuracy.mean,
        clean_accuracy=result.final_clean_accuracy.mean,
        validation_accuracy=result.final_val_accuracy.mean,
        validation_accuracy_sd=result.final_val_accuracy.deviation,
        best_validation_accuracy=result.best_val_accuracy.mean,
        best_epoch=result.best_epoch.mean,
        test_accuracy=_mean(result.test_accuracy),
        gap_accuracy=result.gap_accuracy.mean,
        gap_accuracy_sd=result.gap_accuracy.deviation,
        gap_cross_entropy=result.gap_cross_entropy.mean,
        gap_cross_entropy_sd=result.gap_cross_entropy.deviation,
        validation_cross_entropy=result.final_val_cross_entropy.mean,
        validation_cross_entropy_sd=result.final_val_cross_entropy.deviation,
        seconds=result.seconds.mean,
        baseline=baseline,
        difference=difference.mean if difference else None,
        difference_low=low,
        difference_high=high,
        difference_seeds=len(difference.seeds) if difference else None,
    )


def _mean(spread: Spread | None) -> float | None:
    return spread.mean if spread else None
