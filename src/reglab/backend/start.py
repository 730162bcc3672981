"""Keras's backend: started quietly, with the cores that this process may use."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

from reglab.backend.precision import Choice, choose_precision
from reglab.config.training import Precision
from reglab.errors import BackendError
from reglab.machine import count_cores
from reglab.suggestions import nearest

_VARIABLE = "KERAS_BACKEND"
_LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "tensorflow": ("tensorflow",),
    "jax": ("jax", "jaxlib"),
    "torch": ("torch",),
}
_STDERR = 2
# The least that keeps ordering a small part of the work, so that the display moves a few times an epoch.
_STEPS_PER_DISPATCH = 50


@dataclass(frozen=True)
class Backend:
    """What a process trains with.

    Attributes:
        name: `tensorflow`, `jax` or `torch`; the environment variable KERAS_BACKEND chooses.
        gpu: whether it has one.
        threads: that a computation on the CPU is spread over.
        precision: Keras's dtype policy, which is set already.
        steps_per_dispatch: steps that `fit` orders at once.
    """

    name: str
    gpu: bool
    threads: int
    precision: Choice
    steps_per_dispatch: int = 1


def find_backend() -> str:
    """The backend that this process is to train with: what KERAS_BACKEND says, else `tensorflow`.

    Nothing is loaded yet. Keras's own file of settings, `~/.keras/keras.json`, is not asked: what an
    experiment comes to must not depend on it.

    Raises:
        BackendError: it is none of the three, or is not installed.
    """
    name = os.environ.get(_VARIABLE) or "tensorflow"
    if name not in _LIBRARIES:
        raise BackendError(
            f"{_VARIABLE}: expected tensorflow, jax or torch, got {name!r}{nearest(name, _LIBRARIES)}"
        )
    missing = [library for library in _LIBRARIES[name] if find_spec(library) is None]
    if missing:
        raise BackendError(
            f"{_VARIABLE}={name}: expected the package {missing[0]}, which is not installed: "
            f"pip install {missing[0]}"
        )
    return name


def start_backend(precision: Precision, began_with: str | None = None) -> Backend:
    """Imports Keras and sets threads and precision for the whole process; call it once, first.

    Args:
        precision: the experiment's.
        began_with: Keras's dtype policy of a run that goes on, which is kept.

    Returns:
        What was started.

    Raises:
        BackendError: KERAS_BACKEND names no backend that is there.
    """
    name = find_backend()
    os.environ[_VARIABLE] = name
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # JAX would take three quarters of the GPU's memory at the start, whatever it needs.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    threads = count_cores()
    with _silent_libraries():
        _set_threads(name, threads)
        import keras

        gpu = _find_gpu(name)
    if name != "tensorflow":
        sys.meta_path.insert(0, _Absence("tensorflow"))
    if began_with is None:
        choice = choose_precision(precision, gpu.found, gpu.capability)
    else:
        choice = Choice(began_with, "as the run began")

    # These too could be otherwise in Keras's file of settings.
    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    keras.config.set_dtype_policy(choice.policy)
    # Expected, not measured: a GPU's step is shorter than the time that Keras's loop takes to order it.
    bundled = name == "jax" and gpu.found
    return Backend(name, gpu.found, threads, choice, _STEPS_PER_DISPATCH if bundled else 1)


@dataclass(frozen=True)
class _Gpu:
    """Whether there is one, and its compute capability where that is known."""

    found: bool
    capability: float | None = None


def _set_threads(name: str, threads: int) -> None:
    """Bounds a backend's threads, which it has to be told before it computes anything."""
    if name == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        for device in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(device, True)
    elif name == "torch":
        import torch

        torch.set_num_threads(threads)
    else:
        # JAX has no function for it; XLA looks there when it starts.
        os.environ["PJRT_NPROC"] = str(threads)


def _find_gpu(name: str) -> _Gpu:
    """The first GPU that the backend would use."""
    if name == "torch":
        from torch import cuda

        return _Gpu(True, _as_number(cuda.get_device_capability())) if cuda.is_available() else _Gpu(False)
    if name == "jax":
        import jax

        device = jax.devices()[0]
        if device.platform != "gpu":
            return _Gpu(False)
        # Not every maker's devices have a number there.
        capability = str(getattr(device, "compute_capability", ""))
        return _Gpu(True, float(capability) if capability.replace(".", "", 1).isdigit() else None)
    import tensorflow as tf

    for device in tf.config.list_physical_devices("GPU"):
        details = tf.config.experimental.get_device_details(device)
        return _Gpu(True, _as_number(details.get("compute_capability")))
    return _Gpu(False)


def _as_number(capability: tuple[int, int] | None) -> float | None:
    return None if capability is None else capability[0] + capability[1] / 10


class _Absence(MetaPathFinder):
    """Makes a package as good as not installed, for whoever would import it from now on.

    Keras asks whether an object is TensorFlow's by importing TensorFlow, whatever its own backend is:
    three seconds and half a gigabyte at the end of each run, where the network is saved. (A None in
    `sys.modules` would not do: Keras takes what is listed there for imported.)
    """

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raises ModuleNotFoundError for the package and what is in it."""
        if fullname.partition(".")[0] == self._package:
            raise ModuleNotFoundError(f"{fullname} is kept out of this process", name=fullname)
        return None


@contextmanager
def _silent_libraries() -> Iterator[None]:
    """Keeps the greetings that C libraries write to standard error, unless something goes wrong."""
    sys.stderr.flush()
    terminal = os.dup(_STDERR)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), _STDERR)
        try:
            yield
        except BaseException:
            kept.seek(0)
            os.write(terminal, kept.read())
            raise
        finally:
            os.dup2(terminal, _STDERR)
            os.close(terminal)
