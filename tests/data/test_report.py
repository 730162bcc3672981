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


def test_the_environment_s_directory_is_the_first_place(
    cache: Path, tmp_path: Path, layouts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it lacks is used from the cache; a folder of pictures can only be there."""
    layouts.write_idx(cache / "mnist", zipped=False)
    shared = layouts.write_pictures(tmp_path / "images")
    monkeypatch.setenv("REGLAB_DATA_DIR", str(shared))
    report = {each.name: each for each in describe_places(None)}
    assert report["cifar10"].used == Look("REGLAB_DATA_DIR", shared, "folder of pictures", shared)
    assert report["folder"].looks == (Look("REGLAB_DATA_DIR", shared, "pictures of 10 classes", shared),)
    assert [(look.place, look.found) for look in report["mnist"].looks] == [
        ("REGLAB_DATA_DIR", ""),
        ("reglab's cache", "official idx files"),
        ("Keras's downloads", ""),
    ]
    assert report["mnist"].used == report["mnist"].looks[1]


def test_a_problem_is_not_passed_over(
    cache: Path, tmp_path: Path, layouts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run would end with it, although the cache has the data."""
    layouts.write_files(cache / "cifar10", layouts.cifar10_files(pickled=False))
    monkeypatch.setenv("REGLAB_DATA_DIR", str(tmp_path / "gone"))
    first, second, _ = describe_places(None)[0].looks
    assert first.problem == f"{tmp_path}/gone: expected a directory that holds the data, found nothing there"
    assert second.found == "official binary batches"
    assert describe_places(None)[0].used is None


def test_the_home_may_be_written_as_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By argument and by environment."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert describe_places(Path("~"))[0].looks == (Look("data directory", tmp_path),)
    monkeypatch.setenv("REGLAB_DATA_DIR", "~")
    assert describe_places(None)[0].looks[0] == Look("REGLAB_DATA_DIR", tmp_path)


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
