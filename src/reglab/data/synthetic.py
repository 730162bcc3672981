"""A data set that needs no files: ten drawn shapes, the same on every machine."""

import numpy as np

from reglab.data.dataset import Dataset
from reglab.data.drawing import SIDE, Difficulty, draw_images
from reglab.data.shapes import SHAPES

TRAIN_COUNT = 4_000
TEST_COUNT = 2_000
_SEED = 0
_AT_ONCE = 500
"""Images drawn at a time: few enough for the processor's cache, many enough for NumPy."""


def make_synthetic() -> Dataset:
    """Draws the data set `synthetic`: 4,000 training and 2,000 test images, 32×32 pixels, in colour.

    Its seed is part of what it is, and has nothing to do with a run's. A small network without
    regularization learns the training images by heart and knows the shapes poorly.

    Returns:
        The data set; every class has the same number of images.
    """
    generator = np.random.default_rng(_SEED)
    total = TRAIN_COUNT + TEST_COUNT
    labels = np.concatenate(
        [generator.permutation(np.arange(count) % len(SHAPES)) for count in (TRAIN_COUNT, TEST_COUNT)]
    ).astype(np.int32)
    images = np.empty((total, SIDE, SIDE, 3), np.uint8)
    difficulty = Difficulty()
    for start in range(0, total, _AT_ONCE):
        chunk = slice(start, start + _AT_ONCE)
        images[chunk] = draw_images(labels[chunk], generator, difficulty)
    return Dataset(
        name="synthetic",
        title="synthetic shapes",
        classes=tuple(name for name, _ in SHAPES),
        train_images=images[:TRAIN_COUNT],
        train_labels=labels[:TRAIN_COUNT],
        test_images=images[TRAIN_COUNT:],
        test_labels=labels[TRAIN_COUNT:],
        source=f"drawn from seed {_SEED}",
    )
