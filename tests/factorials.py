"""Made-up runs of factorials of regularizers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from reglab.runs.finding import RunRecord

SETTINGS: Mapping[str, str] = {
    "augmentation": "{rotation: 15}",
    "batch_norm": "{}",
    "max_pooling": "{}",
    "dropout": "{rate: 0.3}",
    "l2": "{strength: 0.001}",
    "label_smoothing": "{}",
}
"""Six regularizers, in the order in which they act, with parameters in YAML."""


def list_cells(factors: Sequence[str]) -> list[tuple[str, ...]]:
    """All combinations, those of few factors first."""
    return [on for size in range(len(factors) + 1) for on in combinations(factors, size)]


def list_half(factors: Sequence[str]) -> list[tuple[str, ...]]:
    """The combinations of an even number of factors."""
    return [cell for cell in list_cells(factors) if len(cell) % 2 == 0]


def write_settings(on: Iterable[str], **parameters: str) -> str:
    """The YAML of the regularizers of an experiment; `parameters` replace those above."""
    known = {**SETTINGS, **parameters}
    return f"regularizers: {{{', '.join(f'{name}: {known[name]}' for name in on)}}}\n"


def make_factorial(
    make_record: Callable[..., RunRecord],
    cells: Iterable[Sequence[str]],
    seeds: Sequence[int] = (0,),
    accuracy: Callable[[Sequence[str], int], float] = lambda on, seed: 0.5 + len(on) / 16 + seed / 64,
) -> Iterator[RunRecord]:
    """Makes one experiment for each combination, named `x` and the factors: `x_dropout_l2`.

    Args:
        make_record: the fixture.
        cells: combinations of factors.
        seeds: of each experiment.
        accuracy: validation accuracy of a combination and a seed.
    """
    for on in cells:
        for seed in seeds:
            name = "_".join(("x", *on))
            title = " + ".join(("CNN", *on))
            value = accuracy(on, seed)
            yield make_record(name, seed, [value], title=title, settings=write_settings(on))
