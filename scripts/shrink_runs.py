"""Copies finished runs for `reference/`, without weights, figures and logs, and with smaller predictions.

Example:
    python scripts/shrink_runs.py results reference/lecture

Probabilities are rounded to float16, which leaves each predicted class as it was: an image whose two largest
probabilities would become equal keeps the first of them larger. Where validation uses the test set, its
predictions are stored once.
"""

import shutil
from pathlib import Path
from typing import Any

import click
import numpy as np

from reglab.runs.integrity import hash_results
from reglab.runs.layout import RunDirectory
from reglab.runs.status import read_status, write_status

Array = np.ndarray[Any, Any]
_FILES = ("environment.json", "experiment.yaml", "history.csv", "status.json", "summary.json")


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("target", type=click.Path(path_type=Path))
def main(source: Path, target: Path) -> None:
    """Copy the runs under SOURCE to the same places under TARGET."""
    runs = sorted(path.parent for path in source.rglob("summary.json"))
    for run in runs:
        copy = target / run.relative_to(source)
        copy.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            shutil.copyfile(run / name, copy / name)
        with np.load(run / "predictions.npz") as predictions:
            np.savez_compressed(copy / "predictions.npz", allow_pickle=False, **shrink(dict(predictions)))
        smaller = RunDirectory(copy)
        status = read_status(smaller.status)
        write_status(smaller.status, status.model_copy(update={"files": hash_results(smaller)}))
    click.echo(f"{len(runs)} runs copied")


def shrink(predictions: dict[str, Array]) -> dict[str, Array]:
    """Smaller predictions with the same names, labels and predicted classes."""
    arrays = {
        name: round_probabilities(array) if name.endswith("_probabilities") else array
        for name, array in predictions.items()
    }
    if np.array_equal(arrays["validation_indices"], arrays["test_indices"]):
        arrays = {name: array for name, array in arrays.items() if not name.startswith("test_")}
    return arrays


def round_probabilities(probabilities: Array) -> Array:
    """Probabilities (images, classes) as float16, with the largest where it was."""
    rounded = probabilities.astype(np.float16)
    rows, best = np.arange(len(rounded)), probabilities.argmax(axis=1)
    largest = rounded[rows, best].copy()
    tied = (rounded == largest[:, None]) & (np.arange(rounded.shape[1]) != best[:, None])
    rounded[tied] = np.nextafter(np.broadcast_to(largest[:, None], rounded.shape)[tied], np.float16(0))
    return rounded


if __name__ == "__main__":
    main()
