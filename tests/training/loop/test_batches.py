"""The order of the training images."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reglab.training.loop.batches import Batches, order_images

INDICES = np.arange(100, 123, dtype=np.int32)
TARGETS = np.random.default_rng(0).random((130, 4)).astype(np.float32)


@pytest.fixture
def make_batches() -> Callable[..., Batches]:
    """Batches of 5 of the images 100 to 122, so that the last one of an epoch holds 3."""

    def make(seed: int = 0, first_epoch: int = 0, epochs: int = 4) -> Batches:
        return Batches(INDICES, TARGETS, batch_size=5, seed=seed, first_epoch=first_epoch, epochs=epochs)

    return make


def test_every_image_comes_once_an_epoch(make_batches: Callable[..., Batches]) -> None:
    """Five a batch, the rest in the last one, in all epochs."""
    batches = make_batches()
    assert (batches.steps_per_epoch, len(batches)) == (5, 20)
    for epoch in range(4):
        parts = [batches[epoch * 5 + step][0] for step in range(5)]
        assert [len(part) for part in parts] == [5, 5, 5, 5, 3]
        np.testing.assert_array_equal(np.sort(np.concatenate(parts)), INDICES)


def test_targets_are_those_of_the_images(make_batches: Callable[..., Batches]) -> None:
    """Rows of the table of all images, by index; indices stay int32."""
    indices, targets = make_batches()[7]
    assert (indices.dtype, targets.dtype) == (np.int32, np.float32)
    np.testing.assert_array_equal(targets, TARGETS[indices])


def test_order_is_keyed_by_seed_and_epoch(make_batches: Callable[..., Batches]) -> None:
    """Equal keys give equal orders; another seed or epoch gives another order."""
    first = _epoch(make_batches(seed=3), 0)
    np.testing.assert_array_equal(_epoch(make_batches(seed=3), 0), first)
    assert (_epoch(make_batches(seed=4), 0) != first).any()
    assert (_epoch(make_batches(seed=3), 1) != first).any()
    np.testing.assert_array_equal(first, INDICES[order_images(23, seed=3, epoch=0)])


def test_order_is_numpys_permutation() -> None:
    """Of the generator seeded by both numbers; runs could not be repeated if it changed."""
    expected = np.random.default_rng([3, 5]).permutation(23)
    np.testing.assert_array_equal(order_images(23, seed=3, epoch=5), expected)


def test_resumed_training_sees_the_same_batches(make_batches: Callable[..., Batches]) -> None:
    """From epoch 2 on, those of a training without interruption."""
    whole, resumed = make_batches(), make_batches(first_epoch=2)
    assert len(resumed) == 10
    for number in range(10):
        for one, other in zip(whole[10 + number], resumed[number], strict=True):
            np.testing.assert_array_equal(one, other)


def test_reading_ahead_changes_nothing(make_batches: Callable[..., Batches]) -> None:
    """A batch depends on its number alone: read backwards, twice, and across epochs, it is the same."""
    expected = [make_batches()[number][0] for number in range(20)]
    batches = make_batches()
    for number in [*range(19, -1, -1), 4, 5, 14, 4, 19, 0]:
        np.testing.assert_array_equal(batches[number][0], expected[number])


@pytest.mark.parametrize(("batch_size", "offset"), [(5, 10), (7, 5), (4, 20), (40, 0)])
def test_batches_from_an_offset_hold_the_next_images(batch_size: int, offset: int) -> None:
    """Those of the epoch's shuffle at [offset, offset + batch_size), whatever the batch size was before."""
    arguments: dict[str, Any] = {"seed": 3, "first_epoch": 2, "epochs": 3, "offset": offset}
    batches = Batches(INDICES, TARGETS, batch_size=batch_size, **arguments)
    rest = INDICES[order_images(23, seed=3, epoch=2)[offset:]]
    expected = np.split(rest, range(batch_size, len(rest), batch_size))
    assert (batches.images, batches.steps_per_epoch) == (len(rest), len(expected))
    assert batches.full_batches == len(rest) // batch_size
    for number, images in enumerate(expected):
        np.testing.assert_array_equal(batches[number][0], images)
    some = Batches(INDICES, TARGETS, batch_size=batch_size, **arguments, steps=1)
    assert (len(some), some.images) == (1, len(expected[0]))


def _epoch(batches: Batches, epoch: int) -> np.ndarray:
    return np.concatenate([batches[epoch * 5 + step][0] for step in range(5)])
