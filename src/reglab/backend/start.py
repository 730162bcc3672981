"""Starting Keras's backend: without output, with given threads and device."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
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
# Large enough for dispatching to be a small part of the work, small enough for frequent progress reports.
_STEPS_PER_DISPATCH = 50


@dataclass(frozen=True)
class Backend:
    """The backend of this process.

    Attributes:
        name: `tensorflow`, `jax` or `torch`.
        gpu: whether it computes on a GPU.
        threads: number of threads of a computation on the CPU.
        precision: Keras's dtype policy in this process, and the reason for it.
        steps_per_dispatch: number of training steps in one batch that `fit` receives.
    """

    name: str
    gpu: bool
    threads: int
    precision: Choice
    steps_per_dispatch: int = 1

    def check_precision(self, wanted: Precision) -> None:
        """Raises BackendError if this process computes in another precision than an experiment wants."""
        if wanted not in ("auto", self.precision.policy):
            raise BackendError(
                f"training.precision: expected auto or {self.precision.policy}, in which this process "
                f"computes, got {wanted}"
            )


def find_backend() -> str:
    """Finds the backend of this process: the value of KERAS_BACKEND, or `tensorflow`; loads nothing.

    Keras's settings in `~/.keras/keras.json` have no effect, so that the numbers of an experiment do not
    depend on them.

    Raises:
        BackendError: the value is not one of the three backends, or a package of it is not installed.
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


def start_backend(
    precision: Precision, policy: str | None = None, threads: int | None = None, device: str | None = None
) -> Backend:
    """Imports Keras and sets device, threads and precision of the process.

    Call it once, before Keras is imported.

    Args:
        precision: `training.precision` of the experiment; has no effect if `policy` is given.
        policy: Keras's dtype policy of the first attempt, for a resumed run.
        threads: number of threads of a computation on the CPU; the cores of the process if omitted.
        device: `cpu` or one GPU, such as `gpu:1`; the backend's choice if omitted.

    Raises:
        BackendError: KERAS_BACKEND is not a backend that is installed, or the GPU does not exist.
    """
    name = find_backend()
    os.environ[_VARIABLE] = name
    _choose_device(name, device)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # By default, JAX reserves three quarters of the GPU's memory.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    threads = threads or count_cores()
    with _silent_libraries():
        _set_threads(name, threads)
        import keras

        gpu = _find_gpu(name) if keras.backend.backend() == name else _Gpu(False)
    if keras.backend.backend() != name:
        raise BackendError(
            f"expected Keras on {name}, but it was imported before on {keras.backend.backend()}; "
            f"start the backend before Keras is imported, or set {_VARIABLE}"
        )
    if device not in (None, "cpu") and not gpu.found:
        raise BackendError(f"expected the device {device}, but {name} finds no such GPU")
    if name != "tensorflow":
        sys.meta_path.insert(0, _Absence("tensorflow"))
    if policy is None:
        choice = choose_precision(precision, gpu.found, gpu.capability)
    else:
        choice = Choice(policy, "kept from the start of the run")

    # Keras's file of settings could change these too.
    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    keras.config.set_dtype_policy(choice.policy)
    # Not measured: on a GPU, a step is expected to take less time than its dispatch by Keras's loop.
    bundled = name == "jax" and gpu.found
    return Backend(name, gpu.found, threads, choice, _STEPS_PER_DISPATCH if bundled else 1)


def preload_keras() -> None:
    """Imports TensorFlow and Keras without starting them, for a process that is forked."""
    os.environ[_VARIABLE] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with _silent_libraries():
        for library in ("tensorflow", "keras"):
            import_module(library)


def count_gpus() -> int:
    """Number of GPUs that the backend of this process can use, after `start_backend`."""
    name = os.environ[_VARIABLE]
    if name == "torch":
        from torch import cuda

        return cuda.device_count() if cuda.is_available() else 0
    if name == "jax":
        import jax

        return sum(device.platform == "gpu" for device in jax.devices())
    import tensorflow as tf

    return len(tf.config.list_physical_devices("GPU"))


@dataclass(frozen=True)
class _Gpu:
    """Whether there is a GPU, and its compute capability if known."""

    found: bool
    capability: float | None = None


def _choose_device(name: str, device: str | None) -> None:
    """Hides all devices but the given one; the libraries read these variables when they are loaded."""
    if device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
        if name == "jax":
            os.environ["JAX_PLATFORMS"] = "cpu"
    elif device is not None:
        number = int(device.removeprefix("gpu:"))
        # A cluster may have hidden some GPUs already; the number counts the visible ones.
        visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
        numbers = visible.split(",") if visible else []
        os.environ["CUDA_VISIBLE_DEVICES"] = (
            numbers[number] if number < len(numbers) else "-1" if numbers else str(number)
        )


def _set_threads(name: str, threads: int) -> None:
    """Limits the threads of a backend before its first computation.

    On TensorFlow it also stops the reservation of all GPU memory.
    """
    if name == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        for device in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(device, True)
    elif name == "torch":
        import torch

        torch.set_num_threads(threads)
    else:
        # JAX has no function for this; XLA reads the variable when it starts.
        os.environ["PJRT_NPROC"] = str(threads)


def _find_gpu(name: str) -> _Gpu:
    """Finds the first GPU of the backend."""
    if name == "torch":
        from torch import cuda

        return _Gpu(True, _as_number(cuda.get_device_capability())) if cuda.is_available() else _Gpu(False)
    if name == "jax":
        import jax

        device = jax.devices()[0]
        if device.platform != "gpu":
            return _Gpu(False)
        # Not every GPU has a number as its capability.
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
    """Makes later imports of a package fail, as if it were not installed.

    On every backend, Keras imports TensorFlow to check whether an object is TensorFlow's. That costs three
    seconds and half a gigabyte when the network is saved at the end of a run. Setting the package to None in
    `sys.modules` is not enough, because Keras assumes that every key there has been imported.
    """

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raises ModuleNotFoundError for the package and its modules."""
        if fullname.partition(".")[0] == self._package:
            raise ModuleNotFoundError(f"{fullname} is not used in this process", name=fullname)
        return None


@contextmanager
def _silent_libraries() -> Iterator[None]:
    """Discards what C libraries write to standard error, unless an error is raised."""
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
