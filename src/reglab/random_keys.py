"""Seeds and generators of a run: every random number follows from a documented key.

No numbers are drawn from a shared stream. Two experiments that share a layer draw the same numbers for it,
and a resumed run draws the same numbers as an uninterrupted one. The functions here never change their
numbers, because that would change the results of every experiment.
"""

from hashlib import blake2b, sha256
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from numpy.random import Generator

SplitPurpose = Literal["held_out", "train", "validation", "clean"]
_SPLIT_PURPOSES: tuple[SplitPurpose, ...] = ("held_out", "train", "validation", "clean")


def derive_layer_seed(seed: int, layer: str, technique: str) -> int:
    """The seed of the random numbers of one kind at one layer.

    Args:
        seed: the experiment's seed.
        layer: name of the layer, such as `conv_1_1`.
        technique: what the numbers are for, such as `dropout` or `kernel`.

    Returns:
        An integer in [0, 2³¹).
    """
    text = f"{seed}/{layer}/{technique}"
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "big") >> 1


def kernel_generator(seed: int, layer: str) -> "Generator":
    """The generator of a layer's initial kernel, keyed by (seed, layer name)."""
    return _generator(derive_layer_seed(seed, layer, "kernel"))


def shuffle_generator(seed: int, epoch: int) -> "Generator":
    """The generator that shuffles the training images of one epoch, keyed by (seed, epoch from 0)."""
    return _generator(seed, epoch)


def split_generator(seed: int, dataset: str, purpose: SplitPurpose) -> "Generator":
    """The generator of one random choice of the split, keyed by (seed, data set, purpose).

    Args:
        seed: the experiment's seed.
        dataset: name of the data set, such as `cifar10`.
        purpose: `held_out` is for the images held out of train, `train` and `validation` are for subsets,
            `clean` is for the training images that are also measured in inference mode.
    """
    return _generator(seed, _number(dataset), _SPLIT_PURPOSES.index(purpose))


def mixing_generator(seed: int, technique: str, epoch: int, offset: int) -> "Generator":
    """The generator that mixes the images of one batch, keyed by all four arguments.

    Args:
        seed: the experiment's seed.
        technique: name of the regularizer, such as `mixup`.
        epoch: the epoch, from 0.
        offset: number of training images of the epoch before this batch.
    """
    return _generator(seed, _number(technique), epoch, offset)


def _number(name: str) -> int:
    """A number in [0, 2⁶⁴) for a name, the same in every process."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], "little")


def _generator(*key: int) -> "Generator":
    # NumPy is imported here because the command line imports this module at its start.
    import numpy as np

    return np.random.default_rng(key)
