"""Compiled functions."""

import keras
import numpy as np

from reglab.regularizers.layers.compilation import compile_function


def test_a_compiled_function_has_the_same_results() -> None:
    """For two shapes."""
    compiled = compile_function(lambda x: keras.ops.sqrt(x) + 1)
    for count in (3, 5):
        x = np.arange(count, dtype="float32")
        np.testing.assert_allclose(keras.ops.convert_to_numpy(compiled(x)), np.sqrt(x) + 1, rtol=1e-6)


def test_tensorflow_compiles_by_xla() -> None:
    """On TensorFlow, and only there, the function is wrapped."""

    def double(x: float) -> float:
        return 2 * x

    compiled = compile_function(double)
    if keras.backend.backend() == "tensorflow":
        text = compiled.experimental_get_compiler_ir(np.float32(1))(stage="hlo")  # type: ignore[attr-defined]
        assert "HloModule" in text
    else:
        assert compiled is double
