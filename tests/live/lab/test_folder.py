"""The files that a page writes."""

import os
from pathlib import Path

import pytest

from reglab.errors import RunError
from reglab.live.lab.folder import LARGEST_PICTURE, NETWORK, SNAPSHOT, LiveFolder
from reglab.live.worker import network_file, snapshot


@pytest.fixture
def folder(tmp_path: Path) -> LiveFolder:
    prepared = LiveFolder(tmp_path)
    prepared.prepare()
    return prepared


def test_suffixes_are_those_of_the_worker() -> None:
    """They are defined twice, because the worker's modules import Keras."""
    assert (SNAPSHOT, NETWORK) == (snapshot.SUFFIX, network_file.SUFFIX)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "/etc/passwd", ".hidden", "a\\b", "a\0b", "x" * 81, "~"])
def test_a_name_is_not_a_path(folder: LiveFolder, name: str) -> None:
    """Only single words are names of files."""
    with pytest.raises(RunError, match=r"^expected a name of at most 80 letters"):
        folder.choose(name, SNAPSHOT)


def test_names_and_lists(folder: LiveFolder, tmp_path: Path) -> None:
    """Saved files of all pages are listed, the newest first, without links, logs and pictures."""
    first, second = folder.choose("first", SNAPSHOT), folder.choose(f"netz-ü{NETWORK}", NETWORK)
    assert (first.parent, second.name) == (folder.path, "netz-ü.network.json")
    for age, path in enumerate((second, first, folder.log("yours"))):
        path.write_bytes(b"x")
        os.utime(path, (1000 - age, 1000 - age))
    (folder.path / f"link{SNAPSHOT}").symlink_to("/etc/passwd")
    folder.keep_picture(b"pixels")
    other = LiveFolder(tmp_path)
    assert other.path != folder.path
    found = other.list_saved()
    assert [each.path for each in found] == [second, first]
    assert found[1].label == f"{folder.path.name}/first.snapshot.npz"


def test_pictures(folder: LiveFolder) -> None:
    """The latest ten pictures are kept, under names of our own; large and empty ones are refused."""
    kept = [folder.keep_picture(b"%d" % number) for number in range(12)]
    assert [path.exists() for path in kept] == [False] * 2 + [True] * 10
    assert (kept[-1].read_bytes(), kept[-1].parent) == (b"11", folder.pictures)
    with pytest.raises(RunError, match=r"^expected a picture of at most 10 MB, got 10\.0 MB$"):
        folder.keep_picture(bytes(LARGEST_PICTURE + 1))
    with pytest.raises(RunError, match=r"^expected a picture, got an empty file$"):
        folder.keep_picture(b"")


def test_uploads(folder: LiveFolder) -> None:
    """The kind follows from the content, never from a name."""
    assert folder.keep_upload(b"PK\x03\x04").name.endswith(SNAPSHOT)
    assert folder.keep_upload(b' {"format": 1}').name.endswith(NETWORK)
    with pytest.raises(RunError, match=r"^expected a snapshot \(\.snapshot\.npz\) or a network"):
        folder.keep_upload(b"\x80\x04pickle")
