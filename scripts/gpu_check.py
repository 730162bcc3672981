"""Measures speed and accuracy of MP + DO + BN + DA on a GPU, with JAX and PyTorch.

Example:
    python scripts/gpu_check.py --images DIRECTORY

TensorFlow is not measured. Writes a Markdown table and a JSON file with all measurements.
"""

import importlib.util
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from measured import Contestant, Figures, Outcome

from reglab.files import write_atomically

_CONFIG = Path(__file__).parents[1] / "configs" / "mp_do_bn_da.yaml"
_BACKENDS = {"jax": "JAX", "torch": "PyTorch"}


@click.command()
@click.option(
    "--images", type=click.Path(path_type=Path, exists=True), required=True, help="Directory with CIFAR-10."
)
@click.option(
    "--backend",
    "backends",
    type=click.Choice(tuple(_BACKENDS)),
    multiple=True,
    help="Backend to measure; may be repeated. Default: all that are installed.",
)
@click.option(
    "--epochs",
    type=click.IntRange(min=2),
    default=40,
    show_default=True,
    help="Number of epochs; the first includes compilation.",
)
@click.option("--count", type=click.IntRange(min=1), help="Number of training images. Default: all.")
@click.option(
    "--machine", default="gpu", show_default=True, help="Name of the GPU in the names of the output files."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("reference/benchmarks"),
    show_default=True,
    help="Folder for the table and the JSON file.",
)
def main(
    images: Path, backends: Sequence[str], epochs: int, count: int | None, machine: str, output: Path
) -> None:
    """Measure training on a GPU."""
    chosen = backends or [name for name in _BACKENDS if importlib.util.find_spec(name)]
    if not chosen:
        raise click.UsageError("neither JAX nor PyTorch is installed; install one of them with GPU support")
    overrides = [f"training.epochs={epochs}", *([f"data.subset.train={count}"] if count else [])]
    output.mkdir(parents=True, exist_ok=True)
    path = output / f"{machine}-{datetime.now(UTC):%Y-%m-%d-%H%M}"
    outcomes: dict[str, Outcome] = {}
    for backend in chosen:
        contestant = Contestant(backend, ("reglab_run.py", str(_CONFIG), str(images), *overrides))
        outcomes[backend] = contestant.run(KERAS_BACKEND=backend, REGLAB_CONTESTANT_DEVICE="GPU")
        click.echo(_describe(_BACKENDS[backend], outcomes[backend].figures))
        # Write after each backend, so that a later failure does not lose the earlier results.
        _write(
            path, outcomes, f"{machine}, {f'{count:,}' if count else 'all 50,000'} images, {epochs} epochs"
        )


def _write(path: Path, outcomes: Mapping[str, Outcome], training: str) -> None:
    """Write the table and the JSON file of all outcomes; `training` describes machine, images and epochs."""
    first = next(iter(outcomes.values())).environment
    assert first is not None
    head = (
        f"{datetime.now(UTC):%Y-%m-%d}, {training} in batches of 200, {first.cores} cores of "
        f"{first.processor}; {first.precision} ({first.precision_reason}); Keras {first.keras}, "
        f"JAX {first.jax}, PyTorch {first.torch}."
    )
    record = {
        backend: {
            "environment": outcome.environment and outcome.environment.model_dump(mode="json"),
            "figures": outcome.figures,
        }
        for backend, outcome in outcomes.items()
    }
    results = {backend: outcome.figures for backend, outcome in outcomes.items()}
    write_atomically(path.with_suffix(".json"), json.dumps(record, indent=2) + "\n")
    write_atomically(path.with_suffix(".md"), f"{head}\n\n{_render(results)}")


def _describe(name: str, figures: Figures) -> str:
    return (
        f"{name}: {figures['seconds_an_epoch']:.3f} s per epoch, "
        f"compilation {_compile_seconds(figures):.1f} s, "
        f"{figures['images_per_second']:,.0f} images/s during training, "
        f"{figures['device_megabytes']:,.0f} MB on the device, "
        f"validation accuracy {figures['validation_accuracy']:.1%}"
    )


def _compile_seconds(figures: Figures) -> float:
    """Return how much longer the first epoch took than the median later epoch, in seconds."""
    return figures["seconds_of_first_epoch"] - figures["seconds_an_epoch"]


def _render(results: Mapping[str, Figures]) -> str:
    lines = [
        "| | s per epoch | s for all epochs without compilation | compilation, s | images/s | GPU memory "
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
