"""The records of a comparison for programs: CSV and JSON, with numbers that are not rounded."""

import csv
import json
from collections.abc import Mapping
from io import StringIO
from typing import Any

from reglab.analysis.comparison import Comparison
from reglab.analysis.diagnosis.diagnosis import diagnose_experiment
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
from reglab.report.diagnoses import describe_diagnosis, describe_evidence
from reglab.report.tables.effect_records import build_effect_records

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
with one seed. `mean`, `deviation` and the interval are those of the validation accuracy that is compared,
which `value` names; the metrics before are final. `difference` and what follows compare it with the baseline,
paired by seed. Intervals are 95 % confidence intervals, and `difference_interval_images` is one for new seeds
and new images. `gain_per_second` is a fraction for each second of training more.
"""


def render_csv(comparison: Comparison) -> str:
    """Renders a header and one line for each experiment; None is an empty field."""
    records = [_build(result, comparison) for result in comparison.experiments]
    text = StringIO()
    writer = csv.DictWriter(text, list(records[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def render_json(comparison: Comparison) -> str:
    """Renders the same records as JSON, with the titles of the metrics, the notes and the skipped runs.

    The ends of an interval are a list; the interval is null if it is not known. `differs_in` lists what
    differs from the baseline beyond the regularizers, and `effects` is null unless the experiments are a
    factorial.
    """
    content = {
        "baseline": comparison.baseline,
        "margin": comparison.margin,
        "value": comparison.value,
        "experiments": [
            {**_join_intervals(_build(result, comparison)), "differs_in": _list_differences(result)}
            for result in comparison.experiments
        ],
        "effects": None if comparison.effects is None else build_effect_records(comparison.effects),
        "metrics": {metric.name: {"title": metric.title, "better": metric.better} for metric in _METRICS},
        "notes": [*comparison.notes, *comparison.missing],
        "left_out": [{"run": str(run.path), "reason": run.reason} for run in comparison.skipped],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _build(result: ExperimentResult, comparison: Comparison) -> Record:
    summary, verdict, images, cost = result.summary, result.verdict, result.images, result.cost
    accuracy = result.over_seeds(VALIDATION_ACCURACY, comparison.value)
    test = verdict.test if verdict else None
    low, high = (accuracy and accuracy.interval) or (None, None)
    difference_low, difference_high = (test and test.interval) or (None, None)
    diagnosis = diagnose_experiment(result)
    images_low, images_high = (images and images.interval) or (None, None)
    seconds_low, seconds_high = (cost and cost.seconds.interval) or (None, None)
    word = "baseline" if result.name == comparison.baseline else verdict.word if verdict else None
    numbers: dict[str, float | None] = {}
    for metric in _METRICS:
        spread = result.final(metric)
        numbers[metric.name] = spread.mean if spread else None
        if metric in _WITH_DEVIATION:
            numbers[f"{metric.name}_sd"] = spread.deviation if spread else None
    return {
        "name": result.name,
        "title": result.title,
        "dataset": summary.dataset,
        "validation": summary.validation,
        "validation_images": summary.validation_images,
        "parameters": summary.parameters,
        "regularizers": " ".join(summary.regularizers),
        "seeds": " ".join(map(str, result.seeds)),
        "n": len(result.seeds),
        "epochs_min": min(result.epochs_trained),
        "epochs_max": max(result.epochs_trained),
        **numbers,
        "value": comparison.value,
        "mean": accuracy.mean if accuracy else None,
        "deviation": accuracy.deviation if accuracy else None,
        "interval_low": low,
        "interval_high": high,
        "baseline": comparison.baseline,
        "difference": test.mean if test else None,
        "difference_n": test.n if test else None,
        "difference_deviation": test.deviation if test else None,
        "difference_interval_low": difference_low,
        "difference_interval_high": difference_high,
        "difference_interval_images_low": images_low,
        "difference_interval_images_high": images_high,
        "p": test.p if test else None,
        "p_sign_flips": test.p_sign_flips if test else None,
        "p_holm": verdict.p_holm if verdict else None,
        "probability_better": test.probability_better if test else None,
        "verdict": word,
        "seeds_needed": verdict.seeds_needed if verdict else None,
        "p_mcnemar": images.p_mcnemar if images else None,
        "seconds_difference": cost.seconds.mean if cost else None,
        "seconds_difference_interval_low": seconds_low,
        "seconds_difference_interval_high": seconds_high,
        "gain_per_second": cost.gain_per_second if cost else None,
        "diagnosis": describe_diagnosis(diagnosis),
        "diagnosis_evidence": "; ".join(describe_evidence(diagnosis, result)),
    }


def _list_differences(result: ExperimentResult) -> list[dict[str, str]]:
    return [{"key": each.key, "baseline": each.first, "value": each.second} for each in result.differs_in]


def _join_intervals(record: Record) -> dict[str, Any]:
    joined: dict[str, Any] = dict(record)
    for name in [key.removesuffix("_low") for key in record if key.endswith("_low")]:
        ends = [joined.pop(f"{name}_{end}") for end in ("low", "high")]
        joined[name] = None if None in ends else ends
    return joined
