"""What every regularizer is: its parameters, the seats it may take, and its advice.

The network is a fixed walk, and a seat is a place on it where a regularizer may act::

    input → (convolution → after_convolution → activation)… → end_of_group → head
          → (before_dense → dense → after_dense → activation)… → before_dense → output

Three more seats are no layers: the penalty and the constraint on a kernel, and whether a layer keeps
its bias. And three belong to the training: loss, optimizer, callbacks. A regularizer overrides the
seats it takes; every other one does nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from reglab.config.base import Frozen
from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.random_keys import derive_layer_seed

Kind = Literal["input", "convolution", "group", "dense", "output"]


@dataclass(frozen=True)
class Position:
    """One position on the walk.

    Attributes:
        layer: name of the layer or group it belongs to: `input`, `conv_2_1`, `group_2`, `dense_1`, `output`.
        kind: what that is.
        seed: the experiment's seed.
    """

    layer: str
    kind: Kind
    seed: int

    def key(self, technique: str) -> int:
        """A seed of its own for (experiment's seed, layer, technique), in [0, 2³¹).

        Two experiments that share a layer draw the same numbers for it, whatever else they contain.
        """
        return derive_layer_seed(self.seed, self.layer, technique)


@dataclass(frozen=True)
class Advice:
    """What the literature says against a setting, here: a sentence, and where it is from."""

    text: str
    reference: str

    def __str__(self) -> str:
        return f"{self.text} ({self.reference})"


class Regularizer(Frozen):
    """A named technique. Layers are Keras's and are imported inside the seat that makes them."""

    title: ClassVar[str]
    """What tables call it: `Dropout`."""

    def on_input(self, position: Position) -> Sequence[Any]:
        """Layers for float32 images in [0, 255], `(n, height, width, channels)`; training only.

        They are no part of the network that is saved, so they need not be Keras's own.
        """
        return ()

    def after_convolution(self, position: Position) -> Sequence[Any]:
        """Layers between a convolution and its activation."""
        return ()

    def end_of_group(self, position: Position) -> Sequence[Any]:
        """Layers after the last activation of a group."""
        return ()

    def before_dense(self, position: Position) -> Sequence[Any]:
        """Layers in front of a dense layer, the output among them."""
        return ()

    def after_dense(self, position: Position) -> Sequence[Any]:
        """Layers between a hidden dense layer and its activation."""
        return ()

    def kernel_penalty(self, position: Position) -> Any | None:
        """A `keras.regularizers.Regularizer` for the kernel here, or None. Several are added up."""
        return None

    def kernel_constraint(self, position: Position) -> Any | None:
        """A `keras.constraints.Constraint` for the kernel here, or None."""
        return None

    def drops_bias(self, position: Position) -> bool:
        """Whether the layer here does without its bias, because what follows has one."""
        return False

    def change_loss(self, loss: Any) -> Any:
        """The loss to train with, given the one so far (a `keras.losses.CategoricalCrossentropy`)."""
        return loss

    def change_optimizer(self, optimizer: Any) -> Any:
        """The optimizer to train with, given the one so far (a `keras.optimizers.Optimizer`)."""
        return optimizer

    def callbacks(self) -> Sequence[Any]:
        """Callbacks for `fit`. Their logs hold every column of the history."""
        return ()

    def describe(self) -> str:
        """Its parameters as YAML has them, in a line: `Dropout {rate: 0.3}`; what is left out is not said."""
        parameters = ", ".join(f"{name}: {_as_yaml(value)}" for name, value in self if value is not None)
        return f"{self.title} {{{parameters}}}"

    @classmethod
    def training_seats(cls) -> tuple[str, ...]:
        """What it changes besides the network: `loss`, `optimizer`, `callbacks`."""
        seats = {
            "loss": (cls.change_loss, Regularizer.change_loss),
            "optimizer": (cls.change_optimizer, Regularizer.change_optimizer),
            "callbacks": (cls.callbacks, Regularizer.callbacks),
        }
        return tuple(name for name, (own, default) in seats.items() if own is not default)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """What the literature says against this setting in this experiment; never fatal."""
        return ()

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """Settings that cannot work, or have no effect, in this experiment; each is an error."""
        return ()


def _as_yaml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
