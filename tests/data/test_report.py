"""The report of where each data set is found."""

import errno
from pathlib import Path
from typing import Any

import pytest

from reglab.data.report import Availability, find_all
from reglab.data.sources.table import SOURCES, find_source
from reglab.errors import DataError


def report(directory: Path | None = None) -> dict[str, Availability]:
    return {each.source.name: each for each in find_all(directory)}


def where(availability: Availability) -> tuple[str, Path] | None:
    return (availability.found.form, availability.found.path) if availability.found else None


def test_nothing_is_found_in_empty_places(cache: Path, tmp_path: Path) -> None:
    """Every data set is listed."""
    found = report()
    assert tuple(found) == tuple(source.name for source in SOURCES)
    assert [(each.found, each.problem) for each in found.values()] == [(None, "")] * 6
    assert [(place.name, place.directory) for place in find_source("cifar10").places(None)] == [
        ("reglab's cache", cache),
        ("Keras's downloads", tmp_path / "keras-home" / "datasets"),
    ]


def test_a_given_directory_is_the_only_place(cache: Path, tmp_path: Path, layouts: Any) -> None:
    """The pictures there are CIFAR-10 and a folder of ten classes; MNIST is only in the cache."""
    layouts.write_idx(cache / "mnist", zipped=False)
    images = layouts.write_pictures(tmp_path / "data" / "cifar10-images")
    found = report(tmp_path / "data")
    assert where(found["cifar10"]) == ("folder of pictures", images)
    assert where(found["folder"]) == ("pictures of 10 classes", images)
    assert where(found["mnist"]) is None
    assert [place.name for place in find_source("cifar10").places(tmp_path)] == ["data directory"]


def test_the_first_place_that_has_it_is_reported(
    cache: Path, tmp_path: Path, layouts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REGLAB_DATA_DIR, then the cache, then Keras's archive, whose content is not read."""
    [remote] = find_source("cifar10").remotes
    remote.path.parent.mkdir(parents=True)
    remote.path.write_bytes(b"")
    assert where(report()["cifar10"]) == ("archive of the official python batches", remote.path)
    layouts.write_files(cache / "cifar10", layouts.cifar10_files(pickled=False))
    assert where(report()["cifar10"]) == ("official binary batches", cache / "cifar10")
    shared = layouts.write_pictures(tmp_path / "images")
    monkeypatch.setenv("REGLAB_DATA_DIR", str(shared))
    assert where(report()["cifar10"]) == ("folder of pictures", shared)
    assert [place.name for place in find_source("cifar10").places(None)] == [
        "REGLAB_DATA_DIR",
        "reglab's cache",
        "Keras's downloads",
    ]


def test_a_missing_data_directory_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message is that of a run; the cache is not searched."""
    monkeypatch.setenv("REGLAB_DATA_DIR", str(tmp_path / "gone"))
    with pytest.raises(DataError, match="gone: expected a directory"):
        report()


def test_an_ambiguous_directory_is_a_problem_of_one_data_set(tmp_path: Path, layouts: Any) -> None:
    """Two folders of pictures in one directory; MNIST can still be found."""
    for name in ("a", "b"):
        layouts.write_pictures(tmp_path / name)
    layouts.write_idx(tmp_path, zipped=False)
    found = report(tmp_path)
    assert found["cifar10"].problem.startswith(f"{tmp_path}: expected one folder with train/ and test/")
    assert found["folder"].problem == found["cifar10"].problem
    assert where(found["mnist"]) == ("official idx files", tmp_path)


def test_a_place_that_cannot_be_read(
    cache: Path, tmp_path: Path, layouts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache has nothing then; a directory that the user has named is a problem."""
    [remote] = find_source("cifar10").remotes
    remote.path.parent.mkdir(parents=True)
    remote.path.write_bytes(b"")
    is_file = Path.is_file

    def is_file_or_refuse(path: Path) -> bool:
        if path.is_relative_to(cache):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return is_file(path)

    cache.mkdir(exist_ok=True)
    monkeypatch.setattr(Path, "is_file", is_file_or_refuse)
    assert where(report()["cifar10"]) == ("archive of the official python batches", remote.path)
    assert report(cache)["cifar10"].problem.startswith(f"cannot read {cache}/")
