"""`reglab evaluate`: measures trained runs on the test set."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reglab.cli.options import AnyPath, data_directory_option, examples

if TYPE_CHECKING:
    from reglab.analysis.confusion import Confusion
    from reglab.data.dataset import Dataset
    from reglab.experiment import Experiment
    from reglab.inference.trained import TrainedNetwork


@click.command(
    epilog=examples(
        "reglab evaluate results/mp_bn_da/seed-0", "reglab evaluate results/mp/seed-* --confusion"
    )
)
@click.argument("runs", metavar="RUN…", type=AnyPath, nargs=-1, required=True)
@data_directory_option
@click.option("--confusion", is_flag=True, help="Also print accuracies by class, and the confusion matrix.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list with all of it for each run.")
def evaluate(runs: tuple[Path, ...], data_dir: Path | None, confusion: bool, as_json: bool) -> None:
    """Measure trained networks on the whole test set of their data set.

    RUN is the folder of a run, such as results/mp/seed-0.
    """
    from reglab.inference.trained import load_trained, read_trained_experiment, read_trained_summary

    # All runs are read first, so that a wrong path is reported before Keras is loaded.
    experiments = [read_trained_experiment(run) for run in runs]
    summaries = [read_trained_summary(run) for run in runs]
    from reglab.data.loading import load_dataset

    load = cache(load_dataset)
    records = []
    for run, experiment, summary in zip(runs, experiments, summaries, strict=True):
        dataset = load(experiment.data, data_dir)
        network = load_trained(run, experiment, len(dataset.classes))
        record, counted = _measure(run, experiment, dataset, network)
        records.append(record)
        if as_json:
            continue
        _report(record, experiment, dataset)
        if dataset.title != summary.dataset:
            click.echo(f"The run was trained on {summary.dataset}.")
        if confusion:
            _print_confusion(counted)
    if as_json:
        click.echo(json.dumps(records, indent=2))


def _measure(
    run: Path, experiment: "Experiment", dataset: "Dataset", network: "TrainedNetwork"
) -> "tuple[dict[str, Any], Confusion]":
    from reglab.analysis.confusion import count_confusion

    measured = network.measure(dataset.test_images, dataset.test_labels)
    predicted = network.predict(list(dataset.test_images)).argmax(axis=1)
    counted = count_confusion(dataset.classes, dataset.test_labels, predicted)
    record = {
        "path": str(run),
        "experiment": experiment.name,
        "seed": experiment.training.seed,
        "dataset": dataset.title,
        "test_images": len(dataset.test_images),
        "test_accuracy": measured.accuracy,
        "test_cross_entropy": measured.cross_entropy,
        "independent": experiment.data.validation != "test",
        "class_accuracies": dict(zip(counted.classes, counted.accuracies, strict=True)),
        "confusion": counted.counts.tolist(),
    }
    return record, counted


def _report(record: dict[str, Any], experiment: "Experiment", dataset: "Dataset") -> None:
    from reglab.analysis.metrics import TEST_ACCURACY, TEST_CROSS_ENTROPY

    click.echo(
        f"{experiment.label}, seed {experiment.training.seed}: "
        f"accuracy {TEST_ACCURACY.describe(record['test_accuracy'])}, "
        f"cross-entropy {TEST_CROSS_ENTROPY.describe(record['test_cross_entropy'])} "
        f"on the {len(dataset.test_images):,} test images of {dataset.title}"
    )
    if not record["independent"]:
        click.echo("The run was validated on the test set, so this is not an independent test.")


def _print_confusion(counted: "Confusion") -> None:
    from reglab.cli.console import build_console
    from reglab.report.tables.confusion import build_class_table, build_confusion_table

    console = build_console()
    console.print(build_class_table(counted))
    console.print(build_confusion_table(counted))
