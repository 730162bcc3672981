"""`reglab preview`: draws augmented training images."""

from pathlib import Path

import click

from reglab.cli.options import AnyPath, data_directory_option, examples, overrides_option

_ROWS, _VERSIONS = 6, 8


@click.command(
    epilog=examples(
        "reglab preview configs/da.yaml", "reglab preview configs/digits_flips.yaml --output x.png"
    )
)
@click.argument("config", type=AnyPath)
@overrides_option
@data_directory_option
@click.option(
    "--output", type=AnyPath, default=Path("preview.png"), show_default=True, help="PNG file to write."
)
def preview(config: Path, overrides: tuple[str, ...], data_dir: Path | None, output: Path) -> None:
    """Draw training images and augmented versions of them."""
    from reglab.cli.experiments import load_all
    from reglab.data.loading import load_dataset
    from reglab.data.split import split_dataset
    from reglab.errors import RunError
    from reglab.report.figures.preview import draw_preview

    _check_output(output)
    [experiment] = load_all([config], overrides)
    dataset = load_dataset(experiment.data, data_dir)
    split = split_dataset(dataset, experiment.data, experiment.training.seed)
    chosen = split.train[:_ROWS]
    from reglab.backend.start import start_backend

    start_backend("float32")
    from reglab.inference.augmented import augment_images
    from reglab.model.network import input_layers

    if not input_layers(experiment):
        raise RunError(
            f"{config}: no regularizer changes single images; "
            "add augmentation, random_erasing or gaussian_noise"
        )
    versions = augment_images(experiment, split.images[chosen], _VERSIONS)
    names = [dataset.classes[label] for label in split.labels[chosen]]
    draw_preview(split.images[chosen], versions, names, f"{experiment.label}: {dataset.title}", output)
    click.echo(f"written: {output}")


def _check_output(output: Path) -> None:
    """Checks the path before the images are loaded, because loading takes seconds."""
    if output.suffix.lower() != ".png":
        raise click.BadParameter(f"expected a name that ends in .png, got {output}", param_hint="'--output'")
    if not output.parent.is_dir():
        raise click.BadParameter(
            f"expected a folder that exists, got {output.parent}", param_hint="'--output'"
        )
