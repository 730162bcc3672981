"""Compares ways to train several runs on one machine: one run with all cores, or one with one core each.

Example:
    .venv/bin/python scripts/benchmark_jobs.py --images DIRECTORY

Each round trains the same runs once in each way, with `reglab run … --seeds N --jobs J`, and the order
alternates. The time of a command whose runs are complete already is subtracted, so that what is left are the
runs. Their overhead is what remains without the seconds of their epochs. Writes a Markdown table.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from reglab.files import write_atomically
from reglab.machine import count_cores, find_processor
from reglab.runs.finding import find_runs

_CONFIGS = Path(__file__).parents[1] / "configs"
_FEW = ("data.subset={train: 2000, validation: 500}", "data.clean=500", "training.epochs=2")
_NETWORKS = (
    ("quickstart: MP", "quickstart/quick_mp.yaml", ()),
    ("quickstart: baseline", "quickstart/quick_baseline.yaml", ()),
    ("lecture: MP + DO + BN", "mp_do_bn.yaml", _FEW),
    ("lecture: wide MP + BN + DA", "mp_bn_da.yaml", _FEW),
)


@dataclass(frozen=True)
class Timing:
    """How long a command took.

    Attributes:
        seconds: for its runs.
        overhead: seconds of a run that are not those of its epochs; the runs must be one after the other.
    """

    seconds: float
    overhead: float


@click.command()
@click.option("--images", type=click.Path(path_type=Path, exists=True), required=True, help="CIFAR-10.")
@click.option("--runs", type=click.IntRange(min=2), default=4, show_default=True, help="In each command.")
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--output", type=click.Path(path_type=Path), default=Path("reference/benchmarks"))
def main(images: Path, runs: int, rounds: int, output: Path) -> None:
    """Compare one run at a time with one run for each core."""
    cores = count_cores()
    rows = []
    for title, config, overrides in _NETWORKS:
        ratios, overheads = [], []
        for number in range(rounds):
            arguments = [str(_CONFIGS / config), "--data-dir", str(images), "--seeds", str(runs)]
            arguments += [part for override in overrides for part in ("--set", override)]
            jobs = (1, cores) if number % 2 == 0 else (cores, 1)
            timings = {each: measure(arguments, each, runs) for each in jobs}
            ratios.append(timings[1].seconds / timings[cores].seconds)
            overheads.append(timings[1].overhead)
            click.echo(f"{title}: {timings[1].seconds:.1f} s, {timings[cores].seconds:.1f} s")
        rows.append(f"| {title} | {_summarize(ratios)} | {_summarize(overheads)} s |\n")
    now = datetime.now(UTC)
    text = (
        f"{now:%Y-%m-%d}, {find_processor()}, {cores} cores; {runs} runs a command, {rounds} rounds. Medians "
        "[minimum, maximum].\n\n"
        f"| network | {cores} runs of one thread at a time are faster by a factor of | overhead of a run, "
        f"with {cores} threads |\n| --- | ---: | ---: |\n{''.join(rows)}"
    )
    click.echo(text)
    output.mkdir(parents=True, exist_ok=True)
    write_atomically(output / f"jobs-{now:%Y-%m-%d-%H%M}.md", text)


def measure(arguments: Sequence[str], jobs: int, runs: int) -> Timing:
    """Train the runs of a command; then time it once more, when they are complete."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "reglab", "run", *arguments, "--jobs", str(jobs), "--quiet"]
        command += ["--results", folder]
        seconds = _time(command) - _time(command)
        found = find_runs([Path(folder)]).runs
        training = sum(record.summary.seconds for record in found if record.summary is not None)
        return Timing(seconds, (seconds - training) / runs)


def _time(command: Sequence[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def _summarize(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} [{min(values):.2f}, {max(values):.2f}]"


if __name__ == "__main__":
    main()
