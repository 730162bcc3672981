"""The places from which a data set is loaded, and the messages if it is not found."""

import socket
from pathlib import Path
from typing import Any, Literal

import pytest

import reglab.data.download
from reglab.config.data import Data
from reglab.data.loading import count_classes, load_dataset
from reglab.errors import DataError


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(reglab.data.download, "getproxies", dict)


@pytest.mark.usefixtures("no_network")
def test_a_given_directory_must_have_the_data(tmp_path: Path, cache: Path, layouts: Any) -> None:
    """The cache is not searched; the message lists the contents of the directory."""
    layouts.write_files(cache / "cifar10", layouts.cifar10_files(pickled=True))
    directory = tmp_path / "data"
    for number in range(10):
        layouts.write_files(directory / f"folder-{number}", {})
    with pytest.raises(DataError) as caught:
        load_dataset(Data(), directory)
    assert str(caught.value) == (
        f"{directory}: expected CIFAR-10 as cifar-10-batches-py/, cifar-10-batches-bin/, "
        "cifar-10-python.tar.gz, cifar-10-binary.tar.gz, or pictures in train/<class>/ and test/<class>/; "
        "found folder-0/, folder-1/, folder-2/, folder-3/, folder-4/, folder-5/, folder-6/, folder-7/ "
        "and 2 more"
    )


@pytest.mark.parametrize(("kind", "found"), [("none", "nothing there"), ("file", "a file")])
@pytest.mark.parametrize("dataset", ["cifar10", "synthetic"])
def test_a_given_directory_must_exist(
    tmp_path: Path, kind: str, found: str, dataset: Literal["cifar10", "synthetic"]
) -> None:
    """A missing directory and a file are errors, also for images that are drawn."""
    path = tmp_path / "data"
    if kind == "file":
        path.write_text("")
    with pytest.raises(DataError) as caught:
        load_dataset(Data(dataset=dataset), path)
    assert str(caught.value) == f"{path}: expected a directory that holds the data, found {found}"


@pytest.mark.usefixtures("no_network")
def test_places_are_searched_in_order(
    cache: Path, tmp_path: Path, layouts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REGLAB_DATA_DIR, then the cache, then Keras's downloads; the message names all three."""
    shared = layouts.write_files(tmp_path / "data", {})
    monkeypatch.setenv("REGLAB_DATA_DIR", str(shared))
    with pytest.raises(DataError) as caught:
        load_dataset(Data())
    assert str(caught.value).startswith(
        f"CIFAR-10 was not found in {shared}, {cache}, {tmp_path}/keras-home/datasets, and "
    )
    kept = layouts.write_files(cache / "cifar10", layouts.cifar10_files(pickled=True))
    assert load_dataset(Data()).source == str(kept)
    own = layouts.write_files(shared / "cifar10", layouts.cifar10_files(pickled=True))
    assert load_dataset(Data()).source == str(own)


def test_the_environment_s_directory_must_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped directory does not lead to a download."""
    monkeypatch.setenv("REGLAB_DATA_DIR", str(tmp_path / "gone"))
    with pytest.raises(DataError) as caught:
        load_dataset(Data())
    assert str(caught.value) == (
        f"REGLAB_DATA_DIR={tmp_path}/gone: expected a directory that holds the data, found nothing there"
    )


def test_a_given_directory_replaces_the_environment_s(
    tmp_path: Path, layouts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a directory is given, REGLAB_DATA_DIR is not checked."""
    monkeypatch.setenv("REGLAB_DATA_DIR", str(tmp_path / "gone"))
    given = layouts.write_files(tmp_path / "given", layouts.cifar10_files(pickled=False))
    assert load_dataset(Data(), given).source == str(given)


def test_a_tilde_is_the_home(tmp_path: Path, layouts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the argument and in REGLAB_DATA_DIR."""
    monkeypatch.setenv("HOME", str(tmp_path))
    own = layouts.write_files(tmp_path / "mine", layouts.cifar10_files(pickled=False))
    assert load_dataset(Data(), Path("~/mine")).source == str(own)
    monkeypatch.setenv("REGLAB_DATA_DIR", "~/mine")
    assert load_dataset(Data()).source == str(own)


@pytest.mark.usefixtures("no_network")
def test_folders_within_the_cache(cache: Path, tmp_path: Path, layouts: Any) -> None:
    """The folder of the data set, then the cache itself, then the folder of Keras."""
    unpacked = tmp_path / "keras-home/datasets/cifar-10-batches-py-target/cifar-10-batches-py"
    layouts.write_files(unpacked, layouts.cifar10_files(pickled=True))
    assert load_dataset(Data()).source == str(unpacked)
    inside = layouts.write_files(cache / "cifar-10-batches-bin", layouts.cifar10_files(pickled=False))
    assert load_dataset(Data()).source == str(inside)
    named = layouts.write_files(cache / "cifar10", layouts.cifar10_files(pickled=False))
    assert load_dataset(Data()).source == str(named)


@pytest.mark.usefixtures("no_network")
def test_no_data_and_no_network_is_one_message(
    cache: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It lists all ways to get the data; nothing is printed or written, and Keras is not loaded."""
    with pytest.raises(DataError) as caught:
        load_dataset(Data())
    assert str(caught.value) == (
        f"CIFAR-10 was not found in {cache}, {tmp_path}/keras-home/datasets, and "
        "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz: cannot be downloaded (no route to "
        "host). To get it: put its files into a directory and name that directory with --data-dir or "
        f"REGLAB_DATA_DIR; put its files into {cache}/cifar10; or train once with network access, so that "
        "Keras downloads them. data.dataset=synthetic needs no files. Its files: "
        "cifar-10-batches-py/, cifar-10-batches-bin/, cifar-10-python.tar.gz, cifar-10-binary.tar.gz, or "
        "pictures in train/<class>/ and test/<class>/."
    )
    assert capfd.readouterr() == ("", "")
    assert not (tmp_path / "keras-home").exists()


def test_a_folder_needs_a_directory() -> None:
    """A `folder` cannot be downloaded."""
    with pytest.raises(DataError) as caught:
        load_dataset(Data(dataset="folder"))
    assert str(caught.value) == (
        "data.dataset=folder: expected pictures (BMP, GIF, JPEG, PNG, TIFF or WebP) in train/<class>/ and "
        "test/<class>/, and maybe val/<class>/, of the data directory, got no data directory; "
        "name it with --data-dir or REGLAB_DATA_DIR"
    )


def test_a_folder_is_read_from_the_environment_s_directory(
    tmp_path: Path, layouts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REGLAB_DATA_DIR is used if no directory is given; an error message lists its contents."""
    root: Path = layouts.write_pictures(tmp_path / "shots")
    monkeypatch.setenv("REGLAB_DATA_DIR", str(root))
    dataset = load_dataset(Data(dataset="folder"))
    assert (dataset.title, dataset.source) == ("shots", str(root))
    monkeypatch.setenv("REGLAB_DATA_DIR", str(root / "train" / "cat"))
    with pytest.raises(DataError, match=r"cat: expected your own pictures as .*; found 00003\.png, "):
        load_dataset(Data(dataset="folder"))


def test_classes_are_counted_without_loading(tmp_path: Path, layouts: Any) -> None:
    """The result is None if the folder is not found or ambiguous."""
    assert count_classes(Data(dataset="cifar100"), tmp_path / "gone") == 100
    data = Data(dataset="folder")
    assert count_classes(data) is None
    root = layouts.write_pictures(tmp_path / "a")
    assert count_classes(data, tmp_path) == 10
    assert count_classes(data, root / "train") is None
    layouts.write_pictures(tmp_path / "b")
    assert count_classes(data, tmp_path) is None
