"""The model that is trained: it contains the images, and its inputs are indices of images.

Training, clean, validation and test images are indices into one array on the device. No image is copied,
and layers that change training images cannot change the other images.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from reglab.experiment import Experiment
from reglab.model.network import build_network, input_layers
from reglab.training.loop.extra_loss import find_extra_loss
from reglab.training.loop.measured_weights import find_average
from reglab.training.loop.mixing import MixingLayer, find_mixing
from reglab.training.loop.optimizer import build_optimizer


def store_images(images: NDArray[np.uint8]) -> Any:
    """Copies images `(n, height, width, channels)` uint8 to the device, as a Keras variable.

    Several models in one process can share it. It is a variable because JAX would compile a constant into
    the training step.
    """
    return keras.Variable(
        lambda shape, dtype: keras.ops.convert_to_tensor(images, dtype),
        shape=images.shape,
        dtype="uint8",
        trainable=False,
        name="images",
    )


class ImageStore(keras.layers.Layer):
    """Looks up images by index.

    Args:
        images: a variable from `store_images`.
    """

    def __init__(self, images: Any) -> None:
        super().__init__(name="images", dtype="float32", trainable=False)
        self.images = images

    def call(self, indices: Any) -> Any:
        """Images `(n, height, width, channels)` float32 in [0, 255] for indices `(n,)` int32."""
        return keras.ops.cast(keras.ops.take(self.images, indices, axis=0), "float32")

    def compute_output_spec(self, indices: Any) -> Any:
        """The shape, which Keras would otherwise determine by running `call`."""
        return keras.KerasTensor((*indices.shape, *self.images.shape[1:]), dtype="float32")


class IndexModel(keras.Model):
    """A model from image indices to logits; from indices and shares, if a regularizer mixes images.

    Args:
        experiment: with the network and the regularizers.
        images: a variable from `store_images`.
        classes: number of classes.

    Attributes:
        network: the part that is saved when the training is complete.
        mixing: draws the shares of the training images; None if no regularizer mixes images.
        extra_loss: the layer that adds to the loss, or None.
        average: the layer with the weights for measuring; None if these are the trained weights.
        holds_average: whether the network has the average instead of the trained weights.
        keeps_metrics: whether the next call of `fit` continues the running means of the previous call.
    """

    def __init__(self, experiment: Experiment, images: Any, classes: int) -> None:
        indices = keras.Input((), dtype="int32", name="indices")
        store = ImageStore(images)
        x = store(indices)
        for layer in input_layers(experiment):
            x = layer(x)
        inputs, mixing = indices, find_mixing(experiment)
        if mixing is not None:
            shares = keras.Input((None, None), dtype="float32", name="shares")
            inputs, x = (indices, shares), MixingLayer()(x, shares)
        network = build_network(experiment, classes)
        average, extra_loss = find_average(experiment, network), find_extra_loss(experiment, network)
        if average is not None:
            x = average(x)
        logits = network(x)
        if extra_loss is not None:
            logits = extra_loss(x, logits)
        super().__init__(inputs, logits, name="index_model")
        self.network = network
        self.mixing = mixing
        self.extra_loss = extra_loss
        self.average = average
        self.holds_average = False
        self.keeps_metrics = False
        self._store = store

    @property
    def changing_variables(self) -> list[Any]:
        """Weights and random state: all variables of the model except the images."""
        return [variable for variable in self.variables if variable is not self._store.images]

    def compute_loss(self, *arguments: Any, **keywords: Any) -> Any:
        """Keras's loss of a batch; raises ValueError if a layer adds a loss that the history would omit."""
        _refuse_own_losses(self.network)
        return super().compute_loss(*arguments, **keywords)

    def reset_metrics(self) -> None:
        """Starts new running means, except in the middle of an epoch."""
        if not self.keeps_metrics:
            super().reset_metrics()
            if self.extra_loss is not None:
                self.extra_loss.reset()

    def feed_unmixed(self, indices: NDArray[np.int32]) -> Any:
        """The inputs of the model for images `(n,)` in inference mode, which never mixes."""
        return indices if self.mixing is None else (indices, np.ones((len(indices), 1, 1), np.float32))

    @contextmanager
    def measured_weights(self) -> Iterator[None]:
        """Gives the network the weights that are measured and saved, within the block."""
        if self.average is None or self.holds_average:
            yield
            return
        self.average.swap_in()
        try:
            yield
        finally:
            self.average.swap_out()

    @contextmanager
    def trained_weights(self) -> Iterator[None]:
        """Gives the network the weights that are trained, within the block."""
        if not self.holds_average:
            yield
            return
        # Not the average if a callback has restored weights of an earlier epoch.
        kept = [np.array(weight) for weight in self.network.get_weights()]
        self.drop_measured_weights()
        try:
            yield
        finally:
            self.keep_measured_weights()
            self.network.set_weights(kept)

    def keep_measured_weights(self) -> None:
        """Gives the network the weights that are saved, at the end of a training."""
        if self.average is not None and not self.holds_average:
            self.average.swap_in()
            self.holds_average = True

    def drop_measured_weights(self) -> None:
        """Gives the network the weights that are trained; the opposite of `keep_measured_weights`."""
        if self.holds_average:
            self.average.swap_out()
            self.holds_average = False


def build_model(
    experiment: Experiment,
    images: Any,
    classes: int,
    steps_per_epoch: int,
    kind: type[IndexModel] = IndexModel,
    first_step: int = 0,
) -> IndexModel:
    """Builds the model of an experiment and compiles it; also builds optimizer, loss and metrics.

    Args:
        experiment: what is trained.
        images: a variable from `store_images`.
        classes: number of classes.
        steps_per_epoch: batches of one epoch, for the schedule.
        kind: class of the model.
        first_step: see `build_learning_rate`.
    """
    model = kind(experiment, images, classes)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    for regularizer in experiment.regularizers.active:
        loss = regularizer.change_loss(loss)
    model.compile(
        optimizer=build_optimizer(experiment, steps_per_epoch, first_step),
        loss=loss,
        metrics=[
            keras.metrics.CategoricalAccuracy(name="accuracy"),
            keras.metrics.CategoricalCrossentropy(from_logits=True, name="cross_entropy"),
        ],
    )
    model.optimizer.build(model.trainable_variables)
    # Keras would build them from the first batch that `fit` receives, which may be a bundle.
    sample = np.zeros((1, classes), np.float32)
    model.compute_loss(y=sample, y_pred=sample)
    model.compute_metrics(None, sample, sample)
    return model


def _refuse_own_losses(network: keras.Model) -> None:
    """Raises ValueError if a layer has added a loss that is not a penalty on a kernel.

    The columns of the history would not add up to its loss.
    """
    for layer in network.layers:
        penalties = [weight for weight in layer.weights if getattr(weight, "regularizer", None) is not None]
        if len(layer.losses) > len(penalties):
            raise ValueError(
                f"Expected layers without a loss of their own, got {layer.name} ({type(layer).__name__}). "
                "Use the seat kernel_penalty or extra_loss, which the history records."
            )
