"""Fashion-MNIST: 60,000 + 10,000 grey images of clothes, 28×28 pixels.

Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
Algorithms", 2017.
"""

from functools import partial

from reglab.data.download import Remote
from reglab.data.formats.idx import IDX_FILES, IDX_NAMES, find_idx
from reglab.data.source import Source

_STORAGE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"

FASHION_MNIST = Source(
    name="fashion_mnist",
    title="Fashion-MNIST",
    files=IDX_FILES,
    find=partial(find_idx, "fashion_mnist"),
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    counts=(60_000, 10_000),
    folders=("fashion_mnist", "fashion-mnist", "FashionMNIST/raw"),
    # Keras publishes no hashes for these files.
    remotes=tuple(Remote(f"{name}.gz", f"{_STORAGE}{name}.gz", folder="fashion-mnist") for name in IDX_NAMES),
)
