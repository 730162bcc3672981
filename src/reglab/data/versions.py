"""The official versions of CIFAR-10 and CIFAR-100."""

from reglab.data.cifar import CifarVersion
from reglab.data.classes import CIFAR10, CIFAR100

CIFAR10_PYTHON = CifarVersion(
    dataset="cifar10",
    title="CIFAR-10",
    classes=CIFAR10,
    kind="official python batches",
    folder="cifar-10-batches-py",
    archive="cifar-10-python.tar.gz",
    train=tuple(f"data_batch_{number}" for number in range(1, 6)),
    test="test_batch",
    label_key="labels",
)
CIFAR10_BINARY = CifarVersion(
    dataset="cifar10",
    title="CIFAR-10",
    classes=CIFAR10,
    kind="official binary batches",
    folder="cifar-10-batches-bin",
    archive="cifar-10-binary.tar.gz",
    train=tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    test="test_batch.bin",
    label_bytes=1,
)
CIFAR100_PYTHON = CifarVersion(
    dataset="cifar100",
    title="CIFAR-100",
    classes=CIFAR100,
    kind="official python files",
    folder="cifar-100-python",
    archive="cifar-100-python.tar.gz",
    train=("train",),
    test="test",
    label_key="fine_labels",
)
# A record begins with the coarse label, then the fine one.
CIFAR100_BINARY = CifarVersion(
    dataset="cifar100",
    title="CIFAR-100",
    classes=CIFAR100,
    kind="official binary files",
    folder="cifar-100-binary",
    archive="cifar-100-binary.tar.gz",
    train=("train.bin",),
    test="test.bin",
    label_bytes=2,
)
