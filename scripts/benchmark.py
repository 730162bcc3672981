"""Trains reglab and what a user could pick instead in turn, on one machine in one sitting.

Example:
    .venv/bin/python scripts/benchmark.py --images DIRECTORY --pairs 5

Every round runs each contestant once, as a process of its own, so that what else the machine does meets
all of them alike; ratios are taken within a round. Writes a table as Markdown and JSON.
"""

import importlib.util
import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from reglab.runs.environment import Environment, collect_environment
from reglab.runs.writing import write_atomically
from reglab.training.precision import choose_precision

_FOLDER = Path(__file__).parent / "contestants"
_CONFIGS = Path(__file__).parents[1] / "configs"
_OURS, _LIMITED, _LIMIT = "reglab mp_do_bn_da", "reglab mp", "limit: matrix product"


@dataclass(frozen=True)
class Contestant:
    """One of those that are compared: its name, and the command that runs it."""

    name: str
    command: tuple[str, ...]

    def run(self) -> dict[str, float]:
        """Runs it once; what it reports, by name. Its own errors go to the terminal."""
        script, *arguments = self.command
        line = subprocess.run(
            [sys.executable, str(_FOLDER / script), *arguments], check=True, stdout=subprocess.PIPE, text=True
        ).stdout.splitlines()[-1]
        figures: dict[str, float] = json.loads(line)
        return figures


@click.command()
@click.option("--images", type=click.Path(path_type=Path, exists=True), required=True, help="CIFAR-10.")
@click.option("--count", default=10_000, show_default=True, help="Training images of an epoch.")
@click.option("--pairs", default=5, show_default=True, help="Rounds.")
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("results/benchmarks"), show_default=True
)
def main(images: Path, count: int, pairs: int, output: Path) -> None:
    """Compare the speed of training with that of others, and with the machine's limit."""
    precision = choose_precision("auto", gpu=False)
    rounds = []
    contestants = _list_contestants(images, count, precision.policy)
    for number in range(1, pairs + 1):
        figures = {}
        for contestant in contestants:
            figures[contestant.name] = contestant.run()
            speed = figures[contestant.name]["images_per_second"]
            click.echo(f"round {number}/{pairs}: {contestant.name}: {speed:.0f} images/s")
        rounds.append(figures)
    environment = collect_environment(precision.policy, precision.reason, "tensorflow", 0)
    table = _render(rounds, environment, count)
    output.mkdir(parents=True, exist_ok=True)
    stem = f"cpu-{datetime.now(UTC):%Y-%m-%d}"
    write_atomically(output / f"{stem}.md", table)
    record = {"environment": environment.model_dump(mode="json"), "count": count, "rounds": rounds}
    write_atomically(output / f"{stem}.json", json.dumps(record, indent=2) + "\n")
    click.echo(table)


def _list_contestants(images: Path, count: int, policy: str) -> list[Contestant]:
    data = (str(images), str(count))
    contestants = [
        Contestant(_OURS, ("reglab_run.py", str(_CONFIGS / "mp_do_bn_da.yaml"), *data)),
        Contestant("Keras, ImageDataGenerator", ("image_data_generator.py", *data)),
        Contestant("Keras, preprocessing layers", ("keras_layers.py", *data)),
        Contestant(_LIMITED, ("reglab_run.py", str(_CONFIGS / "mp.yaml"), *data)),
        Contestant(_LIMIT, ("matrix_product.py", policy)),
    ]
    if importlib.util.find_spec("torch"):
        contestants.insert(3, Contestant("PyTorch loop, no augmentation", ("torch_loop.py", *data, policy)))
    return contestants


def _render(rounds: Sequence[Mapping[str, Mapping[str, float]]], environment: Environment, count: int) -> str:
    """The table as Markdown: medians over the rounds, the ratio's least and largest in brackets."""
    head = (
        f"{datetime.now(UTC):%Y-%m-%d}, {environment.processor}, {environment.cores} cores, "
        f"{environment.precision} ({environment.precision_reason}), TensorFlow {environment.tensorflow}, "
        f"Keras {environment.keras}; {count:,} images in batches of 200, {len(rounds)} rounds, medians."
    )
    lines = [head, "", "| | images/s | against | ratio | peak MB |", "| --- | ---: | --- | ---: | ---: |"]
    for name in rounds[0]:
        speed = statistics.median(figures[name]["images_per_second"] for figures in rounds)
        memory = statistics.median(figures[name]["megabytes"] for figures in rounds)
        against = _LIMIT if name == _LIMITED else _OURS
        ratio = "" if name in (_OURS, _LIMIT) else _describe_ratio(rounds, name, against)
        shown = against if ratio else ""
        lines.append(f"| {name} | {speed:,.0f} | {shown} | {ratio} | {memory:,.0f} |")
    share = statistics.median(figures[_OURS]["measuring_share"] for figures in rounds)
    start = statistics.median(figures[_OURS]["seconds_to_first_step"] for figures in rounds)
    lines += ["", f"{_OURS}: {start:.1f} s to the first step; {share:.0%} of an epoch is measuring."]
    return "\n".join(lines) + "\n"


def _describe_ratio(rounds: Sequence[Mapping[str, Mapping[str, float]]], name: str, against: str) -> str:
    ratios = [
        figures[name]["images_per_second"] / figures[against]["images_per_second"] for figures in rounds
    ]
    return f"{statistics.median(ratios):.2f} [{min(ratios):.2f}, {max(ratios):.2f}]"


if __name__ == "__main__":
    main()
