"""What to try next after a diagnosis: a shipped config or a setting, and why."""

from collections.abc import Collection
from dataclasses import dataclass

from reglab.analysis.diagnosis.diagnosis import Diagnosis
from reglab.analysis.experiment import ExperimentResult
from reglab.errors import ReglabError
from reglab.experiment import Experiment
from reglab.regularizers.table import Regularizers
from reglab.runs.layout import RunDirectory

AGAINST_OVERFITTING = ("max_pooling", "dropout", "batch_norm", "augmentation", "l2")
"""Regularizers to add, in the order of the lecture; then L2, which did not raise the accuracy there."""
AGAINST_UNDERFITTING = ("l1", "l1_l2", "l2", "dropout", "mixup", "cutmix", "random_erasing")
"""Regularizers to remove, the one that limits the network most first."""
USUAL_EPOCHS = 40
"""Those of the lecture's experiments."""
_DIGITS = "mnist"
_RATE = "training.optimizer.learning_rate"
_FEW_SEEDS = 3


@dataclass(frozen=True)
class NextStep:
    """What to try next.

    Attributes:
        action: an imperative sentence without a period; it names a shipped config or an option of
            `reglab run`.
        reason: why, one sentence with a period. Its numbers are of runs in `reference/`.
        config: path of the shipped config, such as `configs/mp.yaml`; None if there is none.
    """

    action: str
    reason: str
    config: str | None = None


@dataclass(frozen=True)
class _Example:
    """A shipped config as an example of regularizers to add.

    Attributes:
        config: its path.
        regularizers: the names of its regularizers.
        reason: what they changed.
    """

    config: str
    regularizers: tuple[str, ...]
    reason: str


_LECTURE = (
    _Example(
        "configs/mp.yaml",
        ("max_pooling",),
        "In the lecture's experiments, max pooling raised the validation accuracy of CNN from 67.6 % to "
        "73.6 %.",
    ),
    _Example(
        "configs/mp_do_bn_da.yaml",
        ("max_pooling", "dropout", "batch_norm", "augmentation"),
        "In the lecture's experiments, augmentation reduced the gap of CNN + MP + DO + BN from 17.0 to 3.9 "
        "points.",
    ),
)
_QUICKSTART = (
    _Example(
        "configs/quickstart/quick_mp.yaml",
        ("max_pooling",),
        "In the quickstart, max pooling reduced the gap of CNN from 50.6 to 18.8 points.",
    ),
    _Example(
        "configs/quickstart/quick_mp_bn_da.yaml",
        ("max_pooling", "batch_norm", "augmentation"),
        "In the quickstart, batch normalization and augmentation reduced the gap of CNN + MP from 18.8 to "
        "5.4 points.",
    ),
)
_LARGER = "configs/mp_bn_da.yaml"
_COSINE = "configs/quickstart/quick_baseline.yaml"


def read_next_step(diagnosis: Diagnosis, result: ExperimentResult) -> NextStep | None:
    """Finds what to try next after the runs of an experiment; None if its settings cannot be read."""
    try:
        experiment = Experiment.load(RunDirectory(result.runs[0].path).experiment)
    except ReglabError:
        return None
    return find_next_step(diagnosis, experiment)


def find_next_step(diagnosis: Diagnosis, experiment: Experiment) -> NextStep:
    """Finds what to try next.

    Args:
        diagnosis: of the experiment.
        experiment: its settings.
    """
    match diagnosis.kind:
        case "diverged" | "at chance":
            rate = experiment.training.optimizer.learning_rate / 10
            return NextStep(
                f"Lower the learning rate: {_set(experiment, 'slow', f'{_RATE}={rate:g}')}",
                "A network whose steps are too large does not learn.",
            )
        case "too short":
            return NextStep(
                f"Train longer: {_set(experiment, 'long', f'training.epochs={USUAL_EPOCHS}')}",
                f"The lecture's experiments have {USUAL_EPOCHS} epochs.",
            )
        case "not converged":
            return _train_longer(experiment, "The accuracy still rises at the end of the training.")
        case "overfitting":
            return _regularize(experiment)
        case "underfitting":
            return _relax(experiment)
        case "fitting" if diagnosis.is_unstable:
            return _stabilize(experiment)
        case "fitting" if len(diagnosis.findings) < _FEW_SEEDS:
            return NextStep(
                f"Train {_FEW_SEEDS} seeds, with --seed N, and compare them with a baseline",
                "Two runs that differ only in their seed can differ by a point or more.",
            )
        case _:
            return NextStep("Keep these settings", "The gap is small, and more epochs would change little.")


def find_missing(active: Collection[str]) -> tuple[str, ...]:
    """The regularizers against overfitting that are not active; average pooling replaces max pooling."""
    pooled = {"average_pooling", "max_pooling"} & set(active)
    return tuple(
        name for name in AGAINST_OVERFITTING if name not in active and not (name == "max_pooling" and pooled)
    )


def find_limiting(active: Collection[str]) -> str | None:
    """The active regularizer that limits a network most; None if none of them does."""
    return next((name for name in AGAINST_UNDERFITTING if name in active), None)


def _regularize(experiment: Experiment) -> NextStep:
    missing = find_missing(experiment.regularizers.names)
    for example in _QUICKSTART if experiment.data.dataset == "synthetic" else _LECTURE:
        added = [_title(name) for name in example.regularizers if name in missing]
        if added:
            flips = experiment.data.dataset == _DIGITS and "augmentation" in example.regularizers
            without = ", without flips, which change digits" if flips else ""
            return NextStep(
                f"Add {_join(added)}, as in {example.config}{without}", example.reason, example.config
            )
    if "random_erasing" not in experiment.regularizers.names:
        return NextStep(
            f"Add random erasing: {_set(experiment, 'erased', 'regularizers.random_erasing={}')}",
            "It hides a part of each image, which no active regularizer does; how much it helps has not been "
            "measured here.",
        )
    return NextStep(
        "Train on more images, or a smaller network",
        "The regularizers that the lecture recommends are active.",
    )


def _relax(experiment: Experiment) -> NextStep:
    limiting = find_limiting(experiment.regularizers.names)
    if limiting:
        return NextStep(
            f"Remove {_title(limiting)}: "
            f"{_set(experiment, f'without_{limiting}', f'regularizers.{limiting}=null')}",
            "It makes the training images harder to fit, and there is no gap that it has to close.",
        )
    if experiment.training.schedule.name != "constant":
        return _train_longer(
            experiment, "The learning rate falls, so the flat end does not show that more epochs are useless."
        )
    return NextStep(
        f"Train a larger network, as in {_LARGER}",
        "A network that does not fit its training images is too small, or it is trained too slowly.",
        _LARGER,
    )


def _stabilize(experiment: Experiment) -> NextStep:
    training = experiment.training
    if training.schedule.name == "constant":
        return NextStep(
            f"Let the learning rate fall: {_set(experiment, 'cosine', 'training.schedule.name=cosine')}, "
            f"as in {_COSINE}",
            "In the lecture's experiments, the accuracy of CNN + MP + DO + BN + DA then varied by 0.3 points "
            "from epoch to epoch, instead of 2.1.",
            _COSINE,
        )
    if "ema" not in experiment.regularizers.names:
        return NextStep(
            f"Average the weights: {_set(experiment, 'ema', 'regularizers.ema={}')}",
            "In the lecture's experiments, the accuracy of CNN + MP + DO + BN + DA then varied by 0.1 points "
            "from epoch to epoch, instead of 2.1.",
        )
    rate = training.optimizer.learning_rate / 3
    return NextStep(
        f"Lower the learning rate: {_set(experiment, 'slow', f'{_RATE}={rate:.2g}')}",
        "Smaller steps change the network less from epoch to epoch.",
    )


def _train_longer(experiment: Experiment, reason: str) -> NextStep:
    epochs = 2 * experiment.training.epochs
    return NextStep(f"Train longer: {_set(experiment, 'long', f'training.epochs={epochs}')}", reason)


def _set(experiment: Experiment, suffix: str, setting: str) -> str:
    """Options of `reglab run`; with another name, because a folder has the runs of one experiment."""
    return f"--set {setting} --set name={experiment.name}_{suffix}"


def _title(name: str) -> str:
    """The title of a regularizer within a sentence."""
    (regularizer,) = Regularizers.model_validate({name: {}}).active
    title = regularizer.title
    return title if title[1:] != title[1:].lower() or title[1:2].isdigit() else title.lower()


def _join(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
