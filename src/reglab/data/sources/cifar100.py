"""CIFAR-100: 50,000 + 10,000 colour images of 32×32 pixels in 100 classes (the fine labels).

Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
"""

from functools import partial

from reglab.data.download import Remote
from reglab.data.formats.cifar import CifarFiles, find_cifar, find_downloaded_cifar
from reglab.data.source import Source

# fmt: off
_CLASSES = (
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle",
    "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle",
    "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur",
    "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo",
    "keyboard", "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster", "man", "maple_tree",
    "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree",
    "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine", "possum", "rabbit",
    "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper",
    "snail", "snake", "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank",
    "telephone", "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe",
    "whale", "willow_tree", "wolf", "woman", "worm",
)
# fmt: on
_PYTHON = CifarFiles(
    form="official python files",
    folder="cifar-100-python",
    archive="cifar-100-python.tar.gz",
    train=("train",),
    test="test",
    classes=len(_CLASSES),
    images_per_file=50_000,
    label_key="fine_labels",
)
_BINARY = CifarFiles(
    form="official binary files",
    folder="cifar-100-binary",
    archive="cifar-100-binary.tar.gz",
    train=("train.bin",),
    test="test.bin",
    classes=len(_CLASSES),
    images_per_file=50_000,
    # A record begins with the coarse label, followed by the fine one.
    label_bytes=2,
)
_REMOTE = Remote(
    "cifar-100-python-target_archive",
    "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
    "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
)

CIFAR100 = Source(
    name="cifar100",
    title="CIFAR-100",
    files="cifar-100-python/, cifar-100-binary/, cifar-100-python.tar.gz or cifar-100-binary.tar.gz",
    find=partial(find_cifar, (_PYTHON, _BINARY)),
    classes=_CLASSES,
    counts=(50_000, 10_000),
    folders=("cifar100",),
    remotes=(_REMOTE,),
    find_downloaded=partial(find_downloaded_cifar, _PYTHON, _REMOTE),
)
