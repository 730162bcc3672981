"""Measures `reglab list` and `reglab compare --baseline` on 1,000 runs of 25 experiments.

Example:
    .venv/bin/python scripts/many_runs.py

The runs are variations of one of `reference/`: every epoch and every predicted probability has its own noise.
Predictions are in float32, as a training writes them. Each command is timed from its start to its end, in a
process of its own; other programs on the machine lengthen the time, but hardly the time of the processor.
Writes a Markdown table.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import numpy as np
import yaml

from reglab.files import write_atomically
from reglab.machine import count_cores, find_processor
from reglab.runs.history import Epoch, History, append_epoch, read_history
from reglab.runs.layout import RunDirectory, run_path
from reglab.runs.status import read_status, write_status
from reglab.runs.summary import read_summary, write_summary

_SOURCE = Path(__file__).parents[1] / "reference" / "lecture" / "mp" / "seed-0"
_LIMITS = {"list": 3, "compare": 20}
"""Seconds that a command may take on two cores."""


@click.command()
@click.option("--experiments", type=click.IntRange(min=2), default=25, show_default=True)
@click.option("--seeds", type=click.IntRange(min=2), default=40, show_default=True)
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True)
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("reference/benchmarks"), show_default=True
)
def main(experiments: int, seeds: int, rounds: int, output: Path) -> None:
    """Measure how long many runs take to list and to compare."""
    load, _, _ = os.getloadavg()
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results"
        for experiment in range(experiments):
            for seed in range(seeds):
                make_run(results, f"x{experiment:02}", seed, 0.004 * experiment)
        click.echo(f"{experiments * seeds:,} runs made")
        compare = ("compare", str(results), "--baseline", "x00", "--output", str(Path(folder) / "out"))
        durations = {
            name: [_time(*command) for _ in range(rounds)]
            for name, command in (("list", ("list", str(results))), ("compare", compare))
        }
    table = _render(durations, experiments, seeds, load)
    output.mkdir(parents=True, exist_ok=True)
    write_atomically(output / f"many-runs-{datetime.now(UTC):%Y-%m-%d-%H%M}.md", table)
    click.echo(table)


def make_run(results: Path, name: str, seed: int, shift: float) -> RunDirectory:
    """Writes a complete run whose accuracies are higher than those of the real run by `shift`, with noise.

    Args:
        results: folder of all runs.
        name: of the experiment.
        seed: of the run.
        shift: a fraction.
    """
    source, run = RunDirectory(_SOURCE), RunDirectory(run_path(results, name, seed))
    run.create()
    random = np.random.default_rng([seed, *map(ord, name)])
    experiment = yaml.safe_load(source.experiment.read_text(encoding="utf-8"))
    experiment |= {"name": name, "title": f"Experiment {name}"}
    experiment["training"] |= {"seed": seed}
    run.experiment.write_text(yaml.safe_dump(experiment), encoding="utf-8")
    run.environment.write_bytes(source.environment.read_bytes())
    history = History(
        tuple(_vary(row, shift + float(random.normal(0, 0.01))) for row in read_history(source.history).rows)
    )
    for row in history.rows:
        append_epoch(run.history, row)
    accuracy = _write_predictions(source.predictions, run.predictions, random, shift)
    best = int(history.column("val_accuracy").argmax())
    summary = read_summary(source.summary).model_copy(
        update={
            "experiment": name,
            "title": f"Experiment {name}",
            "seed": seed,
            "final_val_accuracy": accuracy,
            "best_val_accuracy": history.rows[best].val_accuracy,
            "best_epoch": best + 1,
        }
    )
    write_summary(run.summary, summary)
    status = read_status(source.status)
    write_status(run.status, status.model_copy(update={"experiment": name, "identity": name, "seed": seed}))
    return run


def _vary(row: Epoch, change: float) -> Epoch:
    accuracy = min(1.0, max(0.0, row.val_accuracy + change))
    return Epoch(**vars(row) | {"val_accuracy": accuracy, "gap_accuracy": row.clean_accuracy - accuracy})


def _write_predictions(source: Path, target: Path, random: np.random.Generator, shift: float) -> float:
    """Writes noisy predictions, of which a share `shift` is corrected; returns their accuracy."""
    with np.load(source) as arrays:
        content = dict(arrays)
    labels = content["validation_labels"]
    logits = np.log(content["validation_probabilities"].astype(np.float32) + 1e-4)
    logits += random.normal(0, 0.5, logits.shape).astype(np.float32)
    corrected = random.random(len(labels)) < shift
    logits[corrected, labels[corrected]] += 10
    probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    np.savez_compressed(target, allow_pickle=False, **content | {"validation_probabilities": probabilities})
    return float((probabilities.argmax(axis=1) == labels).mean())


@dataclass(frozen=True)
class Duration:
    """How long a command took: by the clock, and of the processor, both in seconds."""

    clock: float
    processor: float


def _time(*arguments: str) -> Duration:
    begin, used = time.perf_counter(), _read_processor_time()
    subprocess.run(
        [sys.executable, "-m", "reglab", *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "200"},
    )
    return Duration(time.perf_counter() - begin, _read_processor_time() - used)


def _read_processor_time() -> float:
    """Seconds of the processor of all commands that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _render(durations: Mapping[str, Sequence[Duration]], experiments: int, seeds: int, load: float) -> str:
    """The table: seconds of each command, median and range over the rounds."""
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {find_processor()}, {count_cores()} cores, of which other programs "
        f"asked for {load:.1f}; {experiments * seeds:,} "
        f"runs: {experiments} experiments × {seeds} seeds, 10,000 validation images each; median [minimum, "
        f"maximum] of {len(durations['list'])} rounds.",
        "",
        "| command | seconds | seconds of the processor | limit for 1,000 runs on two idle cores |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, each in durations.items():
        clock, processor = (
            _format([duration.clock for duration in each]),
            _format([duration.processor for duration in each]),
        )
        lines.append(f"| `reglab {name}` | {clock} | {processor} | {_LIMITS[name]} |")
    return "\n".join(lines) + "\n"


def _format(values: Sequence[float]) -> str:
    return f"{np.median(values):.1f} [{min(values):.1f}, {max(values):.1f}]"


if __name__ == "__main__":
    main()
