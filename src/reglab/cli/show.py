"""`reglab show`: an experiment before it is trained."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reglab.cli.options import AnyPath, examples, overrides_option

if TYPE_CHECKING:
    from rich.console import Console

    from reglab.model.network import Seat
    from reglab.model.size import Size
    from reglab.regularizers.table import Experiment

# Only the output layer depends on how many classes a dataset has.
_CLASSES = {"cifar100": 100}


@click.command(
    epilog=examples("reglab show configs/mp_do_bn_da.yaml", "reglab show configs/mp.yaml --resolved")
)
@click.argument("config", type=AnyPath)
@overrides_option
@click.option("--resolved", is_flag=True, help="Print the full YAML instead, every default filled in.")
def show(config: Path, overrides: tuple[str, ...], resolved: bool) -> None:
    """Show an experiment without training it: its layers, its size, its regularizers, advice."""
    from rich.console import Console

    from reglab.cli.experiments import advice_on, load_all
    from reglab.config.resolved import dump_experiment

    [experiment] = load_all([config], overrides)
    if resolved:
        click.echo(dump_experiment(experiment), nl=False)
        return
    from reglab.training.backend import start_backend

    start_backend("float32")
    from reglab.model.network import build_with_seats
    from reglab.model.size import measure_size

    network, seats = build_with_seats(experiment, _CLASSES.get(experiment.data.dataset, 10))
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"[bold]{experiment.label}[/bold]  {experiment.description}".rstrip())
    _print_layers(console, measure_size(network))
    _print_regularizers(console, experiment, seats)
    for advice in advice_on(experiment):
        console.print(f"Advice: {advice}", markup=False)


def _print_layers(console: "Console", size: "Size") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Layer (type)", no_wrap=True)
    for name in ("Output shape", "Parameters", "Mult-adds"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in size.layers:
        shape = " × ".join(map(str, row.output_shape))
        multiply_adds = f"{row.multiply_adds:,}" if row.multiply_adds else ""
        table.add_row(f"{row.name} ({row.kind})", shape, f"{row.parameters:,}", multiply_adds)
    console.print(table)
    console.print(
        f"Parameters: {size.parameters:,} total, {size.trainable:,} trainable, "
        f"{size.non_trainable:,} not. Multiply-adds per image: {size.multiply_adds:,}."
    )


def _print_regularizers(console: "Console", experiment: "Experiment", seats: "tuple[Seat, ...]") -> None:
    if not experiment.regularizers.active:
        console.print("Regularizers: none.")
        return
    console.print("Regularizers:")
    for guest in experiment.regularizers.active:
        console.print(f"  {guest.describe()}", markup=False)
        taken: dict[str, list[str]] = {}
        for seat in seats:
            if seat.technique == guest.title:
                taken.setdefault(seat.what, []).append(seat.layer)
        taken |= {f"changes the {seat}": [] for seat in guest.training_seats()}
        for what, layers in taken.items():
            where = f" at {', '.join(layers)}" if layers else ""
            console.print(f"    {what}{where}", markup=False)
