"""The inside of a network: activations, weights, and their gradients, for one image."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from reglab.experiment import Experiment
from reglab.model.network import build_network

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class InsideOfLayer:
    """One layer for one image, in inference mode.

    Attributes:
        name: of the layer.
        activations: its output, `(height, width, maps)` or `(units,)`.
        gradients: of the cross-entropy with respect to the output, in the same shape.
        kernel: `(rows, columns, maps before, maps)` or `(units before, units)`; None without a kernel.
        kernel_gradients: of the cross-entropy with respect to the kernel; None without a kernel.
    """

    name: str
    activations: Array
    gradients: Array
    kernel: Array | None = None
    kernel_gradients: Array | None = None


class Inspection:
    """A copy of a network in which the gradient of every output is known.

    Behind each layer, the copy adds zeros that are trainable. Their gradient is that of the output, on every
    backend. An optimizer that changes nothing keeps the gradients. Layers are called in inference mode, as
    when the network predicts.

    Args:
        experiment: has the layers; a network of another experiment with the same layers is copied too.
        classes: number of classes.
        eager: whether the step is not compiled. Compiling takes a second with TensorFlow, after which a look
            takes half of the time; with PyTorch it takes far longer.
    """

    def __init__(self, experiment: Experiment, classes: int, eager: bool = True) -> None:
        self._network = build_network(experiment, classes)
        self._names = [layer.name for layer in self._network.layers if layer.name != "images"]
        self._probes: dict[str, _Probe] = {}
        copy = keras.models.clone_model(
            self._network, clone_function=lambda layer: layer, call_function=self._call
        )
        self._copy = _InferenceModel(copy.inputs[0], copy.outputs[0], name="inside")
        self._outputs = keras.Model(
            self._copy.inputs[0], [self._probes[name].output for name in self._names], name="outputs"
        )
        self._keeper = _GradientKeeper()
        self._copy.compile(
            optimizer=self._keeper,
            loss=keras.losses.CategoricalCrossentropy(from_logits=True),
            run_eagerly=eager,
        )

    def look(self, network: Any, image: NDArray[np.uint8], label: int) -> list[InsideOfLayer]:
        """Computes the inside of each layer, in the order of the network.

        Args:
            network: has the same layers; its weights are copied.
            image: `(height, width, channels)`.
            label: the class of which the cross-entropy is computed.
        """
        self._network.set_weights(network.get_weights())
        images = image[None].astype(np.float32)
        target = np.zeros((1, self._copy.outputs[0].shape[-1]), np.float32)
        target[0, label] = 1
        self._copy.train_on_batch(images, target)
        outputs = self._outputs.predict_on_batch(images)
        return [self._describe(name, output) for name, output in zip(self._names, outputs, strict=True)]

    def _call(self, layer: Any, *arguments: Any, **keywords: Any) -> Any:
        probe = self._probes[layer.name] = _Probe(name=f"{layer.name}_probe")
        return probe(layer(*arguments, **keywords))

    def _describe(self, name: str, output: Any) -> InsideOfLayer:
        layer, zeros = self._network.get_layer(name), self._probes[name].zeros
        kernel = getattr(layer, "kernel", None)
        return InsideOfLayer(
            name=name,
            activations=_to_numpy(output)[0],
            gradients=self._keeper.read(zeros)[0],
            kernel=None if kernel is None else _to_numpy(kernel),
            kernel_gradients=None if kernel is None else self._keeper.read(kernel),
        )


class _InferenceModel(keras.Model):
    """A model whose random layers and batch normalization act as in inference, also in a training step."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        return super().call(inputs, training=False, mask=mask)


class _Probe(keras.layers.Layer):
    """Adds zeros of the shape of one output."""

    def build(self, shape: Any) -> None:
        self.zeros = self.add_weight(shape=(1, *shape[1:]), initializer="zeros", name="zeros")

    def call(self, inputs: Any) -> Any:
        return inputs + keras.ops.cast(self.zeros, inputs.dtype)


class _GradientKeeper(keras.optimizers.Optimizer):
    """Keeps the gradients, and does not change the variables."""

    def __init__(self) -> None:
        super().__init__(learning_rate=0.0, name="gradient_keeper")

    def build(self, variables: Any) -> None:
        if not self.built:
            super().build(variables)
            self._kept = [self.add_variable_from_reference(each, name="gradient") for each in variables]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        self.assign(self._kept[self._get_variable_index(variable)], gradient)

    def read(self, variable: Any) -> Array:
        return _to_numpy(self._kept[self._get_variable_index(variable)])


def _to_numpy(value: Any) -> Array:
    return np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(value, "float32")))
