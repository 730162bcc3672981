"""`reglab evaluate`: measures a trained run on the test set."""

from pathlib import Path

import click

from reglab.cli.options import AnyPath, data_directory_option, examples


@click.command(epilog=examples("reglab evaluate results/mp_bn_da/seed-0"))
@click.argument("run", type=AnyPath)
@data_directory_option
def evaluate(run: Path, data_dir: Path | None) -> None:
    """Measure a trained network on the whole test set of its data set.

    RUN is the folder of a run, such as results/mp/seed-0.
    """
    from reglab.analysis.metrics import TEST_ACCURACY, TEST_CROSS_ENTROPY
    from reglab.inference.trained import load_trained, read_trained_experiment, read_trained_summary

    experiment, summary = read_trained_experiment(run), read_trained_summary(run)
    from reglab.data.loading import load_dataset

    dataset = load_dataset(experiment.data, data_dir)
    network = load_trained(run, experiment, len(dataset.classes))
    measured = network.measure(dataset.test_images, dataset.test_labels)
    click.echo(
        f"{experiment.label}, seed {experiment.training.seed}: "
        f"accuracy {TEST_ACCURACY.describe(measured.accuracy)}, "
        f"cross-entropy {TEST_CROSS_ENTROPY.describe(measured.cross_entropy)} "
        f"on the {len(dataset.test_images):,} test images of {dataset.title}"
    )
    if experiment.data.validation == "test":
        click.echo("The run was validated on the test set, so this is not an independent test.")
    if dataset.title != summary.dataset:
        click.echo(f"The run was trained on {summary.dataset}.")
