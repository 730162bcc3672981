"""`reglab predict`: classifies your own images with a trained run."""

import json
from pathlib import Path

import click

from reglab.cli.console import print_error
from reglab.cli.options import AnyPath, examples


@click.command(
    epilog=examples(
        "reglab predict results/mp_bn_da/seed-0 cat.jpg dog.png",
        "reglab predict results/mp_bn_da/seed-0 photos --top 1 --json",
    )
)
@click.argument("run", type=AnyPath)
@click.argument("images", metavar="IMAGE…", type=AnyPath, nargs=-1, required=True)
@click.option(
    "--top", type=click.IntRange(min=1), default=3, show_default=True, help="Number of classes per image."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, one object for each image.")
def predict(run: Path, images: tuple[Path, ...], top: int, as_json: bool) -> None:
    """Print the most probable classes of your own images.

    RUN is the folder of a run, such as results/mp/seed-0. Each IMAGE may be a file of any common format, or
    a folder with such files; it is resized to the size of the training images.
    """
    from reglab.inference.own_picture import find_pictures, read_own_picture
    from reglab.inference.trained import load_trained, read_classes, read_trained_experiment

    experiment = read_trained_experiment(run)
    classes = read_classes(run)
    paths = [path for image in images for path in (find_pictures(image) if image.is_dir() else (image,))]
    pictures = [read_own_picture(path, experiment.data.image_shape) for path in paths]
    if scaled := sum(picture.was_scaled for picture in pictures):
        print_error(f"{scaled} of {len(pictures)} images: scaled from 16 to 8 bits")
    network = load_trained(run, experiment, len(classes))
    rows = [
        (path, [(classes[index], float(shares[index])) for index in shares.argsort()[::-1][:top]])
        for path, shares in zip(paths, network.predict([picture.pixels for picture in pictures]), strict=True)
    ]
    if as_json:
        records = [
            {"image": str(path), "classes": [{"class": name, "probability": share} for name, share in best]}
            for path, best in rows
        ]
        click.echo(json.dumps(records, indent=2))
        return
    for path, best in rows:
        click.echo(f"{path}: {', '.join(f'{name} {100 * share:.1f} %' for name, share in best)}")
