"""A training in steps, which can be measured, saved, restored and changed."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reglab.backend.start import Backend
from reglab.experiment import Experiment
from reglab.runs.history import Epoch
from reglab.training.carried import choose_carried
from reglab.training.change import Change, can_stay_compiled, check_change
from reglab.training.compiled import compile_experiment, count_steps, find_first_step
from reglab.training.listener import Listener
from reglab.training.loop.callbacks import Progress, read_penalty
from reglab.training.loop.fitting import Fitting
from reglab.training.loop.index_model import IndexModel, store_images
from reglab.training.loop.measurement import Measurement, measure_clean_and_validation
from reglab.training.loop.optimizer import is_constant, read_learning_rate
from reglab.training.loop.state import (
    Arrays,
    State,
    carry_over,
    check_fit,
    name_layer_variables,
    name_variables,
    read_variables,
)
from reglab.training.subject import Subject


class Session:
    """The training of one experiment with Keras's `fit`, in any number of parts.

    A process can have several sessions that train in turns: the random numbers and the names of variables of
    a session do not depend on the other sessions. Sessions can share the images on the device. A session is
    not thread-safe except for `pause`, and two sessions that share images are not thread-safe together.

    Example:
        >>> import reglab
        >>> data = {"dataset": "synthetic", "subset": {"train": 400, "validation": 100}}
        >>> experiment = reglab.Experiment.from_mapping({"data": data, "regularizers": {"max_pooling": {}}})
        >>> backend = reglab.start_backend("auto")  # before the first use of Session, which imports Keras
        >>> session = reglab.Session(reglab.Subject.load(experiment), backend)
        >>> session.train(steps=5)
        5
        >>> session.change(experiment.with_changes({"training.batch_size": 50}))
        'in place'
        >>> session.train(steps=5)
        5
    """

    def __init__(
        self,
        subject: Subject,
        backend: Backend,
        listener: Listener | None = None,
        record: Callable[[Epoch], None] | None = None,
        shared: "Session | None" = None,
    ) -> None:
        """Builds the network with its initial weights.

        Args:
            subject: experiment and images.
            backend: of this process.
            listener: receives the progress.
            record: called with each finished epoch.
            shared: another session of the same image array; its copy of the images on the device is used.

        Raises:
            ValueError: `shared` has other images.
            BackendError: the backend has another precision than the experiment.
        """
        split = subject.split
        if shared is not None and shared.subject.split.images is not split.images:
            raise ValueError("Expected `shared` to be a session of the same image array.")
        backend.check_precision(subject.experiment.training.precision)
        self.subject: Subject = subject
        self._images: Any = store_images(split.images) if shared is None else shared._images
        self._classes = len(subject.dataset.classes)
        targets = np.eye(self._classes, dtype=np.float32)[split.labels]
        self._fitting = Fitting(split.train, targets, backend.steps_per_dispatch)
        self._progress = Progress(split, listener or Listener(), record or (lambda row: None))
        self._build(subject.experiment)

    @property
    def experiment(self) -> Experiment:
        """The current experiment, after all changes."""
        return self.subject.experiment

    @property
    def model(self) -> IndexModel:
        """The index model; its weights are up to date also while the listener is called."""
        # Keras's property copies the weights of JAX's compiled step to the model.
        model: IndexModel = self._progress.model
        return model

    @property
    def epochs_done(self) -> int:
        """Number of finished epochs."""
        return self._progress.epochs_done

    @property
    def images_done(self) -> int:
        """Number of images of the current epoch that have been trained on."""
        return self._progress.images_done

    @property
    def images_seen(self) -> int:
        """Number of images that have been trained on, over all epochs; up to date while it trains."""
        return self.epochs_done * len(self.subject.split.train) + self._progress.images_now

    @property
    def steps_per_epoch(self) -> int:
        """Number of steps of a whole epoch."""
        return count_steps(len(self.subject.split.train), self.experiment.training.batch_size)

    @property
    def steps_done(self) -> int:
        """Number of steps of the current epoch, at the end of the last `train`."""
        return self._progress.steps_done

    @property
    def steps_left(self) -> int:
        """Number of steps to the end of the current epoch."""
        images_left = len(self.subject.split.train) - self.images_done
        return count_steps(images_left, self.experiment.training.batch_size)

    @property
    def complete(self) -> bool:
        """Whether all epochs are done, or a callback has ended the training."""
        return self._progress.is_complete(self.experiment.training.epochs)

    @property
    def kept_epoch(self) -> int:
        """Epoch, from 1, of the weights that the network has after `finish`."""
        return self._progress.kept_epoch

    def train(self, steps: int | None = None) -> int:
        """Trains.

        Args:
            steps: steps of the optimizer, which may span several epochs; None for all steps to the end.

        Returns:
            Steps done; fewer than `steps` at the end of the training, or after `pause`.

        Raises:
            TrainingError: a loss or another number is not finite. After this error or an interruption, the
                session cannot continue until `set_state` is called.
        """
        return self._fitting.train(self._model, self._progress, self.experiment.training, steps)

    def pause(self) -> None:
        """Makes the running `train` return after the current step; on a GPU, after at most a few dozen steps.

        The listener or another thread may call it. The next `train` continues as if there were no pause.
        """
        self._progress.pausing = True

    def measure(self) -> tuple[Measurement, Measurement]:
        """Measures the network on the clean training images and on the validation images."""
        with self._model.measured_weights():
            return measure_clean_and_validation(self._model, self.subject.split)

    def read_means(self) -> dict[str, float]:
        """Running means of the current epoch as trained: `loss`, `accuracy` and `cross_entropy`.

        The listener may call it while the session trains, and so it may call `predict`.
        """
        return {name: float(value) for name, value in self.model.get_metrics_result().items()}

    def read_learning_rate(self) -> float:
        """The learning rate of the last step."""
        return read_learning_rate(self.model.optimizer, self._progress.measuring.learning_rate)

    def read_penalty(self) -> float:
        """The sum of the penalties in the loss, such as L1 and L2."""
        return read_penalty(self.model.network)

    def take_weights(self, variables: Arrays) -> None:
        """Takes over every weight of the network with the same name and shape, for a session that starts."""
        weights = name_layer_variables(self.model.network.layers)
        carry_over(variables, weights)

    def predict(self, indices: NDArray[np.int32]) -> NDArray[np.float32]:
        """Logits `(n, classes)` of images in inference mode, in one batch.

        Args:
            indices: `(n,)` indices in the data set. Another n than before compiles the network again.
        """
        model = self.model
        with model.measured_weights():
            return np.asarray(model.predict_on_batch(model.feed_unmixed(indices)), np.float32)

    def finish(self) -> None:
        """Ends the training with the weights to save, such as those of the best epoch or an average.

        The session is then complete. It can continue only after `set_state` or `change`.
        """
        self._progress.finish()

    def get_state(self) -> State:
        """Copies everything on which the next step depends, except the experiment."""
        progress = self._progress
        with self._model.trained_weights():
            variables = read_variables(self._name_variables())
        return State(
            epochs_done=progress.epochs_done,
            images_done=progress.images_done,
            stopped=progress.stopped,
            variables=variables,
            callbacks={name: callback.get_state() for name, callback in self._progress.stateful.items()},
        )

    def set_state(self, state: State) -> None:
        """Continues from a state that this session, or another session of the same experiment, has returned.

        Raises:
            RunError: the state is of another network.
        """
        check_fit(state, self._name_variables(), self._progress.stateful)
        training = self.experiment.training
        steps_done = count_steps(state.images_done, training.batch_size)
        self._progress.resume(state.epochs_done, state.images_done, steps_done, state.stopped)
        iterations = int(state.variables[f"{training.optimizer.name}/iteration"])
        if find_first_step(training, self._progress, iterations) != self._compiled.first_step:
            self._build(self.experiment, iterations)
        self._model.drop_measured_weights()
        carry_over(state.variables, self._name_variables())
        if is_constant(training):
            # The state may have been saved before a change of the rate.
            self._model.optimizer.learning_rate = training.optimizer.learning_rate
        for name, callback in self._progress.stateful.items():
            callback.set_state(state.callbacks[name])

    def change(self, experiment: Experiment) -> Change:
        """Continues with another experiment.

        A constant learning rate, the batch size and the number of epochs change in place. For any other
        change the model is built and compiled again, and every variable with the same name and shape is
        carried over: weights, random state, running means, and the slots of an optimizer of the same name.
        The other variables start as in a new session, and so do the callbacks of regularizers that change. A
        training that has ended continues, with all callbacks as in a new session, unless nothing changes.

        Args:
            experiment: of the same images, seed and precision.

        Returns:
            `none` if only names or descriptions differ, `in place` or `rebuilt`.

        Raises:
            ExperimentError: data, seed or precision differ; the session does not change.
        """
        old, new = self.experiment, experiment
        check_change(old, new)
        rate = new.training.optimizer.learning_rate
        has_new_rate = rate != old.training.optimizer.learning_rate
        if old.identity == new.identity:
            self.subject = self.subject.with_experiment(new)
            return "none"
        if can_stay_compiled(old, new):
            self.subject = self.subject.with_experiment(new)
            self._progress.restart()
            if has_new_rate:
                self._model.optimizer.learning_rate = rate
            return "in place"
        carried, shapes = choose_carried(old, new, self.get_state()), self._compiled.weight_shapes
        self._build(new, carried.iterations)
        carry_over(carried.variables, self._name_variables())
        if shapes == self._compiled.weight_shapes:
            for name, state in carried.callbacks.items():
                self._progress.stateful[name].set_state(state)
        self._progress.stopped = False
        return "rebuilt"

    def _build(self, experiment: Experiment, iterations: int = 0) -> None:
        """Builds model and callbacks; `iterations` is the number of steps that the optimizer has done."""
        compiled = compile_experiment(
            experiment,
            self._images,
            self._classes,
            self._progress,
            iterations,
            bundled=self._fitting.steps_per_dispatch > 1,
        )
        # Assigned last: if the network cannot be built, the session stays as it is.
        self.subject = self.subject.with_experiment(experiment)
        self._compiled = compiled
        self._progress.use(compiled.model, compiled.learning_rate, compiled.callbacks)

    @property
    def _model(self) -> IndexModel:
        """The index model, whose weights may be older than those of JAX's compiled step."""
        return self._compiled.model

    def _name_variables(self) -> dict[str, Any]:
        return name_variables(self._model, self.experiment.training.optimizer.name)
