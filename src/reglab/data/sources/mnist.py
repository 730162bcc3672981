"""MNIST: 60,000 + 10,000 grey images of handwritten digits, 28×28 pixels.

Source: LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition", 1998.
"""

from pathlib import Path

from reglab.data.download import Remote
from reglab.data.formats.idx import IDX_FILES, find_idx, read_npz
from reglab.data.source import Found, Source

_NPZ = "mnist.npz"


def _find(directory: Path) -> Found | None:
    if found := find_idx("mnist", directory):
        return found
    path = directory / _NPZ
    return Found(path, "Keras's npz file", lambda _: read_npz(path)) if path.is_file() else None


MNIST = Source(
    name="mnist",
    title="MNIST",
    files=f"{IDX_FILES}, or {_NPZ}",
    find=_find,
    classes=tuple("0123456789"),
    counts=(60_000, 10_000),
    folders=("mnist", "MNIST/raw"),
    remotes=(
        Remote(
            _NPZ,
            f"https://storage.googleapis.com/tensorflow/tf-keras-datasets/{_NPZ}",
            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        ),
    ),
)
