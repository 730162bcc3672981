"""Simulates what the verdicts of `reglab compare` promise, and prints the table in the README.

Example:
    .venv/bin/python scripts/simulate_verdicts.py

Each number is measured on 2,000 made-up studies of five experiments and a baseline. A seed has an effect that
all experiments share, with a standard deviation of 0.7 of that of the rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import click
import numpy as np
from numpy.typing import NDArray

from reglab.analysis.statistics.verdict import Verdict, judge

STUDIES, EXPERIMENTS = 2000, 5
SEEDS = (3, 5, 10)
_SHARED = 0.7
Draw = Callable[[np.random.Generator, tuple[int, ...]], NDArray[np.float64]]


def _draw_normal(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    return random.normal(size=shape)


def _draw_skewed(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    return np.asarray(random.gamma(2, size=shape) / np.sqrt(2) - np.sqrt(2))


def _draw_heavy_tailed(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    return np.asarray(random.standard_t(3, shape) / np.sqrt(3))


KINDS: dict[str, tuple[Draw, float]] = {
    "normal": (_draw_normal, 1.0),
    "skewed": (_draw_skewed, 1.0),
    "heavy-tailed": (_draw_heavy_tailed, 1.0),
    "unequal": (_draw_normal, 3.0),
}
"""How the accuracies of an experiment vary, and how many times as much those of the baseline do."""


@dataclass(frozen=True)
class Rates:
    """What happened in the studies of one kind.

    Attributes:
        family_error: share of the studies without a difference in which some experiment is called better or
            worse.
        coverage: share of the 95 % intervals that contain the true difference.
        wrong_same: share of the differences just beyond the margin that are called practically the same.
        right_same: the same for differences of 0.
    """

    family_error: float
    coverage: float
    wrong_same: float
    right_same: float


def simulate(kind: str, seeds: int, effect: float = 0.0, margin: float = 0.005) -> list[list[Verdict]]:
    """Judges studies in which each experiment is better than the baseline by `effect`, at a spread of 1."""
    draw, factor = KINDS[kind]
    random = np.random.default_rng(sum(map(ord, kind)) + seeds)
    seed_effect = random.normal(0, _SHARED, (STUDIES, 1, seeds))
    baseline = seed_effect + factor * draw(random, (STUDIES, 1, seeds))
    accuracies = effect + seed_effect + draw(random, (STUDIES, EXPERIMENTS, seeds))
    return [judge(study.tolist(), margin) for study in accuracies - baseline]


@cache
def measure_rates(kind: str, seeds: int) -> Rates:
    """Measures the rates of one kind.

    The margin is three times the spread of a mean, so that `practically the same` is possible at all.
    """
    studies = simulate(kind, seeds)
    margin = 3 * (1 + KINDS[kind][1]) / np.sqrt(seeds)
    return Rates(
        float(np.mean([any(each.word in ("better", "worse") for each in study) for study in studies])),
        float(np.mean([_covers(verdict) for study in studies for verdict in study])),
        _share_same(simulate(kind, seeds, 1.001 * margin, margin)),
        _share_same(simulate(kind, seeds, 0.0, margin)),
    )


def _covers(verdict: Verdict) -> bool:
    low, high = verdict.test.interval or (np.nan, np.nan)
    return low <= 0 <= high


def _share_same(studies: Sequence[Sequence[Verdict]]) -> float:
    return float(np.mean([each.word == "practically_same" for study in studies for each in study]))


def render_table() -> str:
    """Renders the table of the README."""
    lines = [
        '| accuracies | n | wrong "better" or "worse" in a family of five | coverage of the 95 % interval '
        '| wrong "practically the same" |',
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for kind in KINDS:
        for seeds in SEEDS:
            rates = measure_rates(kind, seeds)
            numbers = (rates.family_error, rates.coverage, rates.wrong_same)
            lines.append(f"| {kind} | {seeds} | {' | '.join(f'{100 * rate:.1f} %' for rate in numbers)} |")
    return "\n".join(lines)


@click.command()
def main() -> None:
    """Print the table of the README."""
    click.echo(render_table())


if __name__ == "__main__":
    main()
