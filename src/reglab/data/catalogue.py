"""The data sets that lie in files: how each is called, found and downloaded."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reglab.data import classes, remotes, versions
from reglab.data.cifar import CifarVersion
from reglab.data.found import Found, find_cifar, find_cifar10_pictures, find_cifar_archive, find_digits
from reglab.data.places import cache_directory, keras_directory
from reglab.data.remotes import Remote

_Find = Callable[[Path], Found | None]


@dataclass(frozen=True)
class Entry:
    """One data set.

    Attributes:
        name: its key in an experiment.
        title: what figures call it.
        expected: the forms that it may have in a directory, for people.
        folders: its own folders within a directory that holds several data sets.
        find: finds it in one directory.
        remotes: what is downloaded.
        find_downloaded: finds it in Keras's folder, given whether a file's hash counts as checked.
    """

    name: str
    title: str
    expected: str
    folders: tuple[str, ...]
    find: _Find
    remotes: tuple[Remote, ...]
    find_downloaded: Callable[[bool], Found | None]

    def find_in(self, directory: Path) -> Found | None:
        """Finds it in its own folder within the directory, or in the directory itself.

        Raises:
            DataError: it is there more than once.
        """
        for folder in (*(directory / name for name in self.folders), directory):
            if found := self.find(folder):
                return found
        return None

    def find_in_cache(self) -> Found | None:
        """Finds it in reglab's cache directory."""
        return self.find_in(cache_directory())


def _find_cifar10(directory: Path) -> Found | None:
    official = find_cifar((versions.CIFAR10_PYTHON, versions.CIFAR10_BINARY), directory)
    return official or find_cifar10_pictures(classes.CIFAR10, directory)


def _find_downloaded_cifar(version: CifarVersion, remote: Remote, trust: bool) -> Found | None:
    """What Keras unpacked, where it did so completely; else the archive, if it is whole."""
    unpacked = keras_directory() / remote.name.removesuffix("_archive") / version.folder
    if all((unpacked / name).is_file() for name in version.files):
        return find_cifar((version,), unpacked)
    if remote.path.is_file() and (trust or remote.is_whole()):
        return find_cifar_archive(version, remote.path)
    return None


def _find_downloaded_mnist(trust: bool) -> Found | None:
    if remotes.MNIST.path.is_file() and (trust or remotes.MNIST.is_whole()):
        return _FIND_MNIST(remotes.MNIST.path.parent)
    return None


def _find_downloaded_fashion_mnist(_: bool) -> Found | None:
    if all(remote.is_whole() for remote in remotes.FASHION_MNIST):
        return _FIND_FASHION_MNIST(remotes.FASHION_MNIST[0].path.parent)
    return None


_FIND_MNIST: _Find = partial(find_digits, "mnist", "MNIST", classes.MNIST)
_FIND_FASHION_MNIST: _Find = partial(find_digits, "fashion_mnist", "Fashion-MNIST", classes.FASHION_MNIST)
_IDX = "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte"

CATALOGUE: tuple[Entry, ...] = (
    Entry(
        name="cifar10",
        title="CIFAR-10",
        expected="cifar-10-batches-py/, cifar-10-batches-bin/, cifar-10-python.tar.gz, "
        "cifar-10-binary.tar.gz, or pictures in train/<class>/ and test/<class>/",
        folders=("cifar10",),
        find=_find_cifar10,
        remotes=(remotes.CIFAR10,),
        find_downloaded=partial(_find_downloaded_cifar, versions.CIFAR10_PYTHON, remotes.CIFAR10),
    ),
    Entry(
        name="cifar100",
        title="CIFAR-100",
        expected="cifar-100-python/, cifar-100-binary/, cifar-100-python.tar.gz or cifar-100-binary.tar.gz",
        folders=("cifar100",),
        find=partial(find_cifar, (versions.CIFAR100_PYTHON, versions.CIFAR100_BINARY)),
        remotes=(remotes.CIFAR100,),
        find_downloaded=partial(_find_downloaded_cifar, versions.CIFAR100_PYTHON, remotes.CIFAR100),
    ),
    Entry(
        name="mnist",
        title="MNIST",
        expected=f"{_IDX} (.gz or not), or mnist.npz",
        folders=("mnist", "MNIST/raw"),
        find=_FIND_MNIST,
        remotes=(remotes.MNIST,),
        find_downloaded=_find_downloaded_mnist,
    ),
    Entry(
        name="fashion_mnist",
        title="Fashion-MNIST",
        expected=f"{_IDX} (.gz or not)",
        folders=("fashion_mnist", "fashion-mnist", "FashionMNIST/raw"),
        find=_FIND_FASHION_MNIST,
        remotes=remotes.FASHION_MNIST,
        find_downloaded=_find_downloaded_fashion_mnist,
    ),
)


def entry_named(name: str) -> Entry | None:
    """The data set of that name; None for one that lies in no files of its own."""
    return next((entry for entry in CATALOGUE if entry.name == name), None)
