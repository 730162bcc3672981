"""Recorded numbers of every seed and generator; others would change the results of every experiment."""

import numpy as np
import pytest

from reglab.random_keys import (
    derive_layer_seed,
    kernel_generator,
    mixing_generator,
    shuffle_generator,
    split_generator,
)

LAYER_SEEDS = {
    (0, "conv_1_1", "kernel"): 1122699659,
    (0, "dense_1", "dropout"): 1346509374,
    (7, "input", "augmentation"): 2129156626,
}
GENERATORS = {
    "kernel": (lambda: kernel_generator(3, "conv_1_1"), [830, 984, 26, 810, 713]),
    "shuffle": (lambda: shuffle_generator(3, 2), [844, 25, 566, 743, 244]),
    "held out": (lambda: split_generator(3, "cifar10", "held_out"), [249, 194, 389, 717, 783]),
    "train": (lambda: split_generator(3, "cifar10", "train"), [753, 702, 217, 908, 203]),
    "validation": (lambda: split_generator(3, "cifar10", "validation"), [145, 458, 922, 704, 936]),
    "clean": (lambda: split_generator(3, "cifar10", "clean"), [517, 63, 676, 310, 971]),
    "mixing": (lambda: mixing_generator(3, "mixup", 2, 400), [645, 67, 928, 626, 984]),
}


def draw(generator: np.random.Generator) -> list[int]:
    return [int(number) for number in generator.integers(0, 1000, 5)]


@pytest.mark.parametrize(("key", "expected"), LAYER_SEEDS.items())
def test_layer_seeds_are_recorded(key: tuple[int, str, str], expected: int) -> None:
    """Recorded seeds for three keys of (seed, layer, technique)."""
    assert derive_layer_seed(*key) == expected


@pytest.mark.parametrize("name", GENERATORS)
def test_generators_are_recorded(name: str) -> None:
    """The first five integers of each generator."""
    build, expected = GENERATORS[name]
    assert draw(build()) == expected


def test_every_part_of_the_mixing_key_has_an_effect() -> None:
    """Another seed, technique, epoch or offset gives other numbers."""
    keys = (
        (0, "mixup", 0, 0),
        (1, "mixup", 0, 0),
        (0, "cutmix", 0, 0),
        (0, "mixup", 1, 0),
        (0, "mixup", 0, 1),
    )
    assert len({tuple(draw(mixing_generator(*key))) for key in keys}) == len(keys)
