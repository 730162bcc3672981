"""The records of a comparison for programs: CSV and JSON, with numbers that are not rounded."""

import csv
import json
from collections.abc import Mapping
from io import StringIO

from reglab.analysis.comparison import Comparison
from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.metrics import (
    ACCURACY_GAP,
    BEST_EPOCH,
    BEST_VALIDATION_ACCURACY,
    CLEAN_ACCURACY,
    CROSS_ENTROPY_GAP,
    TEST_ACCURACY,
    TIME,
    TRAIN_ACCURACY,
    VALIDATION_ACCURACY,
    VALIDATION_CROSS_ENTROPY,
)

_METRICS = (
    TRAIN_ACCURACY,
    CLEAN_ACCURACY,
    VALIDATION_ACCURACY,
    BEST_VALIDATION_ACCURACY,
    BEST_EPOCH,
    TEST_ACCURACY,
    ACCURACY_GAP,
    CROSS_ENTROPY_GAP,
    VALIDATION_CROSS_ENTROPY,
    TIME,
)
_WITH_DEVIATION = (VALIDATION_ACCURACY, ACCURACY_GAP, CROSS_ENTROPY_GAP, VALIDATION_CROSS_ENTROPY)

Record = Mapping[str, str | int | float | None]
"""One experiment. Accuracies, accuracy gaps and differences are fractions; cross-entropies are in nats.

Numbers are means over the seeds. Names that end with `_sd` are sample standard deviations, which are None
with one seed.
"""


def render_csv(comparison: Comparison) -> str:
    """Renders a header and one line for each experiment; None is an empty field."""
    records = [_build(result, comparison.baseline) for result in comparison.experiments]
    text = StringIO()
    writer = csv.DictWriter(text, list(records[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def render_json(comparison: Comparison) -> str:
    """Renders the same records as JSON, with the titles of the metrics, the notes and the skipped runs."""
    content = {
        "baseline": comparison.baseline,
        "experiments": [_build(result, comparison.baseline) for result in comparison.experiments],
        "metrics": {metric.name: {"title": metric.title, "better": metric.better} for metric in _METRICS},
        "notes": list(comparison.notes),
        "left_out": [{"run": str(run.path), "reason": run.reason} for run in comparison.skipped],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _build(result: ExperimentResult, baseline: str | None) -> Record:
    summary, difference = result.summary, result.difference
    low, high = (difference and difference.interval) or (None, None)
    numbers: dict[str, float | None] = {}
    for metric in _METRICS:
        spread = result.final(metric)
        numbers[metric.name] = spread.mean if spread else None
        if metric in _WITH_DEVIATION:
            numbers[f"{metric.name}_sd"] = spread.deviation if spread else None
    return {
        "experiment": result.name,
        "title": result.title,
        "dataset": summary.dataset,
        "validation": summary.validation,
        "validation_images": summary.validation_images,
        "parameters": summary.parameters,
        "regularizers": " ".join(summary.regularizers),
        "seeds": " ".join(map(str, result.seeds)),
        "epochs_min": min(result.epochs_trained),
        "epochs_max": max(result.epochs_trained),
        **numbers,
        "baseline": baseline,
        "difference": difference.mean if difference else None,
        # Ends of the 95 % confidence interval of the mean difference.
        "difference_low": low,
        "difference_high": high,
        "difference_seeds": len(difference.seeds) if difference else None,
    }
