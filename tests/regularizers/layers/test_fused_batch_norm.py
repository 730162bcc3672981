"""Fused batch normalization: outputs, averages and gradients are those of Keras's layer."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from reglab.regularizers.layers.fused_batch_norm import FusedBatchNormalization

ON_TENSORFLOW = keras.backend.backend() == "tensorflow"
needs_tensorflow = pytest.mark.skipif(not ON_TENSORFLOW, reason="the kernel is TensorFlow's")
SHAPE = (6, 5, 4, 3)
# Relative to values of about 1: a few roundings of float32, one of bfloat16.
TOLERANCE = {"float32": 2e-5, "mixed_bfloat16": 2**-7}


def pair(dtype: str, **arguments: Any) -> tuple[Any, Any]:
    """A fused and a stock layer with the same weights, different from the initial ones."""
    layers = tuple(
        kind(momentum=0.8, dtype=dtype, **arguments)
        for kind in (FusedBatchNormalization, keras.layers.BatchNormalization)
    )
    weights = np.random.default_rng(1).uniform(0.5, 1.5, (4, SHAPE[-1]))
    for layer in layers:
        layer.build((None, *SHAPE[1:]))
        layer.set_weights(list(weights))
    return layers


def batches(count: int) -> list[Any]:
    random = np.random.default_rng(0)
    return [random.normal([1, -2, 3], [1, 2, 0.5], SHAPE).astype("float32") for _ in range(count)]


def is_fused(function: Callable[[Any], Any]) -> bool:
    """Whether the kernel is in the graph of a function of feature maps."""
    import tensorflow as tf

    graph = tf.function(function, autograph=False).get_concrete_function(tf.TensorSpec(SHAPE)).graph
    return any(operation.type == "FusedBatchNormV3" for operation in graph.get_operations())


@needs_tensorflow
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("as_function", [True, False])
def test_steps_are_those_of_the_stock_layer(dtype: str, as_function: bool) -> None:
    """Three training steps and inference: outputs, γ's and β's and the input's gradients, averages."""
    import tensorflow as tf

    weighting = tf.constant(np.random.default_rng(2).normal(size=SHAPE).astype("float32"))
    tolerance = TOLERANCE[dtype]

    def make_step(layer: Any) -> Any:
        def step(maps: Any) -> tuple[Any, ...]:
            with tf.GradientTape() as tape:
                tape.watch(maps)
                outputs = layer(maps, training=True)
                loss = tf.reduce_sum(tf.cast(outputs, "float32") * weighting)
            return outputs, *tape.gradient(loss, [maps, layer.gamma.value, layer.beta.value])

        return tf.function(step, autograph=False) if as_function else step

    fused, stock = pair(dtype)
    fused_step, stock_step = make_step(fused), make_step(stock)
    for maps in batches(3):
        rounded = tf.cast(tf.cast(maps, fused.compute_dtype), "float32")
        for got, expected in zip(fused_step(rounded), stock_step(rounded), strict=True):
            assert got.dtype == expected.dtype
            scale = tf.reduce_max(tf.abs(expected))
            np.testing.assert_allclose(
                tf.cast(got / scale, "float32"), tf.cast(expected / scale, "float32"), atol=tolerance
            )
        for got, expected in zip(fused.get_weights(), stock.get_weights(), strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-5)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(keras.ops.cast(fused(maps, training=False), "float32")),
        keras.ops.convert_to_numpy(keras.ops.cast(stock(maps, training=False), "float32")),
        atol=1e-5 if dtype == "float32" else 2**-6,
    )


@needs_tensorflow
def test_the_kernel_is_used_in_training_only() -> None:
    """Inference is Keras's, so that the saved network predicts the same, bit for bit."""
    layer, stock = pair("float32")
    assert is_fused(lambda maps: layer(maps, training=True))
    assert not is_fused(lambda maps: layer(maps, training=False))
    (maps,) = batches(1)
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(layer(maps, training=False)),
        keras.ops.convert_to_numpy(stock(maps, training=False)),
    )


@needs_tensorflow
@pytest.mark.parametrize(
    "arguments",
    [{"axis": 1}, {"renorm": True}, {"epsilon": 1e-6}, {"dtype": "float64"}, {"trainable": False}],
)
def test_special_cases_use_keras(arguments: dict[str, Any]) -> None:
    """Other axes, renormalization, an epsilon too small for cuDNN, double precision, frozen layers."""
    layer = FusedBatchNormalization(**arguments)
    layer.build(SHAPE)
    assert not is_fused(lambda maps: layer(maps, training=True))


@pytest.mark.parametrize("argument", ["scale", "center"])
def test_layers_without_scale_or_shift_are_keras(argument: str) -> None:
    """They have fewer weights, and the same outputs."""
    layers = [
        kind(**{argument: False}) for kind in (FusedBatchNormalization, keras.layers.BatchNormalization)
    ]
    (maps,) = batches(1)
    got, expected = (keras.ops.convert_to_numpy(layer(maps, training=True)) for layer in layers)
    np.testing.assert_array_equal(got, expected)


def test_vectors_and_masks_use_keras() -> None:
    """Two-dimensional inputs, and inputs with a mask."""
    vectors = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
    layers = [FusedBatchNormalization(), keras.layers.BatchNormalization()]
    got, expected = (keras.ops.convert_to_numpy(layer(vectors, training=True)) for layer in layers)
    np.testing.assert_array_equal(got, expected)
    (maps,) = batches(1)
    mask = np.random.default_rng(0).integers(0, 2, SHAPE[:-1]).astype(bool)
    fused, stock = pair("float32")
    got, expected = (
        keras.ops.convert_to_numpy(layer(maps, training=True, mask=mask)) for layer in (fused, stock)
    )
    np.testing.assert_array_equal(got, expected)


def test_it_trains_on_every_backend() -> None:
    """With batches of different sizes, inside the compiled step of `fit`."""
    network = keras.Sequential(
        [keras.Input(SHAPE[1:]), FusedBatchNormalization(), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    network.compile("sgd", "mse")
    (maps,) = batches(1)
    network.fit(maps, np.zeros((6, 1)), batch_size=4, verbose=0)
    assert (network.layers[0].moving_mean.numpy() != 0).all()


def test_config_and_weights_are_those_of_the_stock_layer() -> None:
    """Same settings under the same keys, same weights in the same order."""
    arguments = {"momentum": 0.7, "epsilon": 0.01, "name": "conv_1_1_batch_norm"}
    fused, stock = FusedBatchNormalization(**arguments), keras.layers.BatchNormalization(**arguments)
    for layer in (fused, stock):
        layer.build(SHAPE)
    assert fused.get_config() == stock.get_config()
    assert [weight.path for weight in fused.weights] == [weight.path for weight in stock.weights]


def test_its_stock_equivalent_has_its_settings_and_predictions() -> None:
    """Keras's class, the same name and configuration; with the same weights, the same outputs."""
    fused, _ = pair("float32", name="conv_1_1_batch_norm")
    stock = fused.make_stock()
    assert type(stock) is keras.layers.BatchNormalization
    assert stock.get_config() == fused.get_config()
    stock.build(SHAPE)
    stock.set_weights(fused.get_weights())
    (maps,) = batches(1)
    got, expected = (keras.ops.convert_to_numpy(layer(maps, training=False)) for layer in (stock, fused))
    np.testing.assert_array_equal(got, expected)
