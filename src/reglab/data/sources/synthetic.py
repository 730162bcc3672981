"""`synthetic`: drawings of ten shapes; it needs no files.

Processors round differently, so on another machine a few pixel values differ by 1.
"""

import numpy as np

from reglab.data.source import Contents, Source
from reglab.data.synthetic.drawing import SIDE, Difficulty, draw_images
from reglab.data.synthetic.shapes import SHAPES

_TRAIN_COUNT, _TEST_COUNT = 4_000, 2_000
_SEED = 0
_CHUNK = 500
"""Images drawn at a time: few enough for the processor's cache, enough for efficient NumPy operations."""


def _draw() -> Contents:
    """Draws 4,000 training and 2,000 test images (n, 32, 32, 3), the same number of each class.

    The seed is part of the data set and does not depend on the seed of a run. A small network without
    regularization fits the training images completely and generalizes poorly.
    """
    generator = np.random.default_rng(_SEED)
    total = _TRAIN_COUNT + _TEST_COUNT
    labels = np.concatenate(
        [generator.permutation(np.arange(count) % len(SHAPES)) for count in (_TRAIN_COUNT, _TEST_COUNT)]
    ).astype(np.int32)
    images = np.empty((total, SIDE, SIDE, 3), np.uint8)
    difficulty = Difficulty()
    for start in range(0, total, _CHUNK):
        chunk = slice(start, start + _CHUNK)
        images[chunk] = draw_images(labels[chunk], generator, difficulty)
    return Contents(images, labels, _TRAIN_COUNT)


SYNTHETIC = Source(
    name="synthetic",
    title="synthetic shapes",
    files="none",
    classes=tuple(name for name, _ in SHAPES),
    draw=_draw,
)
