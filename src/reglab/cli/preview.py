"""`reglab preview`: draws augmented training images."""

from pathlib import Path

import click

from reglab.cli.options import AnyPath, data_directory_option, examples, overrides_option

_ROWS, _VERSIONS = 6, 8


@click.command(
    epilog=examples(
        "reglab preview configs/da.yaml", "reglab preview configs/digits_flips.yaml --output figures/x.pdf"
    )
)
@click.argument("config", type=AnyPath)
@overrides_option
@data_directory_option
@click.option(
    "--output",
    type=AnyPath,
    default=Path("preview.png"),
    show_default=True,
    help="File to write: PNG, SVG or PDF by its suffix.",
)
def preview(config: Path, overrides: tuple[str, ...], data_dir: Path | None, output: Path) -> None:
    """Draw training images and augmented versions of them."""
    from reglab.cli.experiments import load_all
    from reglab.data.loading import load_dataset
    from reglab.data.split import split_dataset
    from reglab.errors import RunError
    from reglab.files import create_folder
    from reglab.report.figures.preview import draw_preview

    _check_output(output)
    [experiment] = load_all([config], overrides)
    # The rest is checked before the images and Keras are loaded, because that takes seconds.
    if not any(regularizer.changes_images for regularizer in experiment.regularizers.active):
        raise RunError(
            f"{config}: no regularizer changes single images; "
            "add augmentation, random_erasing or gaussian_noise"
        )
    create_folder(output.parent)
    dataset = load_dataset(experiment.data, data_dir)
    split = split_dataset(dataset, experiment.data, experiment.training.seed)
    chosen = split.train[:_ROWS]
    from reglab.backend.start import start_backend

    start_backend("float32")
    from reglab.inference.augmented import augment_images

    versions = augment_images(experiment, split.images[chosen], _VERSIONS)
    names = [dataset.classes[label] for label in split.labels[chosen]]
    draw_preview(split.images[chosen], versions, names, f"{experiment.label}: {dataset.title}", output)
    click.echo(f"written: {output}")


def _check_output(output: Path) -> None:
    from reglab.report.figures.page import FORMATS

    if output.suffix.lower() not in FORMATS:
        raise click.BadParameter(
            f"expected a name that ends in .png, .svg or .pdf, got {output}", param_hint="'--output'"
        )
