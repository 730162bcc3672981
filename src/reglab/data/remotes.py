"""What Keras downloads: file names, addresses and hashes, as in Keras 3.15.1's own data sets."""

from dataclasses import dataclass
from pathlib import Path

from reglab.data.places import keras_directory
from reglab.data.verified import is_verified

_STORAGE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_TORONTO = "https://www.cs.toronto.edu/~kriz/"


@dataclass(frozen=True)
class Remote:
    """One file that can be downloaded.

    Attributes:
        name: what Keras calls it in its folder of data sets.
        origin: the address.
        sha256: hash of its content; empty where Keras knows none.
        folder: Keras's folder for it, within its folder of data sets; empty for that folder itself.
    """

    name: str
    origin: str
    sha256: str = ""
    folder: str = ""

    @property
    def path(self) -> Path:
        """Where Keras keeps it."""
        return keras_directory() / self.folder / self.name

    def is_whole(self) -> bool:
        """Whether it is there and its hash is right; where Keras knows no hash, whether it is there."""
        return self.path.is_file() and (not self.sha256 or is_verified(self.path, self.sha256))


_FASHION_FILES = (
    "train-labels-idx1-ubyte.gz",
    "train-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
)

# The archives bear the names that Keras gives them, so a download serves Keras too, and the other way.
CIFAR10 = Remote(
    "cifar-10-batches-py-target_archive",
    _TORONTO + "cifar-10-python.tar.gz",
    "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
)
CIFAR100 = Remote(
    "cifar-100-python-target_archive",
    _TORONTO + "cifar-100-python.tar.gz",
    "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
)
MNIST = Remote(
    "mnist.npz",
    _STORAGE + "mnist.npz",
    "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
)
FASHION_MNIST = tuple(Remote(name, _STORAGE + name, folder="fashion-mnist") for name in _FASHION_FILES)
