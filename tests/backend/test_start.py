"""The backend: which one is chosen, how a missing one is reported, and its settings."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reglab.backend import start
from reglab.backend.start import find_backend
from reglab.errors import BackendError
from reglab.machine import count_cores

INSTALLED = [name for name in ("tensorflow", "jax", "torch") if importlib.util.find_spec(name)]

# A process can start only one backend, so each test starts one in a new process and saves a model.
STARTED = """
import json, os, sys

from reglab.backend.start import start_backend

backend = start_backend("mixed_bfloat16")

import keras
import numpy as np

# Each call of Rescaling checks whether TensorFlow is loaded.
model = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Rescaling(2.0), keras.layers.Conv2D(2, 3)])
model.save(sys.argv[1])
json.dump({
    "name": backend.name,
    "keras": keras.backend.backend(),
    "threads": backend.threads,
    "threads of JAX": os.environ.get("PJRT_NPROC"),
    "policy": [backend.precision.policy, keras.config.dtype_policy().name],
    "steps_per_dispatch": backend.steps_per_dispatch,
    "settings": [keras.config.floatx(), keras.config.epsilon(), keras.config.image_data_format()],
    "output": model.predict(np.zeros((1, 4, 4, 3)), verbose=0).shape,
    "tensorflow": "tensorflow" in sys.modules,
}, sys.stdout)
"""


PRETENDED = """
import json, sys

from reglab.backend import start as backend

backend._find_gpu = lambda name: backend._Gpu(True, 8.0)
started = backend.start_backend("auto")
json.dump([started.gpu, started.steps_per_dispatch, started.precision.policy], sys.stdout)
"""


@pytest.mark.parametrize("value", [None, "", "tensorflow"])
def test_tensorflow_is_the_default(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    """Also with an empty variable."""
    if value is None:
        monkeypatch.delenv("KERAS_BACKEND", raising=False)
    else:
        monkeypatch.setenv("KERAS_BACKEND", value)
    assert find_backend() == "tensorflow"


@pytest.mark.parametrize("name", INSTALLED)
def test_the_variable_chooses(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """KERAS_BACKEND selects each installed backend."""
    monkeypatch.setenv("KERAS_BACKEND", name)
    assert find_backend() == name


@pytest.mark.parametrize(
    ("value", "guess"),
    [("tensorflw", "; did you mean tensorflow?"), ("JAX", ""), ("numpy", ""), ("nonsense", "")],
)
def test_another_name_is_refused(monkeypatch: pytest.MonkeyPatch, value: str, guess: str) -> None:
    """Mistyped names, and Keras's backends that cannot train."""
    monkeypatch.setenv("KERAS_BACKEND", value)
    with pytest.raises(BackendError) as caught:
        find_backend()
    assert str(caught.value) == f"KERAS_BACKEND: expected tensorflow, jax or torch, got {value!r}{guess}"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(("name", "package"), [("torch", "torch"), ("jax", "jax"), ("jax", "jaxlib")])
def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, package: str
) -> None:
    """JAX is two packages, of which one may be missing."""
    for library in {name, package} - {package}:
        (tmp_path / f"{library}.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, package, None)  # makes find_spec fail
    monkeypatch.setenv("KERAS_BACKEND", name)
    with pytest.raises(BackendError) as caught:
        find_backend()
    assert str(caught.value) == (
        f"KERAS_BACKEND={name}: expected the package {package}, which is not installed: pip install {package}"
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", INSTALLED)
def test_a_backend_starts_quietly_and_alone(tmp_path: Path, name: str) -> None:
    """keras.json has no effect; TensorFlow is loaded only on its own backend, also when a model is saved."""
    settings = {
        "backend": "numpy",
        "floatx": "float64",
        "epsilon": 0.1,
        "image_data_format": "channels_first",
    }
    (tmp_path / "keras.json").write_text(json.dumps(settings))
    environment = {key: value for key, value in os.environ.items() if key != "PJRT_NPROC"}
    done = subprocess.run(
        [sys.executable, "-c", STARTED, str(tmp_path / "model.keras")],
        env={**environment, "KERAS_HOME": str(tmp_path), "KERAS_BACKEND": name},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "name": name,
        "keras": name,
        "threads": count_cores(),
        "threads of JAX": str(count_cores()) if name == "jax" else None,
        "policy": ["mixed_bfloat16", "mixed_bfloat16"],
        "steps_per_dispatch": 1,
        "settings": ["float32", 1e-7, "channels_last"],
        "output": [1, 2, 2, 2],
        "tensorflow": name == "tensorflow",
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", INSTALLED)
def test_on_a_gpu_jax_makes_many_steps_at_once(name: str) -> None:
    """JAX dispatches 50 steps at once, the others one; all choose bfloat16 on a GPU."""
    done = subprocess.run(
        [sys.executable, "-c", PRETENDED],
        env={**os.environ, "KERAS_BACKEND": name},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [True, 50 if name == "jax" else 1, "mixed_bfloat16"]


GIVEN = """
import json, sys

from reglab.backend.start import start_backend

started = start_backend("float32", threads=3, device="cpu")
json.dump([started.gpu, started.threads], sys.stdout)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", INSTALLED)
def test_threads_and_device_that_are_given(name: str) -> None:
    """Threads and device that are passed replace the number of cores and the backend's choice."""
    environment = {**os.environ, "KERAS_BACKEND": name}
    command = [sys.executable, "-c", GIVEN]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [False, 3]


@pytest.mark.parametrize(
    ("visible", "device", "expected"),
    [
        (None, None, None),
        (None, "cpu", "-1"),
        (None, "gpu:1", "1"),
        ("4,7", "gpu:1", "7"),
        ("4", "gpu:1", "-1"),
    ],
)
def test_other_devices_are_hidden(
    monkeypatch: pytest.MonkeyPatch, visible: str | None, device: str | None, expected: str | None
) -> None:
    """The number counts only the GPUs that are visible."""
    monkeypatch.delenv("JAX_PLATFORMS", raising=False)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    start._choose_device("jax", device)
    assert os.environ.get("CUDA_VISIBLE_DEVICES") == expected
    # So that monkeypatch also restores variables that the function set.
    for name in ("CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.slow
@pytest.mark.skipif("jax" not in INSTALLED, reason="needs JAX")
def test_keras_on_another_backend_is_refused() -> None:
    """If Keras was imported before, the process keeps the backend of that time."""
    program = (
        "import os; os.environ['KERAS_BACKEND'] = 'jax'; import keras; os.environ['KERAS_BACKEND'] = ''; "
        "from reglab.backend.start import start_backend; start_backend('auto')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == (
        "reglab.errors.BackendError: expected Keras on tensorflow, but it was imported before on jax; "
        "start the backend before Keras is imported, or set KERAS_BACKEND"
    )
