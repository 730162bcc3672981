"""The base of every regularizer: its seats, advice and conflicts.

A seat is a method that a regularizer may override. Some seats are called at each position of the network,
which is a fixed walk::

    input → (convolution → after_convolution → activation)… → end_of_group → head
          → (before_dense → dense → after_dense → activation)… → before_dense → output

With `model.residual`, each group of convolutions is a branch with a shortcut. The shortcut is the identity,
or a 1×1 convolution with its own after_convolution if the number of channels changes. The end of
a group is then::

    … → last convolution → after_convolution → end_of_branch → Add(shortcut) → activation → end_of_group

`on_input` adds layers for the training images before the network. Three more seats add no layers: the
penalty and the constraint on a kernel, and whether a layer has a bias. The other seats act on the training:
mixed images, loss, extra loss, optimizer, measured weights, callbacks. A regularizer takes the seats that it
overrides; the others do nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from reglab.config.base import Frozen
from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.random_keys import derive_layer_seed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Kind = Literal["input", "convolution", "branch", "group", "dense", "output"]

_TRAINING_SEATS = {
    "images and labels": "share_pixels",
    "loss": "change_loss",
    "extra loss": "extra_loss",
    "optimizer": "change_optimizer",
    "measured weights": "measured_weights",
    "callbacks": "callbacks",
}


@dataclass(frozen=True)
class Position:
    """One position on the walk.

    Attributes:
        layer: name of the layer or group, such as `input`, `conv_2_1`, `group_2`, `dense_1` or `output`.
        kind: what the layer or group is.
        seed: the experiment's seed.
        depth: number of a branch divided by the number of branches, in (0, 1]; 1 at other positions.
    """

    layer: str
    kind: Kind
    seed: int
    depth: float = 1.0

    def key(self, technique: str) -> int:
        """A seed in [0, 2³¹) that follows from (experiment's seed, layer, technique).

        Two experiments that share a layer draw the same numbers for it, whatever else they contain.
        """
        return derive_layer_seed(self.seed, self.layer, technique)


@dataclass(frozen=True)
class Advice:
    """A reason from the literature against a setting in this experiment.

    Attributes:
        text: the reason, one sentence.
        reference: authors, title and year.
    """

    text: str
    reference: str

    def __str__(self) -> str:
        return f"{self.text} ({self.reference})"


class Regularizer(Frozen):
    """A named technique.

    Keras is imported inside the seats. A layer inside the network is stock Keras, or has `make_stock()`
    (`layers/stock.py`). A random layer computes in float32 (`dtype="float32"`), since bfloat16 draws are
    too coarse for a rate.
    """

    title: ClassVar[str]
    """Its name in tables, such as `Dropout`."""
    needs: ClassVar[Mapping[str, Any]] = {}
    """Settings of other sections without which it cannot act, such as `{"model.residual": True}`."""

    def on_input(self, position: Position) -> Sequence[Any]:
        """Layers for float32 images in [0, 255], `(n, height, width, channels)`; training only.

        They are not saved with the network, so they need no stock equivalent.
        """
        return ()

    def share_pixels(
        self, random: "np.random.Generator", count: int, height: int, width: int
    ) -> "NDArray[np.float32]":
        """How much of each pixel of the training images of a batch is kept; training only.

        The rest of a pixel comes from another image of the batch. The labels are mixed by the mean of the
        shares over the pixels. If several regularizers mix, their shares are multiplied.

        Args:
            random: keyed by (seed, technique, epoch, number of images of the epoch before this batch).
            count: images in the batch.
            height: of an image, pixels.
            width: of an image, pixels.

        Returns:
            Shares in [0, 1], `(count, height, width)`, or `(count, 1, 1)` if all pixels have the same share.
        """
        raise NotImplementedError

    def after_convolution(self, position: Position) -> Sequence[Any]:
        """Layers between a convolution and its activation."""
        return ()

    def end_of_branch(self, position: Position) -> Sequence[Any]:
        """Layers at the end of a branch, before the shortcut is added; only with `model.residual`."""
        return ()

    def end_of_group(self, position: Position) -> Sequence[Any]:
        """Layers after the last activation of a group."""
        return ()

    def before_dense(self, position: Position) -> Sequence[Any]:
        """Layers before a dense layer, including the output."""
        return ()

    def after_dense(self, position: Position) -> Sequence[Any]:
        """Layers between a hidden dense layer and its activation."""
        return ()

    def kernel_penalty(self, position: Position) -> Any | None:
        """A `keras.regularizers.Regularizer` for the kernel, or None. All penalties are summed."""
        return None

    def kernel_constraint(self, position: Position) -> Any | None:
        """A `keras.constraints.Constraint` for the kernel, or None. A kernel has at most one."""
        return None

    def drops_bias(self, position: Position) -> bool:
        """Whether the layer at this position has no bias, for example because the next layer has one."""
        return False

    def change_loss(self, loss: Any) -> Any:
        """The training loss, given the current one (a `keras.losses.CategoricalCrossentropy`)."""
        return loss

    def extra_loss(self, network: Any, images: Any, logits: Any, seed: Any) -> Any:
        """A term to add to the loss of a batch, a float32 scalar; training only.

        The history has it in the column `extra_loss`. If it calls the network again, it should do so with
        `training=False`; otherwise the running statistics of batch norm are updated twice in a step.

        Args:
            network: from images to logits.
            images: images of the batch as the network received them, augmented and mixed:
                `(n, height, width, channels)` float32, about 0 to 255; noise is not clipped.
            logits: `(n, classes)` float32 of the network for these images, in training mode.
            seed: a `keras.random.SeedGenerator` for `keras.random`, keyed by (seed, technique).
        """
        raise NotImplementedError

    def change_optimizer(self, optimizer: Any) -> Any:
        """The optimizer, given the current one (a `keras.optimizers.Optimizer`)."""
        return optimizer

    def measured_weights(self, network: Any) -> Any:
        """A `WeightAverage` (`layers/weight_average.py`) of the network's weights.

        The network is measured and saved with the average, and trained with its own weights. At most one
        regularizer of an experiment may take this seat.
        """
        raise NotImplementedError

    def callbacks(self) -> Sequence[Any]:
        """Callbacks for `fit`, called after measuring. Their logs contain the columns of the history."""
        return ()

    def describe(self) -> str:
        """Its title and parameters, such as `EMA {momentum: 0.999}`; null parameters are omitted."""
        parameters = ", ".join(f"{name}: {_as_yaml(value)}" for name, value in self if value is not None)
        return f"{self.title} {{{parameters}}}"

    @property
    def changes_images(self) -> bool:
        """Whether it has layers in `on_input`; known without Keras."""
        return self.takes("on_input")

    @classmethod
    def training_seats(cls) -> tuple[str, ...]:
        """The training seats that it takes, in words: `loss`, `optimizer`, `callbacks`, …."""
        return tuple(words for words, seat in _TRAINING_SEATS.items() if cls.takes(seat))

    @classmethod
    def takes(cls, seat: str) -> bool:
        """Whether it overrides a seat, such as `share_pixels`."""
        return getattr(cls, seat) is not getattr(Regularizer, seat)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """Reasons from the literature against this setting in this experiment; never an error."""
        return ()

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """Settings that cannot work or have no effect in this experiment; each is an error."""
        return ()


def _as_yaml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
