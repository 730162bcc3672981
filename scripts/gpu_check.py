"""Trains MP + DO + BN + DA for 40 epochs on a GPU, with each backend, and says how fast and how well.

Example:
    python scripts/gpu_check.py --images DIRECTORY

TensorFlow is left out: JAX and PyTorch are what a GPU is usually prepared for. Writes a table as Markdown,
and everything that was measured as JSON.
"""

import importlib.util
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from measured import Contestant, Figures

from reglab.runs.writing import write_atomically

_CONFIG = Path(__file__).parents[1] / "configs" / "mp_do_bn_da.yaml"
_BACKENDS = {"jax": "JAX", "torch": "PyTorch"}


@click.command()
@click.option("--images", type=click.Path(path_type=Path, exists=True), required=True, help="CIFAR-10.")
@click.option(
    "--backend", "backends", type=click.Choice(tuple(_BACKENDS)), multiple=True, help="Left out: both."
)
@click.option(
    "--epochs", type=click.IntRange(min=2), default=40, show_default=True, help="The first one compiles."
)
@click.option("--count", type=click.IntRange(min=1), help="Training images; left out: all.")
@click.option("--machine", default="gpu", show_default=True, help="Name of the GPU, in the files' names.")
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("results/benchmarks"), show_default=True
)
def main(
    images: Path, backends: Sequence[str], epochs: int, count: int | None, machine: str, output: Path
) -> None:
    """Measure the training on a GPU."""
    chosen = backends or [name for name in _BACKENDS if importlib.util.find_spec(name)]
    if not chosen:
        raise click.UsageError("expected JAX or PyTorch, found neither")
    overrides = [f"training.epochs={epochs}", *([f"data.subset.train={count}"] if count else [])]
    results: dict[str, Figures] = {}
    environments = {}
    for backend in chosen:
        contestant = Contestant(backend, ("reglab_run.py", str(_CONFIG), str(images), *overrides))
        outcome = contestant.run(KERAS_BACKEND=backend)
        results[backend], environments[backend] = outcome.figures, outcome.environment
        if not results[backend]["device_megabytes"]:
            raise click.UsageError(f"expected a GPU for {_BACKENDS[backend]}, which found none")
        click.echo(_describe(_BACKENDS[backend], results[backend]))
    environment = environments[chosen[0]]
    head = (
        f"{datetime.now(UTC):%Y-%m-%d}, {machine}, {environment['cores']} cores of "
        f"{environment['processor']}; {environment['precision']} ({environment['precision_reason']}); "
        f"Keras {environment['keras']}, JAX {environment['jax']}, PyTorch {environment['torch']}; "
        f"{f'{count:,}' if count else 'all 50,000'} images in batches of 200, {epochs} epochs."
    )
    output.mkdir(parents=True, exist_ok=True)
    stem = f"{machine}-{datetime.now(UTC):%Y-%m-%d}"
    record = {"environments": environments, "backends": results}
    write_atomically(output / f"{stem}.json", json.dumps(record, indent=2) + "\n")
    write_atomically(output / f"{stem}.md", f"{head}\n\n{_render(results)}")
    click.echo((output / f"{stem}.md").read_text())


def _describe(name: str, figures: Figures) -> str:
    return (
        f"{name}: {figures['seconds_an_epoch']:.3f} s an epoch, "
        f"compiled in {_compile_seconds(figures):.1f} s, "
        f"{figures['images_per_second']:,.0f} images/s while training, "
        f"{figures['device_megabytes']:,.0f} MB on the device, "
        f"validation accuracy {figures['validation_accuracy']:.1%}"
    )


def _compile_seconds(figures: Figures) -> float:
    """How much longer the first epoch took than another one."""
    return figures["seconds_of_first_epoch"] - figures["seconds_an_epoch"]


def _render(results: Mapping[str, Figures]) -> str:
    lines = [
        "| | s an epoch | s for all epochs after compiling | compiling, s | images/s | memory on the device "
        "| validation accuracy |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for backend, figures in results.items():
        after_compiling = figures["seconds_of_later_epochs"] + figures["seconds_an_epoch"]
        lines.append(
            f"| reglab with {_BACKENDS[backend]} | {figures['seconds_an_epoch']:.3f} | {after_compiling:.1f} "
            f"| {_compile_seconds(figures):.1f} | {figures['images_per_second']:,.0f} "
            f"| {figures['device_megabytes']:,.0f} MB | {figures['validation_accuracy']:.1%} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
