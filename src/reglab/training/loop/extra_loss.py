"""Terms of the loss that regularizers compute from the network, images and logits."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from reglab.experiment import Experiment
from reglab.random_keys import derive_layer_seed


class ExtraLossLayer(keras.layers.Layer):
    """Adds the terms of all regularizers to the loss of each training step, and averages them over an epoch.

    It returns the logits. The average is in variables of the layer, because on JAX a layer cannot update a
    Keras metric.

    Args:
        experiment: with at least one regularizer that has an extra loss.
        network: a model from images to logits.
    """

    def __init__(self, experiment: Experiment, network: Any) -> None:
        super().__init__(name="extra_loss", dtype="float32", trainable=False)
        active = experiment.regularizers.named
        terms = {name: one for name, one in active.items() if one.takes("extra_loss")}
        self.seeds = {
            name: keras.random.SeedGenerator(derive_layer_seed(experiment.training.seed, "extra_loss", name))
            for name in terms
        }
        # A function, since Keras would track a network in an attribute as a part of this layer.
        self._compute: Callable[[Any, Any], Any] = lambda images, logits: sum(
            term.extra_loss(network, images, logits, self.seeds[name]) for name, term in terms.items()
        )
        self._total = self.add_weight(shape=(), initializer="zeros", trainable=False, name="total")
        self._images = self.add_weight(shape=(), initializer="zeros", trainable=False, name="images")

    def call(self, images: Any, logits: Any, training: bool = False) -> Any:
        """The logits `(n, classes)`."""
        if training:
            value = self._compute(images, logits)
            self.add_loss(value)
            count = ops.cast(ops.shape(images)[0], "float32")
            self._total.assign(self._total + count * ops.stop_gradient(value))
            self._images.assign(self._images + count)
        return logits

    def compute_output_spec(self, images: Any, logits: Any, training: bool = False) -> Any:
        """The shape and dtype of the logits."""
        return keras.KerasTensor(logits.shape, dtype=logits.dtype)

    def reset(self) -> None:
        """Starts a new epoch."""
        self._total.assign(0.0)
        self._images.assign(0.0)

    def read_mean(self) -> float:
        """The mean over the images of the epoch so far."""
        total, images = (float(ops.convert_to_numpy(part)) for part in (self._total, self._images))
        return total / images


def find_extra_loss(experiment: Experiment, network: Any) -> ExtraLossLayer | None:
    """The layer of an experiment's extra loss; None if no regularizer has one."""
    adds = any(regularizer.takes("extra_loss") for regularizer in experiment.regularizers.active)
    return ExtraLossLayer(experiment, network) if adds else None
