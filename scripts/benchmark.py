"""Trains reglab and what a user could pick instead in turn, on one machine in one sitting.

Example:
    .venv/bin/python scripts/benchmark.py --images DIRECTORY

Every round runs each contestant once, as a process of its own, so that what else the machine does meets
all of them alike; ratios are taken within a round. Then reglab trains on all images, as a user would.
Writes a table as Markdown, and everything that was measured as JSON.
"""

import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path

import click
from measured import ON_CPU, Contestant, Sitting

from reglab.runs.environment import collect_environment
from reglab.runs.writing import write_atomically
from reglab.training.precision import choose_precision

_CONFIGS = Path(__file__).parents[1] / "configs"
OURS = "reglab: MP + DO + BN + DA"
UNAUGMENTED = "reglab: MP + DO + BN"
PLAIN = "reglab: MP"
LIMIT = "matrix product of the machine"
_NAMES = {"float32": "float32", "mixed_bfloat16": "bfloat16"}


@click.command()
@click.option("--images", type=click.Path(path_type=Path, exists=True), required=True, help="CIFAR-10.")
@click.option("--count", default=10_000, show_default=True, help="Training images of an epoch.")
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="How often each contestant runs.",
)
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("results/benchmarks"), show_default=True
)
def main(images: Path, count: int, rounds: int, output: Path) -> None:
    """Compare the speed of training with that of others, and with the machine's limit."""
    precision = choose_precision("auto", gpu=False)
    contestants = _list_contestants(images, count, precision.policy)
    sitting = Sitting()
    for number in range(1, rounds + 1):
        sitting.begin_round()
        for contestant in contestants:
            figures = sitting.run(contestant)
            click.echo(f"{number}/{rounds} {contestant.name}: {figures['images_per_second']:.0f} images/s")
    # Two epochs, since the first has the compiling in it.
    arguments = (str(_CONFIGS / "mp_do_bn_da.yaml"), str(images), "training.epochs=2")
    whole = Contestant("all images", ("reglab_run.py", *arguments)).run(**ON_CPU)
    environment = collect_environment(precision.policy, precision.reason, "tensorflow", 0)
    head = (
        f"{datetime.now(UTC):%Y-%m-%d}, {environment.processor}, {environment.cores} cores; reglab in "
        f"{_NAMES[precision.policy]} ({precision.reason}); TensorFlow {environment.tensorflow}, Keras "
        f"{environment.keras}, PyTorch {environment.torch or 'not installed'}; {count:,} images in batches "
        f"of 200, {rounds} rounds, medians [least, largest]."
    )
    table = f"{head}\n\n{_render(sitting)}\n{_describe(sitting, whole)}"
    output.mkdir(parents=True, exist_ok=True)
    stem = f"cpu-{datetime.now(UTC):%Y-%m-%d}"
    record = {
        "environment": environment.model_dump(mode="json"),
        "images": count,
        "rounds": sitting.rounds,
        "all_images": whole,
    }
    write_atomically(output / f"{stem}.json", json.dumps(record, indent=2) + "\n")
    write_atomically(output / f"{stem}.md", table)
    click.echo(table)


def _list_contestants(images: Path, count: int, policy: str) -> list[Contestant]:
    data = (str(images), str(count))
    few = (str(images), "training.epochs=2", f"data.subset.train={count}", "data.subset.validation=500")
    ours = [
        Contestant(name, ("reglab_run.py", str(_CONFIGS / f"{config}.yaml"), *few, "data.clean=500"))
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


def _render(sitting: Sitting) -> str:
    """The table: speeds, how many times as fast reglab is, and memory."""
    lines = [
        "| | images/s | reglab is so many times as fast | peak memory |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name in sitting.names:
        if name == LIMIT:
            continue
        faster = "" if name in (OURS, UNAUGMENTED, PLAIN) else str(sitting.divide(OURS, name))
        megabytes = sitting.find_median(name, "megabytes")
        lines.append(f"| {name} | {sitting.describe_speed(name)} | {faster} | {megabytes:,.0f} MB |")
    return "\n".join(lines) + "\n"


def _describe(sitting: Sitting, whole: dict[str, float]) -> str:
    """What does not fit into a table."""
    lines = [
        f"- MP trains at {sitting.divide(PLAIN, LIMIT)} of the machine's limit, a network that were nothing "
        f"but large matrix products at {sitting.find_median(LIMIT, 'gigaflops'):,.0f} GFLOP/s.",
        f"- Without augmentation, MP + DO + BN is {sitting.divide(UNAUGMENTED, OURS)} times as fast.",
        f"- {sitting.find_median(OURS, 'seconds_to_first_step'):.1f} s from the command to the first step, "
        "with warm caches.",
        f"- MP + DO + BN + DA on all 50,000 images: {whole['images_per_second']:,.0f} images/s, "
        f"{whole['seconds_an_epoch']:.0f} s an epoch; of these, measuring clean and validation images takes "
        f"{whole['measuring_share']:.1%}, checkpoint and records {whole['recording_share']:.2%}; peak memory "
        f"{whole['megabytes']:,.0f} MB.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
