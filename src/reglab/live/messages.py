"""The commands that the page sends to its worker, and the events that it receives, one JSON object a line."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from reglab.experiment import Experiment
from reglab.processes.events import Advice, AnyPath, EpochDone, Failed, Message, Note, Warned

NEVER = 2**53
"""Number of steps that is never reached."""


class Start(Message):
    """Begins with an experiment, a snapshot, or a finished run; the first line that a worker receives."""

    command: Literal["start"] = "start"
    experiment: Experiment | None = None
    """None: that of the snapshot or the run."""
    snapshot: AnyPath | None = None
    run: AnyPath | None = None
    """Folder of a complete run, whose weights are the initial ones."""
    data_directory: AnyPath | None = None
    threads: Annotated[int, Field(ge=1)] | None = None


class Train(Message):
    """Trains until the session has done a number of steps; pauses if it has done as many."""

    command: Literal["train"] = "train"
    until: Annotated[int, Field(ge=0)] = NEVER


class Change(Message):
    """Continues with another experiment, from the next step on."""

    command: Literal["change"] = "change"
    experiment: Experiment


class Restart(Message):
    """Starts the training of an experiment at its first step."""

    command: Literal["restart"] = "restart"
    experiment: Experiment
    keep: bool = False
    """Whether every weight that fits is kept."""


class Save(Message):
    """Writes a snapshot, or the network in JSON if the name ends with `.json`."""

    command: Literal["save"] = "save"
    path: AnyPath


class Load(Message):
    """Continues from a snapshot, or takes the weights of a network in JSON."""

    command: Literal["load"] = "load"
    path: AnyPath


class Look(Message):
    """Sends the inside of the network again and again, for one image; without an image it ends that."""

    command: Literal["look"] = "look"
    image: int | None = None
    """Number of a test image."""
    path: AnyPath | None = None
    """A picture of the user."""


class Predict(Message):
    """Sends predictions of test images."""

    command: Literal["predict"] = "predict"
    first: Annotated[int, Field(ge=0)] = 0
    """Number of the first test image, in the order of the page."""
    count: Annotated[int, Field(ge=1, le=100)] = 10
    copies: Annotated[int, Field(ge=1, le=32)] = 1
    """Augmented copies over which each prediction is averaged; 1: the image itself."""
    mistakes: bool = False
    """The most confident mistakes instead of the images in order."""


class Recognize(Message):
    """Sends the prediction of a picture of the user."""

    command: Literal["recognize"] = "recognize"
    path: AnyPath


class Evaluate(Message):
    """Sends the confusion matrix on the test set."""

    command: Literal["evaluate"] = "evaluate"


Command = Start | Train | Change | Restart | Save | Load | Look | Predict | Recognize | Evaluate


class LayerFacts(BaseModel):
    """What does not change while a layer is trained."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    name: str
    kind: str
    """Its class in Keras."""
    output_shape: tuple[int, ...]
    """For one image."""
    window: str = ""
    """Size and stride of filters or pools: `filter 5×5, stride 1`, `pool 2×2, stride 2`."""
    parameters: str = ""
    """How they are counted: `16×5×5×3+16 = 1,216`; empty if there are none."""


class Built(Message):
    """A network is ready, after the start or a change."""

    event: Literal["built"] = "built"
    how: Literal["started", "none", "in place", "rebuilt", "restarted", "restored"]
    training: str
    """Random name of the training, which a start and a restart change, and snapshots keep."""
    experiment: Experiment
    layers: tuple[LayerFacts, ...]
    classes: tuple[str, ...]
    train_images: int
    images: int
    """Seen, over all epochs."""
    seconds: float
    """That the change took."""


class Sample(Message):
    """The state of the training. Accuracies are fractions, cross-entropies in nats."""

    event: Literal["sample"] = "sample"
    running: bool
    complete: bool
    until: int = 0
    """Number of steps at which it pauses, from the last `Train`."""
    steps: int
    images: int
    """Seen, over all epochs."""
    epoch: float
    """Number of epochs, with the part of the current one."""
    learning_rate: float
    batch_size: int
    penalty: float
    loss: float | None = None
    """As trained, over a moving window, as the next two."""
    cross_entropy: float | None = None
    accuracy: float | None = None
    clean_accuracy: float | None = None
    """In inference mode, over a moving window of images, as the next three."""
    clean_cross_entropy: float | None = None
    validation_accuracy: float | None = None
    validation_cross_entropy: float | None = None
    images_per_second: float | None = None
    forward: float | None = None
    """Milliseconds an image, as the next one."""
    backward: float | None = None

    @property
    def gap(self) -> float | None:
        """Clean − validation accuracy."""
        if self.clean_accuracy is None or self.validation_accuracy is None:
            return None
        return self.clean_accuracy - self.validation_accuracy


class InsideOfLayer(Message):
    """One layer for one image; pictures are addresses `data:image/png;…`."""

    name: str
    activation_range: tuple[float, float]
    gradient_range: tuple[float, float]
    activations: str
    gradients: str
    filters: str | None = None
    filter_gradients: str | None = None


class Looked(Message):
    """The inside of the network for one image."""

    event: Literal["looked"] = "looked"
    images: int
    title: str
    picture: str
    layers: tuple[InsideOfLayer, ...]


class Prediction(Message):
    """One image with its most probable classes."""

    number: int | None
    """Of a test image, as in `Look`; None for a picture of the user."""
    picture: str
    label: int | None
    classes: tuple[int, ...]
    """At most three, the most probable first."""
    probabilities: tuple[float, ...]


class Predicted(Message):
    """Answer to `Predict` and `Recognize`."""

    event: Literal["predicted"] = "predicted"
    to: Literal["predict", "recognize"]
    predictions: tuple[Prediction, ...]
    tested: int = 0
    """Test images that have been predicted since the last change, without repetition."""
    correct: int = 0


class Evaluated(Message):
    """Answer to `Evaluate`."""

    event: Literal["evaluated"] = "evaluated"
    accuracy: float
    cross_entropy: float
    confusion: tuple[tuple[int, ...], ...]
    """Row: true class; column: predicted class."""
    images: int


class Saved(Message):
    """A file is written."""

    event: Literal["saved"] = "saved"
    path: AnyPath


class Refused(Message):
    """A command was not carried out; the training continues as before."""

    event: Literal["refused"] = "refused"
    command: str
    message: str


class Diverged(Message):
    """The loss is no longer a number; the session has to be restarted or restored."""

    event: Literal["diverged"] = "diverged"
    message: str


Event = (
    Built
    | Sample
    | EpochDone
    | Looked
    | Predicted
    | Evaluated
    | Saved
    | Refused
    | Diverged
    | Note
    | Advice
    | Warned
    | Failed
)

_COMMANDS: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="command")])
_EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="event")])


def decode_command(line: bytes) -> Command:
    """Decodes one line; raises pydantic's ValidationError if it is not a command."""
    return _COMMANDS.validate_json(line)


def decode_event(line: bytes) -> Event:
    """Decodes one line; raises pydantic's ValidationError if it is not an event."""
    return _EVENTS.validate_json(line)
