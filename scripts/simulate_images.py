"""Simulates which intervals hold for new seeds and new images, and prints the table in the README.

Example:
    .venv/bin/python scripts/simulate_images.py

A network with seed s classifies image i correctly if mean + seed effect + image effect + noise is above 0.
All three are normal, the noise with a deviation of 1. The true accuracy over all seeds and images is then
Φ(mean / √(sum of the variances)). An experiment and its baseline share most of the effect of an image, as
real ones do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import sqrt

import click
import numpy as np
from numpy.typing import NDArray
from scipy import special

from reglab.analysis.statistics.images import find_image_interval
from reglab.analysis.statistics.paired import find_interval

STUDIES, IMAGES = 1000, 500
SEEDS = (3, 5, 10)
_MEANS = (1.0, 0.8)
"""Of an experiment and its baseline; their accuracies are 76 to 84 % and 71 to 79 %."""
_SAMPLES = 200
"""Of a bootstrap."""
KINDS: dict[str, tuple[float, float]] = {
    "images vary most": (0.0, 1.0),
    "both vary": (0.1, 1.0),
    "seeds vary most": (0.4, 0.0),
}
"""Standard deviations of the effects of a seed and of an image."""
Correct = NDArray[np.bool_]
Interval = tuple[float, float] | None


@dataclass(frozen=True)
class Study:
    """What two experiments classify correctly, `(seeds, images)`, and the true difference of accuracy."""

    correct: Correct
    baseline: Correct
    truth: float


def bootstrap_both(correct: Correct, baseline: Correct) -> Interval:
    """The percentile interval of a bootstrap that draws seeds and images with replacement, for comparison."""
    differences = correct.astype(np.float32) - baseline
    of_seeds, of_images = map(_draw_weights, differences.shape)
    low, high = np.percentile(((of_seeds @ differences) * of_images).sum(axis=1), [2.5, 97.5])
    return float(low), float(high)


@cache
def _draw_weights(count: int) -> NDArray[np.float32]:
    """How often each of `count` items is drawn, as a share of all draws; `(samples, count)`."""
    random = np.random.default_rng(count)
    weights: NDArray[np.float64] = random.multinomial(count, np.full(count, 1 / count), _SAMPLES) / count
    return weights.astype(np.float32)


def _use_seeds(correct: Correct, baseline: Correct) -> Interval:
    return find_interval((correct.mean(axis=1) - baseline.mean(axis=1)).tolist())


METHODS: dict[str, Callable[[Correct, Correct], Interval]] = {
    "over seeds": _use_seeds,
    "over seeds and images": find_image_interval,
    "bootstrap of both": bootstrap_both,
}


@cache
def measure_coverage(kind: str, seeds: int) -> dict[str, float]:
    """For each method, the share of the studies in which the 95 % interval contains the true difference."""
    random = np.random.default_rng(seeds)
    covered = dict.fromkeys(METHODS, 0)
    for _ in range(STUDIES):
        study = _make_study(random, kind, seeds)
        for name, method in METHODS.items():
            low, high = method(study.correct, study.baseline) or (np.nan, np.nan)
            covered[name] += low <= study.truth <= high
    return {name: count / STUDIES for name, count in covered.items()}


def _make_study(random: np.random.Generator, kind: str, seeds: int) -> Study:
    of_seed, of_image = KINDS[kind]
    shared = of_image * _draw(random, 1, IMAGES)
    correct = [
        mean
        + of_seed * _draw(random, seeds, 1)
        + shared
        + of_image / 2 * _draw(random, 1, IMAGES)
        + _draw(random, seeds, IMAGES)
        > 0
        for mean in _MEANS
    ]
    deviation = sqrt(of_seed**2 + of_image**2 + (of_image / 2) ** 2 + 1)
    first, second = (float(special.ndtr(mean / deviation)) for mean in _MEANS)
    return Study(correct[0], correct[1], first - second)


def _draw(random: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    return random.standard_normal(shape, np.float32)


def render_table() -> str:
    """Renders the table of the README."""
    lines = [f"| | n | {' | '.join(METHODS)} |", "| --- | ---: | ---: | ---: | ---: |"]
    for kind in KINDS:
        for seeds in SEEDS:
            rates = (f"{100 * rate:.1f} %" for rate in measure_coverage(kind, seeds).values())
            lines.append(f"| {kind} | {seeds} | {' | '.join(rates)} |")
    return "\n".join(lines)


@click.command()
def main() -> None:
    """Print the table of the README."""
    click.echo(render_table())


if __name__ == "__main__":
    main()
