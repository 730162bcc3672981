"""Trains reglab and what a user could pick instead in turn, on one machine in one sitting.

Example:
    .venv/bin/python scripts/benchmark.py --images DIRECTORY

Every round runs each contestant once, as a process of its own, each time in another order, so that what else
the machine does meets all of them much alike; ratios are taken within a round. Then reglab trains on all
images, as a user would. Writes a table as Markdown, and everything that was measured as JSON.
"""

import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path

import click
from measured import ON_CPU, Contestant, Figures, Sitting

from reglab.backend.precision import choose_precision
from reglab.files import write_atomically
from reglab.runs.environment import Environment

_CONFIGS = Path(__file__).parents[1] / "configs"
OURS = "reglab: MP + DO + BN + DA"
UNAUGMENTED = "reglab: MP + DO + BN"
PLAIN = "reglab: MP"
LIMIT = "matrix product of the machine"
_BATCH = 200
# Images that the loops of others warm up with.
_WARM_UP = 2000
_NAMES = {"float32": "float32", "mixed_bfloat16": "bfloat16"}


@click.command()
@click.option("--images", type=click.Path(path_type=Path, exists=True), required=True, help="CIFAR-10.")
@click.option(
    "--count",
    type=click.IntRange(_WARM_UP, 50_000),
    default=4_000,
    show_default=True,
    help=f"Training images of an epoch, a multiple of {_BATCH}.",
)
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=7,
    show_default=True,
    help="How often each contestant runs.",
)
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("results/benchmarks"), show_default=True
)
def main(images: Path, count: int, rounds: int, output: Path) -> None:
    """Compare the speed of training with that of others, and with the machine's limit."""
    if count % _BATCH:
        raise click.BadParameter(f"expected a multiple of {_BATCH}, got {count:,}", param_hint="--count")
    contestants = _list_contestants(images, count, choose_precision("auto", gpu=False).policy)
    sitting = Sitting()
    for number in range(rounds):
        sitting.begin_round()
        # Whoever is slow after something that made the machine hot is another one in the next round.
        begin = number % len(contestants)
        for contestant in (*contestants[begin:], *contestants[:begin]):
            figures = sitting.run(contestant)
            speed = f"{figures['images_per_second']:.0f} images/s"
            click.echo(f"{number + 1}/{rounds} {contestant.name}: {speed}")
    configs = [str(_CONFIGS / f"{name}.yaml") for name in ("mp_do_bn_da", "mp_do_bn")]
    cost = Contestant("augmentation", ("augmentation_cost.py", *configs, str(images))).run(**ON_CPU)
    # Two epochs, since the first has the compiling in it.
    whole = Contestant("all images", ("reglab_run.py", configs[0], str(images), "training.epochs=2")).run(
        **ON_CPU
    )
    assert whole.environment is not None
    head = _introduce(whole.environment, count, rounds)
    table = f"{head}\n\n{_render(sitting)}\n{_describe(sitting, whole.figures, cost.figures)}"
    output.mkdir(parents=True, exist_ok=True)
    stem = f"cpu-{datetime.now(UTC):%Y-%m-%d-%H%M}"
    record = {
        "environment": whole.environment.model_dump(mode="json"),
        "images": count,
        "rounds": sitting.rounds,
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
        # bfloat16 too where the processor has to emulate it: that is what a copied loop would do.
        theirs += [
            Contestant(f"PyTorch loop, no augmentation, {_NAMES[kind]}", ("torch_loop.py", *data, kind))
            for kind in ("float32", "mixed_bfloat16")
        ]
    return [ours[0], *theirs, *ours[1:], Contestant(LIMIT, ("matrix_product.py", policy))]


def _introduce(environment: Environment, count: int, rounds: int) -> str:
    """Date, machine, versions, and how the figures came about."""
    torch = environment.torch or "not installed"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {environment.processor}, {environment.cores} cores; reglab in "
        f"{_NAMES[environment.precision]} ({environment.precision_reason}); TensorFlow "
        f"{environment.tensorflow}, Keras {environment.keras}, PyTorch {torch}; {count:,} images "
        f"in batches of {_BATCH}, {rounds} rounds. Medians over the rounds [least, largest]; "
        "a factor is a median of the factors in each round, not of the columns."
    )


def _render(sitting: Sitting) -> str:
    """The table: speeds, by how much reglab's MP + DO + BN + DA is faster, and memory."""
    lines = [
        f"| | images/s | {OURS} is faster by a factor of | peak memory |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name in sitting.names:
        if name == LIMIT:
            continue
        faster = "" if name in (OURS, UNAUGMENTED, PLAIN) else str(sitting.divide(OURS, name))
        megabytes = sitting.find_median(name, "megabytes")
        lines.append(f"| {name} | {sitting.describe_speed(name)} | {faster} | {megabytes:,.0f} MB |")
    return "\n".join(lines) + "\n"


def _describe(sitting: Sitting, whole: Figures, cost: Figures) -> str:
    """What does not fit into a table."""
    gigaflops = sitting.find_median(LIMIT, "gigaflops")
    first_step = sitting.find_median(OURS, "seconds_to_first_step")
    lines = [
        f"- A large matrix product in the precision that reglab has reaches {gigaflops:,.0f} GFLOP/s here. "
        f"MP reaches {sitting.divide(PLAIN, LIMIT)} of the speed that it would have if its 232 MFLOP an "
        "image ran as fast.",
        f"- Augmentation takes {cost['share']:.1%} of a step, measured step by step with and without it.",
        f"- {first_step:.1f} s from the start of the training process, "
        "which `reglab run` starts, to the end of its first step, with warm caches.",
        f"- MP + DO + BN + DA on all 50,000 images, one run: {whole['images_per_second']:,.0f} images/s, "
        f"{whole['seconds_an_epoch']:.0f} s an epoch; of these, measuring clean and validation images takes "
        f"{whole['measuring_share']:.1%}, checkpoint and records {whole['recording_share']:.2%}; peak memory "
        f"{whole['megabytes']:,.0f} MB.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
