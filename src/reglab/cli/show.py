"""`reglab show`: prints the network and the regularizers of an experiment."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reglab.cli.options import AnyPath, data_directory_option, examples, overrides_option

if TYPE_CHECKING:
    from rich.console import Console

    from reglab.experiment import Experiment
    from reglab.model.network import Seat
    from reglab.model.size import Size
    from reglab.regularizers.base import Regularizer

_USUAL_CLASSES = 10


@click.command(
    epilog=examples(
        "reglab show configs/mp_do_bn_da.yaml",
        "reglab show configs/mp.yaml --resolved",
        "reglab show configs/mp.yaml --json",
    )
)
@click.argument("config", type=AnyPath)
@overrides_option
@data_directory_option
@click.option("--resolved", is_flag=True, help="Print the YAML with all defaults instead of the network.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with the same facts.")
def show(
    config: Path, overrides: tuple[str, ...], data_dir: Path | None, resolved: bool, as_json: bool
) -> None:
    """Show an experiment without training it.

    Prints its layers with output shapes, parameters and multiply-adds, the positions of its regularizers,
    and advice from the literature.
    """
    from reglab.cli.experiments import load_all
    from reglab.config.yaml.dumping import dump_yaml

    if resolved and as_json:
        raise click.UsageError("Give --resolved or --json, not both.")
    [experiment] = load_all([config], overrides)
    if resolved:
        click.echo(dump_yaml(experiment), nl=False)
        return
    from reglab.backend.start import start_backend
    from reglab.data.loading import count_classes

    classes = count_classes(experiment.data, data_dir)
    start_backend("float32")
    from reglab.model.network import outline_network
    from reglab.model.size import measure_size

    network, seats = outline_network(experiment, classes or _USUAL_CLASSES)
    size = measure_size(network)
    if as_json:
        record = _record(experiment, classes or _USUAL_CLASSES, size, seats)
        click.echo(json.dumps(record, indent=2, ensure_ascii=False))
        return
    from rich.text import Text

    from reglab.cli.console import build_console

    console = build_console()
    title = Text.assemble((experiment.label, "bold"), "  ", experiment.description)
    title.rstrip()
    console.print(title)
    _print_layers(console, size)
    if classes is None:
        console.print(f"Counted with {_USUAL_CLASSES} classes; pass --data-dir to count those of the folder.")
    _print_regularizers(console, experiment, seats)
    for advice in experiment.advice():
        console.print(f"Advice: {advice}")


def _record(
    experiment: "Experiment", classes: int, size: "Size", seats: "tuple[Seat, ...]"
) -> dict[str, Any]:
    return {
        "name": experiment.name,
        "title": experiment.label,
        "description": experiment.description,
        "identity": experiment.identity,
        "experiment": experiment.model_dump(mode="json", exclude_none=True),
        "classes": classes,
        "layers": [asdict(layer) for layer in size.layers],
        "parameters": size.parameters,
        "trainable_parameters": size.trainable,
        "multiply_adds": size.multiply_adds,
        "regularizers": [
            {"description": regularizer.describe(), "positions": _list_positions(regularizer, seats)}
            for regularizer in experiment.regularizers.active
        ],
        "advice": [str(advice) for advice in experiment.advice()],
    }


def _list_positions(regularizer: "Regularizer", seats: "tuple[Seat, ...]") -> dict[str, list[str]]:
    """What a regularizer does → the names of the layers there; empty for the training as a whole."""
    positions: dict[str, list[str]] = {}
    for seat in seats:
        if seat.technique == regularizer.title:
            positions.setdefault(seat.what, []).append(seat.layer)
    return positions | {f"changes the {seat}": [] for seat in regularizer.training_seats()}


def _print_layers(console: "Console", size: "Size") -> None:
    from reglab.report.tables.grid import Column, Grid

    rows = size.layers
    names = tuple(f"{row.name} ({row.kind})" for row in rows)
    shapes = tuple(" × ".join(map(str, row.output_shape)) for row in rows)
    parameters = tuple(f"{row.parameters:,}" for row in rows)
    multiply_adds = tuple(f"{row.multiply_adds:,}" if row.multiply_adds else "" for row in rows)
    columns = (
        Column("Layer (type)", names, 1, numeric=False),
        Column("Output shape", shapes, 2),
        Column("Parameters", parameters, 1),
        Column("Mult-adds", multiply_adds, 3),
    )
    console.print(Grid(columns))
    console.print(
        f"Parameters: {size.parameters:,} total, {size.trainable:,} trainable, "
        f"{size.non_trainable:,} non-trainable. Multiply-adds per image: {size.multiply_adds:,}."
    )


def _print_regularizers(console: "Console", experiment: "Experiment", seats: "tuple[Seat, ...]") -> None:
    from rich.padding import Padding

    if not experiment.regularizers.active:
        console.print("Regularizers: none.")
        return
    console.print("Regularizers:")
    for regularizer in experiment.regularizers.active:
        console.print(Padding(regularizer.describe(), (0, 0, 0, 2), expand=False))
        for what, layers in _list_positions(regularizer, seats).items():
            where = f" at {', '.join(layers)}" if layers else ""
            console.print(Padding(f"{what}{where}", (0, 0, 0, 4), expand=False))
