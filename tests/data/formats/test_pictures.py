"""Folders of pictures: order, title, size, and errors."""

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from reglab.config.data import Data
from reglab.data.formats.pictures import KINDS
from reglab.data.loading import load_dataset
from reglab.errors import DataError


@pytest.mark.parametrize("inside", [True, False])
def test_cifar10_as_png_has_the_official_order(tmp_path: Path, layouts: Any, inside: bool) -> None:
    """Labels and images in the official order; in the data directory or one level below."""
    root = layouts.write_pictures(tmp_path / "cifar10-images")
    dataset = load_dataset(Data(), tmp_path if inside else root)
    train, train_labels, test, test_labels = layouts.make_cifar10()
    assert dataset.title == "CIFAR-10 (PNG copy, only 100 + 20 images)"
    assert dataset.source == str(root)
    np.testing.assert_array_equal(dataset.images, np.concatenate([train, test]))
    np.testing.assert_array_equal(dataset.labels, np.concatenate([train_labels, test_labels]))


def test_order_is_numeric(tmp_path: Path, layouts: Any) -> None:
    """File names without leading zeros, with the class after the number."""
    root = layouts.write_pictures(tmp_path)
    for path in list(root.glob("*/*/*.png")):
        path.rename(path.with_name(f"{int(path.stem)}_{path.parent.name}.png"))
    np.testing.assert_array_equal(load_dataset(Data(), root).train_images, layouts.make_cifar10()[0])


def test_a_picture_of_another_size_is_named(tmp_path: Path, layouts: Any) -> None:
    """CIFAR-10 has 32×32 pixels; its pictures are never resized."""
    root = layouts.write_pictures(tmp_path)
    path = root / "train" / "cat" / "00003.png"
    Image.new("RGB", (33, 32)).save(path)
    with pytest.raises(DataError) as caught:
        load_dataset(Data(), root)
    assert str(caught.value) == f"{path}: expected a picture of 32×32 pixels, found 33×32"


@pytest.mark.parametrize("kept", [0, 20, 60, 200])
@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_truncated_picture_is_named(
    tmp_path: Path, cache: Path, layouts: Any, suffix: str, kept: int
) -> None:
    """At several lengths; nothing is written to the cache."""
    root = layouts.write_pictures(tmp_path, suffix)
    path = root / "test" / "dog" / f"00005{suffix}"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataError) as caught:
        load_dataset(Data(), root)
    assert str(caught.value) == (
        f"{path}: expected a complete picture ({KINDS}), found a damaged or foreign file"
    )
    assert not cache.exists()


def test_another_kind_of_picture_is_refused(tmp_path: Path, layouts: Any) -> None:
    """An ICO file with the suffix .png: only the formats of the suffixes are opened."""
    root = layouts.write_pictures(tmp_path)
    path = root / "test" / "dog" / "00005.png"
    Image.new("RGB", (32, 32)).save(path, format="ICO")
    with pytest.raises(DataError) as caught:
        load_dataset(Data(), root)
    assert str(caught.value) == (
        f"{path}: expected a complete picture ({KINDS}), found a damaged or foreign file"
    )


def test_classes_must_be_the_official_ones(tmp_path: Path, layouts: Any) -> None:
    """A renamed class is reported as missing and as unknown."""
    root = layouts.write_pictures(tmp_path)
    (root / "train" / "automobile").rename(root / "train" / "car")
    with pytest.raises(DataError) as caught:
        load_dataset(Data(), root)
    assert str(caught.value) == (
        f"{root}/train: expected a folder for each of airplane, automobile, bird, cat, deer, dog, frog, "
        "horse, ship, truck, found no folder automobile and the unknown folder car"
    )


@pytest.mark.parametrize("dataset", ["cifar10", "mnist"])
def test_pictures_of_other_classes(tmp_path: Path, layouts: Any, dataset: str) -> None:
    """Fewer than half of the classes of CIFAR-10 are another data set, which the message says how to use."""
    root = layouts.write_pictures(tmp_path / "pets")
    for folder in root.glob("*/*"):
        if folder.name not in ("cat", "dog"):
            shutil.rmtree(folder)
    with pytest.raises(DataError) as caught:
        load_dataset(Data(dataset=dataset), root)
    assert str(caught.value).endswith(
        "; found test/, train/; for pictures of other classes, set data.dataset to folder"
    )
    assert load_dataset(Data(dataset="folder"), root).classes == ("cat", "dog")


@pytest.mark.parametrize("name", [b"c\x1b[31m", b"c\xff", b"c\n"])
def test_names_of_classes_can_be_shown(tmp_path: Path, layouts: Any, name: bytes) -> None:
    """They reach terminals, figures and JSON."""
    root = layouts.write_pictures(tmp_path)
    folder = os.fsdecode(name)
    (root / "train" / "cat").rename(root / "train" / folder)
    with pytest.raises(DataError) as caught:
        load_dataset(Data(dataset="folder"), root)
    assert str(caught.value) == (
        f"{root}/train: expected names without control characters, in UTF-8, got {folder!a}"
    )


def test_two_copies_are_ambiguous(tmp_path: Path, layouts: Any) -> None:
    """The message asks the user to name one of them."""
    for name in ("a", "b"):
        layouts.write_pictures(tmp_path / name)
    with pytest.raises(DataError) as caught:
        load_dataset(Data(), tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: expected one folder with train/ and test/, found a, b; name one of them as the "
        "data directory"
    )


def write_own(root: Path) -> Path:
    """Two classes with one colour each, in several sizes, colour modes and suffixes."""
    for part in ("train", "test"):
        for name, colour in (("yes", (200, 100, 0)), ("no", (0, 100, 200))):
            folder = root / part / name
            folder.mkdir(parents=True)
            Image.new("RGB", (50, 20), colour).save(folder / "b.png")
            Image.new("RGB", (7, 90), colour).convert("P").save(folder / "a.png")
            Image.new("RGBA", (16, 16), (*colour, 255)).save(folder / "c.PNG")
            (folder / ".hidden").write_text("ignored")
    return root


@pytest.mark.parametrize(("size", "side"), [(None, 32), (8, 8)])
def test_own_pictures_are_resized(tmp_path: Path, size: int | None, side: int) -> None:
    """Classes and files are sorted by name; every picture is converted to RGB and resized."""
    dataset = load_dataset(Data(dataset="folder", image_size=size), write_own(tmp_path / "shots"))
    assert (dataset.title, dataset.classes) == ("shots", ("no", "yes"))
    np.testing.assert_array_equal(dataset.train_labels, [0, 0, 0, 1, 1, 1])
    assert dataset.train_images.shape == (6, side, side, 3)
    expected = np.array([[0, 100, 200]] * 3 + [[200, 100, 0]] * 3)
    centres = dataset.test_images[:, side // 2, side // 2].astype(int)
    # The palette of a.png does not contain every colour.
    assert np.abs(centres - expected).max() <= 30
    np.testing.assert_array_equal(centres[[1, 2, 4, 5]], expected[[1, 2, 4, 5]])


def test_own_pictures_of_16_bits_are_scaled(tmp_path: Path) -> None:
    """A grey of 16 bits is the same grey of 8 bits; the title says it, also for cached pictures."""
    root = write_own(tmp_path / "shots")
    Image.fromarray(np.full((16, 16), 100 * 257, np.uint16)).save(root / "train" / "no" / "0.png")
    for _ in range(2):
        dataset = load_dataset(Data(dataset="folder", image_size=16), root)
        assert np.unique(dataset.train_images[0]).tolist() == [100]
        assert dataset.title == "shots (1 scaled from 16 to 8 bits)"


@pytest.mark.parametrize("suffix", ["bmp", "gif", "jpeg", "tif", "tiff", "webp"])
def test_own_pictures_of_every_format(tmp_path: Path, suffix: str) -> None:
    """The colour is kept; of an animation, the first frame."""
    root = write_own(tmp_path)
    first, second = Image.new("RGB", (16, 16), (0, 100, 200)), Image.new("RGB", (16, 16))
    options = {"gif": {"save_all": True}, "webp": {"save_all": True, "lossless": True}}.get(suffix, {})
    first.save(root / "train" / "no" / f"0.{suffix}", append_images=[second], **options)
    image = load_dataset(Data(dataset="folder", image_size=16), root).train_images[0]
    assert np.abs(image.astype(int) - [0, 100, 200]).max() <= 3


def test_own_validation_pictures(tmp_path: Path) -> None:
    """The pictures of val/ follow those of train/ and test/, which stay as they are without it."""
    root = write_own(tmp_path)
    without = load_dataset(Data(dataset="folder"), root)
    Image.new("RGB", (8, 8), (1, 2, 3)).save(_folder(root / "val" / "no") / "x.png")
    _folder(root / "val" / "yes")
    with pytest.raises(DataError) as caught:
        load_dataset(Data(dataset="folder"), root)
    assert str(caught.value) == f"{root}/val/yes: expected pictures ({KINDS}), found none"
    Image.new("RGB", (8, 8), (4, 5, 6)).save(root / "val" / "yes" / "x.png")
    dataset = load_dataset(Data(dataset="folder"), root)
    np.testing.assert_array_equal(dataset.train_images, without.train_images)
    np.testing.assert_array_equal(dataset.test_images, without.test_images)
    np.testing.assert_array_equal(dataset.test_labels, without.test_labels)
    assert dataset.images[-2:, 0, 0].tolist() == [[1, 2, 3], [4, 5, 6]]
    assert dataset.labels[-2:].tolist() == [0, 1]


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def test_a_picture_with_too_many_pixels_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not decoded, and the message says what is wrong."""
    root = write_own(tmp_path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    monkeypatch.setattr("reglab.data.formats.pictures.LARGEST_PICTURE", 200)
    with pytest.raises(DataError) as caught:
        load_dataset(Data(dataset="folder"), root)
    assert str(caught.value).endswith(
        ".png: expected a picture of at most 200 pixels, found more; make it smaller"
    )


def test_own_pictures_are_rotated(tmp_path: Path) -> None:
    """The EXIF orientation that cameras record is applied."""
    root = write_own(tmp_path)
    picture = Image.new("RGB", (16, 16))
    picture.paste((255, 255, 255), (0, 0, 8, 16))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(root / "train" / "no" / "0.jpg", exif=exif, quality=100)
    image = load_dataset(Data(dataset="folder", image_size=16), root).train_images[0]
    assert image[:6].min() > 240
    assert image[10:].max() < 15


def test_train_and_test_need_the_same_classes(tmp_path: Path) -> None:
    """A class that is only in test/ is an error."""
    root = write_own(tmp_path)
    (root / "test" / "maybe").mkdir()
    with pytest.raises(DataError) as caught:
        load_dataset(Data(dataset="folder"), root)
    assert str(caught.value) == (
        f"{root}/test: expected a folder for each of no, yes, found the unknown folder maybe"
    )


def test_an_empty_class_is_named(tmp_path: Path) -> None:
    """A class folder without pictures."""
    root = write_own(tmp_path)
    for path in (root / "test" / "no").iterdir():
        path.unlink()
    with pytest.raises(DataError) as caught:
        load_dataset(Data(dataset="folder"), root)
    assert str(caught.value) == f"{root}/test/no: expected pictures ({KINDS}), found none"


def test_a_file_that_is_not_a_picture_is_named(tmp_path: Path) -> None:
    """A file with another suffix is an error before any picture is decoded."""
    root = write_own(tmp_path)
    (root / "train" / "yes" / "notes.txt").write_text("hello")
    with pytest.raises(DataError) as caught:
        load_dataset(Data(dataset="folder"), root)
    assert str(caught.value) == (
        f"{root}/train/yes/notes.txt: expected a picture (BMP, GIF, JPEG, PNG, TIFF or WebP), "
        "found something else"
    )


def test_a_folder_without_classes_is_refused(tmp_path: Path) -> None:
    """The message names train/."""
    for part in ("train", "test"):
        (tmp_path / part).mkdir()
    with pytest.raises(DataError) as caught:
        load_dataset(Data(dataset="folder"), tmp_path)
    assert str(caught.value) == f"{tmp_path}/train: expected one folder for each class, found none"
