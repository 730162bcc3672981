"""The model that is trained: it is fed the numbers of images, and holds the images itself.

Training, clean, validation and test images are index arrays into one array on the device, so nothing is
copied, and what changes training images cannot reach the others.
"""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from reglab.experiment import Experiment
from reglab.model.network import build_network, input_layers


class ImageStore(keras.layers.Layer):
    """Looks up images by number.

    The images are a weight, not a constant: JAX would compile a constant into the program.
    """

    def __init__(self, images: NDArray[np.uint8]) -> None:
        super().__init__(name="images", dtype="float32", trainable=False)
        self._shape = images.shape
        self.images = self.add_weight(
            shape=images.shape,
            dtype="uint8",
            trainable=False,
            initializer=lambda shape, dtype: keras.ops.convert_to_tensor(images, dtype),
            name="images",
        )

    def call(self, indices: Any) -> Any:
        """Images `(n, height, width, channels)` float32 in [0, 255] for indices `(n,)` int32."""
        return keras.ops.cast(keras.ops.take(self.images, indices, axis=0), "float32")

    def compute_output_spec(self, indices: Any) -> Any:
        """Spares Keras from finding the shape out by running `call`."""
        return keras.KerasTensor((*indices.shape, *self._shape[1:]), dtype="float32")


class IndexModel(keras.Model):
    """Image numbers in, logits out.

    Attributes:
        network: the part that is kept when the training is over.
    """

    def __init__(self, experiment: Experiment, images: NDArray[np.uint8], classes: int) -> None:
        indices = keras.Input((), dtype="int32", name="indices")
        store = ImageStore(images)
        x = store(indices)
        for layer in input_layers(experiment):
            x = layer(x)
        network = build_network(experiment, classes)
        super().__init__(indices, network(x), name="index_model")
        self.network = network
        self._store = store

    @property
    def state_variables(self) -> list[Any]:
        """Everything that a step changes, in a fixed order: weights, random state, optimizer."""
        images = self._store.images.path
        own = [variable for variable in self.variables if variable.path != images]
        return [*own, *self.optimizer.variables]
