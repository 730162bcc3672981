"""Small data sets in every official format, and an empty cache and Keras folder for each test."""

import gzip
import io
import pickle
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
TRAIN_FILES = tuple(f"data_batch_{number}" for number in range(1, 6))


class Layouts:
    """Makes images and writes them."""

    @staticmethod
    def make_images(count: int, seed: int, side: int = 32) -> tuple[np.ndarray, np.ndarray]:
        """Random images (count, side, side, 3) uint8 and labels 0, 1, … 9, 0, … int32."""
        images = np.random.default_rng(seed).integers(0, 256, (count, side, side, 3), dtype=np.uint8)
        return images, (np.arange(count) % 10).astype(np.int32)

    @staticmethod
    def make_cifar10() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Five batches of 20 training images, and 20 test images."""
        return (*Layouts.make_images(100, 1), *Layouts.make_images(20, 2))

    @staticmethod
    def binary_records(images: np.ndarray, labels: np.ndarray, coarse: bool = False) -> bytes:
        rows = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
        columns = [labels[:, None].astype(np.uint8), rows]
        if coarse:
            columns.insert(0, labels[:, None].astype(np.uint8) // 5)
        return np.concatenate(columns, axis=1).tobytes()

    @staticmethod
    def pickled_batch(
        images: np.ndarray, labels: np.ndarray, key: str = "labels", protocol: int = 2
    ) -> bytes:
        rows = np.ascontiguousarray(images.transpose(0, 3, 1, 2).reshape(len(images), -1))
        entries = {b"batch_label": b"a batch", key.encode(): labels.tolist(), b"data": rows}
        return pickle.dumps(entries, protocol=protocol)

    @staticmethod
    def cifar10_files(pickled: bool) -> dict[str, bytes]:
        train, train_labels, test, test_labels = Layouts.make_cifar10()
        write = Layouts.pickled_batch if pickled else Layouts.binary_records
        suffix = "" if pickled else ".bin"
        files = {
            f"{name}{suffix}": write(train[start : start + 20], train_labels[start : start + 20])
            for name, start in zip(TRAIN_FILES, range(0, 100, 20), strict=True)
        }
        return files | {f"test_batch{suffix}": write(test, test_labels)}

    @staticmethod
    def write_files(folder: Path, files: dict[str, bytes]) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return folder

    @staticmethod
    def write_archive(path: Path, folder: str, files: dict[str, bytes]) -> Path:
        """A tar archive of a file that is not needed, followed by the files in reverse order."""
        with tarfile.open(path, "w:gz") as archive:
            for name, content in [("readme.html", b"hello"), *reversed(files.items())]:
                member = tarfile.TarInfo(f"{folder}/{name}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return path

    @staticmethod
    def write_pictures(root: Path, suffix: str = ".png", side: int = 32) -> Path:
        """CIFAR-10 as pictures: the file's name is the index in the official order."""
        train, train_labels, test, test_labels = Layouts.make_cifar10()
        for part, images, labels in (("train", train, train_labels), ("test", test, test_labels)):
            for index, (image, label) in enumerate(zip(images, labels, strict=True)):
                folder = root / part / CLASSES[label]
                folder.mkdir(parents=True, exist_ok=True)
                Image.fromarray(image).resize((side, side)).save(folder / f"{index:05d}{suffix}")
        return root

    @staticmethod
    def idx_bytes(array: np.ndarray) -> bytes:
        return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()

    @staticmethod
    def write_idx(folder: Path, zipped: bool, first_labels: tuple[int, ...] = ()) -> tuple[np.ndarray, ...]:
        """Four idx files; returns training images, training labels, test images, test labels."""
        generator = np.random.default_rng(3)
        arrays = []
        for part, count in (("train", 30), ("t10k", 20)):
            images = generator.integers(0, 256, (count, 28, 28), dtype=np.uint8)
            labels = (np.arange(count) % 10).astype(np.uint8)
            labels[: len(first_labels)] = first_labels
            arrays += [images, labels]
            for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
                content = Layouts.idx_bytes(array)
                name = f"{part}-{kind}-ubyte"
                if zipped:
                    Layouts.write_files(folder, {f"{name}.gz": gzip.compress(content)})
                else:
                    Layouts.write_files(folder, {name: content})
        return tuple(arrays)


@pytest.fixture
def layouts() -> type[Layouts]:
    return Layouts


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("REGLAB_DATA_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REGLAB_CACHE_DIR", str(tmp_path / "own-cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras-home"))
    return tmp_path / "own-cache"
