"""Pickles of arrays are read; other objects in them are refused and not created."""

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reglab.data.formats.pickles import read_plain_pickle

ROWS = np.arange(24, dtype=np.uint8).reshape(4, 6)


class Command:
    """An object whose pickle makes a folder when `pickle.load` reads it."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.target),)


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("array", [ROWS, np.asfortranarray(ROWS), ROWS.astype(">i8")])
def test_arrays_of_every_protocol_are_read(protocol: int, array: np.ndarray) -> None:
    """By rows, by columns, and big-endian, as Python 3 writes them."""
    entries = read_plain_pickle(pickle.dumps({"data": array, "labels": [1, 2]}, protocol=protocol))
    assert entries["labels"] == [1, 2]
    assert entries["data"].dtype == array.dtype
    np.testing.assert_array_equal(entries["data"], array)


@pytest.mark.parametrize("module", [b"numpy.core.multiarray", b"numpy._core.multiarray"])
def test_both_names_of_numpys_core_are_accepted(module: bytes) -> None:
    """A pickle as Python 2 writes it, with the old or the new name of the module."""
    content = (
        b"\x80\x02}q\x01(U\x04data" + b"c" + module + b"\n_reconstruct\n"
        b"cnumpy\nndarray\n" + b"K\x00\x85U\x01b\x87R(K\x01K\x02K\x03\x86"
        b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
        b"\x89U\x06abcdeftb" + b"U\x06labels]K\x07au."
    )
    entries = read_plain_pickle(content)
    assert entries["labels"] == [7]
    np.testing.assert_array_equal(entries["data"], np.frombuffer(b"abcdef", np.uint8).reshape(2, 3))


def test_a_malicious_pickle_is_refused(tmp_path: Path) -> None:
    """The message names the requested function, which is not called."""
    target = tmp_path / "made"
    content = pickle.dumps({"data": Command(target)})
    with pytest.raises(pickle.UnpicklingError) as caught:
        read_plain_pickle(content)
    assert str(caught.value) == "a pickle that requests posix.mkdir, which no array needs"
    assert not target.exists()
    pickle.loads(content)
    assert target.is_dir(), "the pickle is harmless, so this test cannot fail"


@pytest.mark.parametrize(
    "name",
    ["builtins eval", "numpy load", "numpy.core.multiarray scalar", "reglab.data.formats.pickles _encode"],
)
def test_other_functions_are_refused(name: str) -> None:
    """Functions of Python, of NumPy and of reglab."""
    module, function = name.split()
    with pytest.raises(pickle.UnpicklingError) as caught:
        read_plain_pickle(f"c{module}\n{function}\n.".encode())
    assert str(caught.value) == f"a pickle that requests {module}.{function}, which no array needs"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"data": np.array([None, "x"])}, "an array of type |O8, not of integers"),
        ({"data": ROWS.astype(float)}, "an array of type <f8, not of integers"),
        ([1, 2], "a pickled list, not a dictionary"),
    ],
)
def test_other_contents_are_refused(value: Any, message: str) -> None:
    """Arrays of objects or real numbers, and a list in place of the dictionary."""
    with pytest.raises(pickle.UnpicklingError) as caught:
        read_plain_pickle(pickle.dumps(value, protocol=2))
    assert str(caught.value) == message


def test_every_truncation_is_refused() -> None:
    """The type of the error is the same at every length."""
    content = pickle.dumps({"data": ROWS, "labels": [1]}, protocol=2)
    for length in range(len(content)):
        with pytest.raises(pickle.UnpicklingError):
            read_plain_pickle(content[:length])
