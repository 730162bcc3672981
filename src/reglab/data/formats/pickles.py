"""Reads pickles of arrays and plain containers, and creates no other objects.

The official python version of CIFAR is a pickle, and a pickle can call any function. Here the functions that
NumPy uses for pickled arrays are replaced by stand-ins that only record their arguments; any other function
is refused. The array is created afterwards, once its type, shape and number of bytes are checked. Untrusted
values therefore never reach the functions of NumPy.
"""

import io
import pickle
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_INTEGERS = re.compile(r"[biu][1248]")


class _Type:
    """Stand-in for `numpy.dtype`."""

    def __init__(self, spec: str | bytes, *_: object) -> None:
        self.spec = _text(spec)
        self.order = "|"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = _text(state[1])

    def build(self) -> np.dtype[Any]:
        if not _INTEGERS.fullmatch(self.spec) or self.order not in ("|", "<", ">", "="):
            raise pickle.UnpicklingError(f"an array of type {self.order}{self.spec}, not of integers")
        return np.dtype(self.order + self.spec)


class _Array:
    """Stand-in for `numpy.ndarray`, and for the function that creates an empty one."""

    def __init__(self, *_: object) -> None:
        self.shape: tuple[int, ...] = ()
        self.type: _Type | None = None
        self.by_column = False
        self.content = b""

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, self.shape, self.type, self.by_column, self.content = state

    def build(self) -> NDArray[Any]:
        if not isinstance(self.type, _Type):
            raise pickle.UnpicklingError("an array without a type")
        kind = self.type.build()
        if not isinstance(self.content, bytes | bytearray):
            raise pickle.UnpicklingError("an array without content")
        flat = np.frombuffer(self.content, kind)
        return flat.reshape(self.shape, order="F" if self.by_column else "C")


def _from_buffer(content: bytes, kind: _Type, shape: tuple[int, ...], order: str, *_: object) -> _Array:
    """Stand-in for the function that creates arrays in newer pickles."""
    array = _Array()
    array.__setstate__((1, shape, kind, _text(order) == "F", content))
    return array


def _encode(text: str, encoding: str) -> bytes:
    """Stand-in for `_codecs.encode`, which Python 3 uses for bytes in pickles of protocols 0 to 2."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"bytes in the encoding {encoding!r}")
    return text.encode("latin1")


_STAND_INS: Mapping[tuple[str, str], Any] = {
    ("numpy", "dtype"): _Type,
    ("numpy", "ndarray"): _Array,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,
    ("numpy._core.numeric", "_frombuffer"): _from_buffer,
    ("_codecs", "encode"): _encode,
}


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        stand_in = _STAND_INS.get((module, name))
        if stand_in is None:
            raise pickle.UnpicklingError(f"a pickle that requests {module}.{name}, which no array needs")
        return stand_in


def read_plain_pickle(content: bytes) -> dict[str, Any]:
    """Reads a pickled dictionary of integer arrays, lists, numbers, bytes and text.

    Args:
        content: the pickle, of any protocol, from Python 2 or 3, NumPy 1 or 2.

    Returns:
        Its entries, with keys as text. The arrays are views of the unpickled bytes.

    Raises:
        pickle.UnpicklingError: it is truncated, is not a dictionary, or requests any other object.
    """
    try:
        entries = _ArrayUnpickler(io.BytesIO(content), encoding="bytes").load()
        if not isinstance(entries, dict):
            raise pickle.UnpicklingError(f"a pickled {type(entries).__name__}, not a dictionary")
        return {
            _text(key): value.build() if isinstance(value, _Array) else value
            for key, value in entries.items()
        }
    except pickle.UnpicklingError:
        raise
    except Exception as error:
        # According to its documentation, `pickle` may raise any exception for a damaged pickle.
        raise pickle.UnpicklingError(f"a damaged pickle ({error})") from error


def _text(value: str | bytes) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else str(value)
