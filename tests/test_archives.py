"""Archives of arrays: what is read, and what is refused."""

import tracemalloc
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest

from reglab.archives import ArchiveError, read_arrays


def test_all_or_some_arrays(tmp_path: Path) -> None:
    """Values and types are those that were written, compressed or not."""
    path = tmp_path / "a.npz"
    for save in (np.savez, np.savez_compressed):
        save(path, first=np.arange(3, dtype=np.uint8), second=np.array("text"))
        arrays = read_arrays(path)
        assert list(arrays) == ["first", "second"]
        assert arrays["first"].dtype == np.uint8
        np.testing.assert_array_equal(arrays["first"], [0, 1, 2])
        assert str(arrays["second"]) == "text"
        assert list(read_arrays(path, ("second",))) == ["second"]


def test_a_bomb_is_not_read(tmp_path: Path) -> None:
    """An archive of 300 kB with an array of 300 MB is refused without reading the array."""
    path = tmp_path / "bomb.npz"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive, archive.open("x.npy", "w") as stream:
        np.lib.format.write_array_header_1_0(
            stream, {"descr": "|u1", "fortran_order": False, "shape": (300_000_000,)}
        )
        for _ in range(300):
            stream.write(bytes(1_000_000))
    assert path.stat().st_size < 400_000
    tracemalloc.start()
    try:
        assert _message(path) == "expected at most 268,435,456 bytes of arrays, found 300,000,128"
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("shape", [(2**40,), (-1,), (2**62, 2**62), ("a",)])
def test_a_shape_that_contradicts_the_content(tmp_path: Path, shape: tuple[object, ...]) -> None:
    """The header of an array declares more values than follow."""
    path = tmp_path / "a.npz"
    with ZipFile(path, "w") as archive, archive.open("x.npy", "w") as stream:
        np.lib.format.write_array_header_1_0(stream, {"descr": "|u1", "fortran_order": False, "shape": shape})
        stream.write(bytes(10))
    assert _message(path) == "its array 'x' is damaged, or holds objects"


def test_objects_are_refused(tmp_path: Path) -> None:
    """Reading pickled objects could run any code; NumPy's advice to allow it is not repeated."""
    np.savez(tmp_path / "a.npz", x=np.array([{}, None]))
    assert _message(tmp_path / "a.npz") == "its array 'x' is damaged, or holds objects"


def test_a_missing_array_is_named(tmp_path: Path) -> None:
    """The archive is of another program."""
    np.savez(tmp_path / "a.npz", y=np.zeros(2))
    assert _message(tmp_path / "a.npz") == "it has no array 'x'"


def test_what_is_not_an_archive(tmp_path: Path) -> None:
    """Text, an array without an archive, a folder."""
    path = tmp_path / "a.npz"
    path.write_text("hello")
    assert _message(path) == "it is not an archive of arrays, or is truncated"
    with path.open("wb") as stream:
        np.save(stream, np.zeros(2))
    assert _message(path) == "it is not an archive of arrays, or is truncated"
    assert _message(tmp_path) == "it is not a file"


def _message(path: Path) -> str:
    with pytest.raises(ArchiveError) as caught:
        read_arrays(path, ("x",))
    return str(caught.value)
