"""How many runs are trained at a time, and with how many threads."""

import pytest

from reglab.study.resources import SMALL, Resources


@pytest.mark.parametrize(
    ("resources", "multiply_adds", "threads"),
    [
        (Resources(cores=2), SMALL, 1),
        (Resources(cores=2), SMALL + 1, 2),
        (Resources(cores=16), SMALL + 1, 4),
        (Resources(cores=8, gpus=2), SMALL, 4),
        (Resources(cores=8, jobs=3), SMALL, 2),
        (Resources(cores=2, jobs=5), SMALL + 1, 1),
        (Resources(cores=64, jobs=2, node=Resources(cores=3)), SMALL + 1, 3),
    ],
)
def test_threads(resources: Resources, multiply_adds: int, threads: int) -> None:
    """One for a small network, up to four for others; GPUs or `--jobs` divide the cores of a machine."""
    assert resources.choose_threads(multiply_adds) == threads


@pytest.mark.parametrize(
    ("resources", "threads", "running", "fits"),
    [
        (Resources(cores=2), 1, [1], True),
        (Resources(cores=2), 1, [1, 1], False),
        (Resources(cores=2), 2, [1], False),
        (Resources(cores=2), 8, [], True),
        (Resources(cores=8, gpus=2), 4, [4], True),
        (Resources(cores=16, gpus=2), 4, [4, 4], False),
        (Resources(cores=2, jobs=3), 1, [1, 1], True),
        (Resources(cores=16, jobs=3), 1, [1, 1, 1], False),
    ],
)
def test_one_more_run(resources: Resources, threads: int, running: list[int], fits: bool) -> None:
    """The cores, the GPUs or `--jobs` limit the runs; a single run with too many threads still starts."""
    assert resources.may_start(threads, running) is fits
