"""What an experiment is: every key, its type, its bounds and its default, each stated once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, SerializeAsAny

from reglab.config.base import Frozen
from reglab.config.optimizer import AdamW, Optimizer
from reglab.config.schedule import Constant, Schedule

Count = Annotated[int, Field(ge=1)]
DatasetName = Literal["cifar10", "cifar100", "mnist", "fashion_mnist", "folder", "synthetic"]
Activation = Literal["relu", "leaky_relu", "elu", "selu", "gelu", "silu", "tanh", "sigmoid"]
Head = Literal["global_max_pooling", "global_average_pooling", "flatten"]
Precision = Literal["auto", "float32", "mixed_bfloat16"]


class Subset(Frozen):
    """How many images to keep, the same share of every class; left out: all."""

    train: Count | None = None
    """Training images."""
    validation: Count | None = None
    """Validation images."""


class Data(Frozen):
    """Which images, and which of them are trained on, validated on and tested on."""

    dataset: DatasetName = "cifar10"
    """Where the images come from."""
    validation: Literal["test"] | Annotated[float, Field(gt=0, lt=1)] = "test"
    """`test`: the test set, as the lecture does; a number: that fraction of train, held out."""
    subset: Subset | None = None
    """Fewer images, stratified by class."""
    clean: Count = 5000
    """Training images that are also measured in inference mode, each epoch."""
    image_size: Annotated[int, Field(ge=8, le=256)] | None = None
    """Side in pixels that the images of a `folder` are resized to; 32 where left out."""

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of one image."""
        if self.dataset in ("mnist", "fashion_mnist"):
            return (28, 28, 1)
        side = self.image_size or 32
        return (side, side, 3)


class Model(Frozen):
    """The convolutional network: groups of convolutions, a head, dense layers, the output."""

    groups: Annotated[tuple[Annotated[tuple[Count, ...], Field(min_length=1)], ...], Field(min_length=1)] = (
        (32, 32),
        (64, 64),
        (128, 128),
    )
    """Filters of each convolution, group by group; pooling sits after each group."""
    kernel_size: Annotated[int, Field(ge=1, le=15)] = 3
    """Side of every convolution's kernel, pixels."""
    activation: Activation = "relu"
    """After every convolution and every hidden dense layer."""
    head: Head = "global_max_pooling"
    """How the last feature maps become a vector."""
    dense: tuple[Count, ...] = (64,)
    """Widths of the hidden dense layers; may be empty."""


class Training(Frozen):
    """How the network is trained."""

    epochs: Count = 40
    """Passes over the training images."""
    batch_size: Count = 200
    """Images a step."""
    optimizer: Optimizer = AdamW()
    """The rule of the steps."""
    schedule: Schedule = Constant()
    """The learning rate over time."""
    precision: Precision = "auto"
    """`auto`: mixed_bfloat16 where the processor has the instructions, else float32."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Fixes the split, the order, the initial weights and every random draw."""


@dataclass(frozen=True)
class Impossible:
    """A setting that is allowed by itself and cannot work, or would do nothing, in this experiment.

    Attributes:
        parameter: the key that is at fault, below its section or regularizer; empty for a regularizer as a
            whole.
        message: what was expected and what came, in the form of every other message.
    """

    parameter: str
    message: str


class Technique(Frozen):
    """The parameters of one regularizer; what it does with them is no business of this package."""

    def impossible(self, experiment: "BareExperiment") -> Iterable[Impossible]:
        """What cannot work in this experiment; each is an error."""
        return ()


class Techniques(Frozen):
    """The regularizers of an experiment, by name; `reglab.regularizers.table` says which there are."""

    @property
    def names(self) -> tuple[str, ...]:
        """The regularizers that are switched on, in the order in which they act."""
        return tuple(name for name, value in self if value is not None)

    @property
    def techniques(self) -> tuple[Technique, ...]:
        """The same, themselves."""
        return tuple(value for _, value in self if value is not None)


class BareExperiment(Frozen):
    """An experiment, but for the regularizers that exist: those are known further down."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$", max_length=80)]
    """Folder of its runs; the file's own name where left out."""
    title: str = ""
    """What figures and tables call it; the name where left out."""
    description: str = ""
    """What it asks, in a sentence."""
    data: Data = Data()
    model: Model = Model()
    regularizers: SerializeAsAny[Techniques] = Techniques()
    training: Training = Training()

    @property
    def label(self) -> str:
        """What figures and tables call this experiment."""
        return self.title or self.name
