"""An experiment as Keras trains it: the compiled model with its learning rate and callbacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reglab.config.training import Training
from reglab.experiment import Experiment
from reglab.training.loop.callbacks import Progress
from reglab.training.loop.dispatch import BundleModel
from reglab.training.loop.index_model import IndexModel, build_model
from reglab.training.loop.measured_weights import refuse_swapping
from reglab.training.loop.optimizer import build_learning_rate, is_constant


@dataclass(frozen=True, eq=False)
class Compiled:
    """A model, and what is built with it.

    Attributes:
        model: compiled, with its optimizer built.
        learning_rate: what `build_learning_rate` has returned for the optimizer.
        callbacks: of the regularizers, by `regularizer/number`.
        first_step: step at which a schedule is at time 0.
    """

    model: IndexModel
    learning_rate: Any
    callbacks: Mapping[str, Any]
    first_step: int

    @property
    def weight_shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the weights of the network, in its order."""
        return [tuple(weight.shape) for weight in self.model.network.weights]


def compile_experiment(
    experiment: Experiment, images: Any, classes: int, progress: Progress, iterations: int, bundled: bool
) -> Compiled:
    """Builds the model and the callbacks of an experiment.

    Args:
        experiment: what is trained.
        images: a variable from `store_images`.
        classes: number of classes.
        progress: the position in the training.
        iterations: number of steps that the optimizer has done.
        bundled: whether many steps are one dispatch.
    """
    steps_per_epoch = count_steps(progress.train_images, experiment.training.batch_size)
    first_step = find_first_step(experiment.training, progress, iterations)
    kind = BundleModel if bundled else IndexModel
    model = build_model(experiment, images, classes, steps_per_epoch, kind, first_step)
    rate = build_learning_rate(experiment.training, steps_per_epoch, first_step)
    callbacks = {
        f"{name}/{number}": callback
        for name, regularizer in experiment.regularizers.named.items()
        for number, callback in enumerate(regularizer.callbacks())
    }
    refuse_swapping(callbacks)
    return Compiled(model, rate, callbacks, first_step)


def count_steps(images: int, batch_size: int) -> int:
    """Number of steps for a number of images; the last batch may be smaller."""
    return -(-images // batch_size)


def find_first_step(training: Training, progress: Progress, iterations: int) -> int:
    """Step at which a schedule is at time 0, so that epochs end at whole times; 0 without a schedule.

    Args:
        training: the section `training` of the experiment.
        progress: the position in the training.
        iterations: number of steps that the optimizer has done.
    """
    if is_constant(training):
        return 0
    left = count_steps(progress.train_images - progress.images_done, training.batch_size)
    per_epoch = count_steps(progress.train_images, training.batch_size)
    return iterations + left - (progress.epochs_done + 1) * per_epoch
