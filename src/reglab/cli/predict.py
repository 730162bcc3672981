"""`reglab predict`: classifies your own images with a trained run."""

from pathlib import Path

import click

from reglab.cli.options import AnyPath, examples


@click.command(epilog=examples("reglab predict results/mp_bn_da/seed-0 cat.jpg dog.png"))
@click.argument("run", type=AnyPath)
@click.argument("images", metavar="IMAGE…", type=AnyPath, nargs=-1, required=True)
def predict(run: Path, images: tuple[Path, ...]) -> None:
    """Print the three most probable classes of your own images.

    RUN is the folder of a run, such as results/mp/seed-0. Each IMAGE may be a file of any common format; it
    is resized to the size of the training images.
    """
    from reglab.inference.own_picture import read_own_picture
    from reglab.inference.trained import load_trained, read_classes, read_trained_experiment

    experiment = read_trained_experiment(run)
    classes = read_classes(run)
    pictures = [read_own_picture(path, experiment.data.image_shape) for path in images]
    network = load_trained(run, experiment, len(classes))
    for path, probabilities in zip(images, network.predict(pictures), strict=True):
        best = probabilities.argsort()[::-1][:3]
        shares = (f"{classes[index]} {100 * probabilities[index]:.1f} %" for index in best)
        click.echo(f"{path}: {', '.join(shares)}")
