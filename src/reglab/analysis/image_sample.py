"""Two experiments, compared on the images that both have classified."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reglab.analysis.statistics.images import compare_networks, find_image_interval
from reglab.errors import RunError
from reglab.machine import count_cores
from reglab.runs.predictions import Correctness, read_correctness


@dataclass(frozen=True)
class ImageComparison:
    """What the saved predictions show beside the accuracies.

    Attributes:
        interval: 95 % confidence interval of the difference of final validation accuracies, for new seeds and
            new images, fractions; None with one seed.
        p_mcnemar: p-value of McNemar's exact test that the two trained networks are equally accurate; only
            with one seed.
    """

    interval: tuple[float, float] | None = None
    p_mcnemar: float | None = None


def compare_predictions(
    predictions: Mapping[int, Path],
    baseline: Mapping[int, Path],
    read_baseline: Callable[[Path], Correctness] = read_correctness,
) -> ImageComparison:
    """Compares two experiments on the seeds that they share.

    Args:
        predictions: seed → `predictions.npz`.
        baseline: the same for the baseline.
        read_baseline: reads a file of the baseline; one that remembers them saves time.

    Raises:
        RunError: a file is missing or damaged, or is of other images than the others.
    """
    seeds = [seed for seed in predictions if seed in baseline]
    paths = [files[seed] for files in (predictions, baseline) for seed in seeds]
    # Threads, because most of the time is decompression, which other threads do not wait for.
    with ThreadPoolExecutor(count_cores()) as pool:
        found = [
            *pool.map(read_correctness, [predictions[seed] for seed in seeds]),
            *pool.map(read_baseline, [baseline[seed] for seed in seeds]),
        ]
    for path, each in zip(paths, found, strict=True):
        if not np.array_equal(each.indices, found[0].indices):
            raise RunError(f"{path} has predictions of other images than {paths[0]}")
    correct = np.stack([each.correct for each in found])
    ours, theirs = correct[: len(seeds)], correct[len(seeds) :]
    if len(seeds) == 1:
        return ImageComparison(p_mcnemar=compare_networks(ours[0], theirs[0]))
    return ImageComparison(interval=find_image_interval(ours, theirs))
