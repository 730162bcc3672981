"""The table of data sets, in the order in which they are listed."""

from reglab.data.source import Source
from reglab.data.sources.cifar10 import CIFAR10
from reglab.data.sources.cifar100 import CIFAR100
from reglab.data.sources.fashion_mnist import FASHION_MNIST
from reglab.data.sources.folder import FOLDER
from reglab.data.sources.mnist import MNIST
from reglab.data.sources.synthetic import SYNTHETIC

SOURCES: tuple[Source, ...] = (CIFAR10, CIFAR100, MNIST, FASHION_MNIST, FOLDER, SYNTHETIC)


def find_source(name: str) -> Source:
    """Finds the data set with the given name, one of `reglab.config.data.DatasetName`."""
    return next(source for source in SOURCES if source.name == name)
