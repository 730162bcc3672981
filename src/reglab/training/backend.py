"""Keras's backend: started quietly, with the cores that this process may use."""

import math
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reglab.config.schema import Precision
from reglab.training.precision import Choice, choose_precision

_STDERR = 2
_CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")


@dataclass(frozen=True)
class Backend:
    """What a process trains with.

    Attributes:
        name: `tensorflow`, `jax` or `torch`; the environment variable KERAS_BACKEND chooses.
        gpu: whether it has one.
        threads: that a computation on the CPU is spread over.
        precision: Keras's dtype policy, which is set already.
    """

    name: str
    gpu: bool
    threads: int
    precision: Choice


def start_backend(precision: Precision) -> Backend:
    """Imports Keras and sets threads and precision for the whole process; call it once, first.

    Args:
        precision: the experiment's.

    Returns:
        What was started.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # JAX would take three quarters of the GPU's memory at the start, whatever it needs.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    threads = count_cores()
    with _silent_libraries():
        name, gpu = _import_keras(threads)
    choice = choose_precision(precision, gpu)

    import keras

    keras.config.set_dtype_policy(choice.policy)
    return Backend(name, gpu, threads, choice)


def _import_keras(threads: int) -> tuple[str, bool]:
    """Keras's backend, and whether it has a GPU."""
    if os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        for device in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(device, True)
    import keras

    name = keras.backend.backend()
    if name == "torch":
        sys.modules["torch"].set_num_threads(threads)
    return name, any("gpu" in device.lower() or "cuda" in device.lower() for device in _list_devices(name))


def count_cores() -> int:
    """Cores that this process may use: its affinity, and its container's quota if that is lower."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = _CGROUP_QUOTA.read_text().split()
    except (OSError, ValueError):
        return cores
    return cores if quota == "max" else max(1, min(cores, math.ceil(int(quota) / int(period))))


def _list_devices(name: str) -> list[str]:
    if name == "torch":
        return ["cuda"] if sys.modules["torch"].cuda.is_available() else []
    import keras

    return [str(device) for device in keras.distribution.list_devices()]


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
