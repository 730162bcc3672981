"""What is found where, without loading."""

from pathlib import Path
from typing import Any

import pytest

from reglab.data.remotes import CIFAR10
from reglab.data.report import Look, describe_places


def test_nothing_anywhere(cache: Path, tmp_path: Path) -> None:
    """Every data set has a line; only the drawn one can be used."""
    report = describe_places(None)
    assert [each.name for each in report] == [
        "cifar10",
        "cifar100",
        "mnist",
        "fashion_mnist",
        "folder",
        "synthetic",
    ]
    assert [each.used for each in report] == [None] * 6
    assert [each.always for each in report] == [False] * 5 + [True]
    assert report[0].looks == (
        Look("reglab's cache", cache),
        Look("Keras's downloads", tmp_path / "keras-home" / "datasets"),
    )
    assert report[2].advice == (
        "Three ways to get it: put it into a directory (as train-images-idx3-ubyte, "
        "train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte (.gz or not), or "
        "mnist.npz) and name that with --data-dir or REGLAB_DATA_DIR; put it into "
        f"{cache}/mnist; or run once with network, so that Keras downloads it. "
        "data.dataset=synthetic needs no files."
    )


def test_a_named_directory_is_the_only_place(tmp_path: Path, layouts: Any) -> None:
    """Pictures there are CIFAR-10 and a folder at once; the other data sets are not there."""
    layouts.write_pictures(tmp_path / "cifar10-images")
    report = {each.name: each for each in describe_places(tmp_path)}
    path = tmp_path / "cifar10-images"
    assert report["cifar10"].looks == (Look("data directory", tmp_path, "folder of pictures", path),)
    assert report["folder"].used == Look("data directory", tmp_path, "pictures of 10 classes", path)
    assert report["mnist"].looks == (Look("data directory", tmp_path),)
    assert report["mnist"].used is None


def test_the_first_place_is_used(cache: Path, layouts: Any) -> None:
    """The cache before Keras's archive, whose content is not read for this."""
    CIFAR10.path.parent.mkdir(parents=True)
    CIFAR10.path.write_bytes(b"")
    first = describe_places(None)[0]
    assert first.used is not None
    assert (first.used.place, first.used.path) == ("Keras's downloads", CIFAR10.path)
    layouts.write_files(cache / "cifar10", layouts.cifar10_files(pickled=False))
    second = describe_places(None)[0]
    assert second.used == Look("reglab's cache", cache, "official binary batches", cache / "cifar10")


def test_what_is_ambiguous_is_a_problem_not_a_crash(tmp_path: Path, layouts: Any) -> None:
    """Two folders of pictures side by side."""
    for name in ("a", "b"):
        layouts.write_pictures(tmp_path / name)
    report = {each.name: each for each in describe_places(tmp_path)}
    assert report["cifar10"].looks[0].problem == (
        f"{tmp_path}: expected one folder with train/ and test/, found a, b; name one of them as the "
        "data directory"
    )
    assert report["folder"].looks[0].problem == "several folders with train/ and test/; name one of them"


def test_keras_stays_unloaded() -> None:
    """Neither the report nor anything else of the package loads it when imported."""
    import subprocess
    import sys

    code = (
        "import sys, reglab.data.report, reglab.data.split, reglab.data.loading;"
        "reglab.data.report.describe_places(None);"
        "print([name for name in ('keras', 'tensorflow', 'matplotlib') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


@pytest.mark.usefixtures("cache")
def test_a_directory_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    """No error: the report is there to tell."""
    assert [each.used for each in describe_places(tmp_path / "gone")] == [None] * 6
