"""Compares the training speed of reglab with that of alternatives on one machine.

Example:
    .venv/bin/python scripts/benchmark.py --images DIRECTORY

Each round runs every contestant once, in a separate process. The order rotates from round to round, so that
other load on the machine affects all contestants similarly. Ratios are computed within a round. Then reglab
trains on all images. Writes a Markdown table and a JSON file with all measurements.
"""

import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path

import click
from measured import ON_CPU, Contestant, Figures, Measurement

from reglab.backend.precision import choose_precision
from reglab.files import write_atomically
from reglab.runs.environment import Environment

_CONFIGS = Path(__file__).parents[1] / "configs"
OURS = "reglab: MP + DO + BN + DA"
UNAUGMENTED = "reglab: MP + DO + BN"
PLAIN = "reglab: MP"
LIMIT = "matrix product of the machine"
_BATCH = 200
# Images in the warm-up of the contestants other than reglab.
_WARM_UP = 2000
_NAMES = {"float32": "float32", "mixed_bfloat16": "bfloat16"}


@click.command()
@click.option(
    "--images", type=click.Path(path_type=Path, exists=True), required=True, help="Directory with CIFAR-10."
)
@click.option(
    "--count",
    type=click.IntRange(_WARM_UP, 50_000),
    default=4_000,
    show_default=True,
    help=f"Training images per epoch, a multiple of {_BATCH}.",
)
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=7,
    show_default=True,
    help="Number of runs of each contestant.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("reference/benchmarks"),
    show_default=True,
    help="Folder for the table and the JSON file.",
)
def main(images: Path, count: int, rounds: int, output: Path) -> None:
    """Compare the training speed of reglab with alternatives and with the limit of the machine."""
    if count % _BATCH:
        raise click.BadParameter(f"{count:,} is not a multiple of {_BATCH}", param_hint="--count")
    contestants = _list_contestants(images, count, choose_precision("auto", gpu=False).policy)
    measurement = Measurement()
    for number in range(rounds):
        measurement.begin_round()
        # Rotate the order: a contestant may be slow because the one before it heated the processor.
        begin = number % len(contestants)
        for contestant in (*contestants[begin:], *contestants[:begin]):
            figures = measurement.run(contestant)
            speed = f"{figures['images_per_second']:.0f} images/s"
            click.echo(f"{number + 1}/{rounds} {contestant.name}: {speed}")
    configs = [str(_CONFIGS / f"{name}.yaml") for name in ("mp_do_bn_da", "mp_do_bn")]
    cost = Contestant("augmentation", ("augmentation_cost.py", *configs, str(images))).run(**ON_CPU)
    # Two epochs, because the first includes compilation.
    whole = Contestant("all images", ("reglab_run.py", configs[0], str(images), "training.epochs=2")).run(
        **ON_CPU
    )
    assert whole.environment is not None
    head = _introduce(whole.environment, count, rounds)
    table = f"{head}\n\n{_render(measurement)}\n{_describe(measurement, whole.figures, cost.figures)}"
    output.mkdir(parents=True, exist_ok=True)
    stem = f"cpu-{datetime.now(UTC):%Y-%m-%d-%H%M}"
    record = {
        "environment": whole.environment.model_dump(mode="json"),
        "images": count,
        "rounds": measurement.rounds,
        "augmentation": cost.figures,
        "all_images": whole.figures,
    }
    write_atomically(output / f"{stem}.json", json.dumps(record, indent=2) + "\n")
    write_atomically(output / f"{stem}.md", table)
    click.echo(table)


def _list_contestants(images: Path, count: int, policy: str) -> list[Contestant]:
    data = (str(images), str(count))
    small = ("data.subset.validation=200", "data.clean=200")
    few = (str(images), "training.epochs=2", f"data.subset.train={count}", *small)
    ours = [
        Contestant(name, ("reglab_run.py", str(_CONFIGS / f"{config}.yaml"), *few))
        for name, config in ((OURS, "mp_do_bn_da"), (UNAUGMENTED, "mp_do_bn"), (PLAIN, "mp"))
    ]
    theirs = [
        Contestant("Keras with ImageDataGenerator, float32", ("image_data_generator.py", *data)),
        Contestant("Keras with preprocessing layers, float32", ("keras_layers.py", *data)),
    ]
    if importlib.util.find_spec("torch"):
        # Include bfloat16 even if the processor emulates it: users may select it in a PyTorch loop.
        theirs += [
            Contestant(f"PyTorch loop, no augmentation, {_NAMES[kind]}", ("torch_loop.py", *data, kind))
            for kind in ("float32", "mixed_bfloat16")
        ]
    return [ours[0], *theirs, *ours[1:], Contestant(LIMIT, ("matrix_product.py", policy))]


def _introduce(environment: Environment, count: int, rounds: int) -> str:
    """Describe the date, machine, versions and method."""
    torch = environment.torch or "not installed"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {environment.processor}, {environment.cores} cores; reglab in "
        f"{_NAMES[environment.precision]} ({environment.precision_reason}); TensorFlow "
        f"{environment.tensorflow}, Keras {environment.keras}, PyTorch {torch}; {count:,} images "
        f"in batches of {_BATCH}, {rounds} rounds. Speeds are medians over the rounds [minimum, maximum]; "
        "a speedup is the median of the speedups within each round, not the ratio of the medians."
    )


def _render(measurement: Measurement) -> str:
    """Render the table: speed, speedup of MP + DO + BN + DA over each alternative, and peak memory."""
    lines = [
        f"| | images/s | speedup of {OURS} | peak memory |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name in measurement.names:
        if name == LIMIT:
            continue
        faster = "" if name in (OURS, UNAUGMENTED, PLAIN) else str(measurement.divide(OURS, name))
        megabytes = measurement.find_median(name, "megabytes")
        lines.append(f"| {name} | {measurement.describe_speed(name)} | {faster} | {megabytes:,.0f} MB |")
    return "\n".join(lines) + "\n"


def _describe(measurement: Measurement, whole: Figures, cost: Figures) -> str:
    """Describe the results that are not in the table."""
    gigaflops = measurement.find_median(LIMIT, "gigaflops")
    first_step = measurement.find_median(OURS, "seconds_to_first_step")
    lines = [
        f"- A large matrix product in the same precision as reglab reaches {gigaflops:,.0f} GFLOP/s. At 232 "
        f"MFLOP per image, MP reaches {measurement.divide(PLAIN, LIMIT)} of this rate.",
        f"- Augmentation takes {cost['share']:.1%} of a step, measured in alternating steps.",
        f"- The first step ends {first_step:.1f} s after the start of the process, with warm caches.",
        f"- MP + DO + BN + DA on all 50,000 images, one run: {whole['images_per_second']:,.0f} images/s, "
        f"{whole['seconds_an_epoch']:.0f} s per epoch, of which evaluation on clean and validation images "
        f"takes {whole['measuring_share']:.1%}, checkpoint and records {whole['recording_share']:.2%}; peak "
        f"memory {whole['megabytes']:,.0f} MB.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
