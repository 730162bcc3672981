"""Max-norm: which weights are scaled, and by how much."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from reglab.config.setup import Setup
from reglab.regularizers.base import Position
from reglab.regularizers.max_norm import MaxNorm


def constrain(position: Position, kernel: np.ndarray) -> np.ndarray:
    constraint = MaxNorm(max_value=1.5).kernel_constraint(position)
    assert constraint is not None
    return np.asarray(keras.ops.convert_to_numpy(constraint(keras.ops.convert_to_tensor(kernel))))


def clip_columns(columns: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(columns, axis=0)
    return columns * np.minimum(norms, 1.5) / norms


def test_filters_of_a_convolution_are_limited_one_by_one(convolution: Position) -> None:
    """Each filter's height · width · channels weights have one norm; small filters hardly change."""
    kernel = np.random.default_rng(0).normal(size=(3, 3, 2, 4)).astype("float32")
    kernel[..., 0] *= 0.1
    expected = clip_columns(kernel.reshape(-1, 4)).reshape(kernel.shape)
    np.testing.assert_allclose(constrain(convolution, kernel), expected, rtol=1e-5)
    np.testing.assert_allclose(constrain(convolution, kernel)[..., 0], kernel[..., 0], rtol=1e-5)


def test_units_of_a_dense_layer_are_limited_one_by_one(output: Position) -> None:
    """Each column of the matrix, the incoming weights of one unit, has one norm."""
    kernel = np.random.default_rng(0).normal(size=(9, 4)).astype("float32")
    np.testing.assert_allclose(constrain(output, kernel), clip_columns(kernel), rtol=1e-5)


def test_layers_chooses_the_kernels(convolution: Position, dense: Position) -> None:
    """`conv` excludes dense layers, `dense` excludes convolutions."""
    assert MaxNorm(layers="conv").kernel_constraint(dense) is None
    assert MaxNorm(layers="dense").kernel_constraint(convolution) is None


@pytest.mark.parametrize("values", [{"max_value": 0}, {"max_value": 1001}, {"layers": "none"}])
def test_values_out_of_bounds_are_rejected(values: dict[str, object]) -> None:
    """A positive norm, known kernels."""
    with pytest.raises(ValidationError):
        MaxNorm.model_validate(values)


def test_unusual_norms_are_advised_against(make_setup: Callable[..., Setup]) -> None:
    """3 to 4 is usual."""
    assert list(MaxNorm(max_value=4).advice(make_setup())) == []
    assert [str(advice) for advice in MaxNorm(max_value=0.5).advice(make_setup())] == [
        "max-norm 0.5 is outside 3 to 4, the usual range "
        "(Srivastava et al., Dropout, JMLR 15, 2014, appendix A.4)"
    ]
