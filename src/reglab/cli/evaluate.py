"""`reglab evaluate`: measures trained runs on the test set."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reglab.cli.options import AnyPath, data_directory_option, examples
from reglab.errors import DataError

if TYPE_CHECKING:
    from reglab.analysis.confusion import Confusion
    from reglab.data.dataset import Dataset
    from reglab.experiment import Experiment
    from reglab.inference.trained import TrainedNetwork
    from reglab.runs.summary import Summary


_LISTED = 10
"""Number of classes that a message lists."""


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

    RUN is the folder of a run, such as results/mp/seed-0. An interrupted run is measured with the weights of
    its last finished epoch.
    """
    from reglab.inference.trained import (
        Unfinished,
        load_trained,
        read_trained_experiment,
        read_trained_summary,
        read_unfinished,
    )

    # All runs are read first, so that a wrong path is reported before Keras is loaded.
    found: list[tuple[Path, Experiment, Summary | Unfinished]] = []
    for run in runs:
        unfinished = read_unfinished(run)
        if unfinished is None:
            found.append((run, read_trained_experiment(run), read_trained_summary(run)))
        else:
            found.append((run, unfinished.experiment, unfinished))
    from reglab.data.loading import load_dataset

    load = cache(load_dataset)
    records = []
    for run, experiment, end in found:
        dataset = load(experiment.data, data_dir)
        classes = len(dataset.classes)
        if isinstance(end, Unfinished):
            network, epoch = end.build(classes), end.checkpoint.epoch.epoch
        else:
            _check_classes(run, end, dataset)
            network, epoch = load_trained(run, experiment, classes), end.weights_epoch
        record, counted = _measure(run, experiment, dataset, network)
        records.append(record | {"epoch": epoch})
        if as_json:
            continue
        _report(record, experiment, dataset)
        if isinstance(end, Unfinished):
            total = experiment.training.epochs
            click.echo(f"The run is not complete: its weights are those of epoch {epoch} of {total}.")
        elif dataset.title != end.dataset:
            click.echo(f"The run was trained on {end.dataset}.")
        if confusion:
            _print_confusion(counted)
    if as_json:
        click.echo(json.dumps(records, indent=2))


def _check_classes(run: Path, summary: "Summary", dataset: "Dataset") -> None:
    """Refuses other classes than those of the run; summaries of earlier versions do not have them."""
    if summary.classes and summary.classes != dataset.classes:
        raise DataError(
            f"{dataset.source}: expected the {len(summary.classes)} classes of {run} "
            f"({_shorten(summary.classes)}), found {len(dataset.classes)} ({_shorten(dataset.classes)}); "
            "name the directory of its data set with --data-dir"
        )


def _shorten(classes: tuple[str, ...]) -> str:
    return ", ".join(classes[:_LISTED]) + (", …" if len(classes) > _LISTED else "")


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
