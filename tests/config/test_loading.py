"""From a file to an experiment: defaults, names, and settings that are impossible together."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError
from reglab.config.schema import BareExperiment

from reglab.experiment import Experiment

Complaints = Callable[..., list[str]]
Load = Callable[..., Experiment]


def test_what_is_left_out_has_the_lecture_s_value(load: Load) -> None:
    """The smallest file there is gives the lecture's network and trainer."""
    experiment = load("title: a")
    assert experiment.model_dump() == {
        "name": "x",
        "title": "a",
        "description": "",
        "data": {
            "dataset": "cifar10",
            "validation": "test",
            "subset": None,
            "clean": 5000,
            "image_size": None,
        },
        "model": {
            "groups": ((32, 32), (64, 64), (128, 128)),
            "kernel_size": 3,
            "activation": "relu",
            "head": "global_max_pooling",
            "dense": (64,),
        },
        "regularizers": dict.fromkeys(type(experiment.regularizers).model_fields),
        "training": {
            "epochs": 40,
            "batch_size": 200,
            "optimizer": {
                "name": "adamw",
                "learning_rate": 0.001,
                "weight_decay": 0.004,
                "beta_1": 0.9,
                "beta_2": 0.999,
                "epsilon": 1e-7,
            },
            "schedule": {"name": "constant", "warmup_epochs": 0},
            "precision": "auto",
            "seed": 0,
        },
    }


def test_numbers_of_yaml_arrive_as_numbers(load: Load) -> None:
    """Exponents, and whole numbers where fractions may stand."""
    training = load("training: {optimizer: {name: sgd, learning_rate: 1e-4, momentum: 0}}").training
    assert (training.optimizer.learning_rate, training.optimizer.momentum) == (1e-4, 0.0)  # type: ignore[union-attr]


def test_an_experiment_cannot_be_changed(load: Load) -> None:
    """Nor its parts."""
    experiment = load("title: a")
    with pytest.raises(ValidationError):
        experiment.training.epochs = 5  # type: ignore[misc]
    assert experiment.training.epochs == 40


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("mp_do-2.yaml", "mp_do-2"),
        ("v1.5+.yaml", "v1.5+"),
        ("two words (1).yaml", "two-words-1-"),
        ("_hidden.yaml", "hidden"),
        ("äöü.yaml", "experiment"),
        (f"{'a' * 100}.yaml", "a" * 80),
        ("no_ending", "no_ending"),
    ],
)
def test_an_experiment_is_named_after_its_file(write: Callable[..., Path], file: str, name: str) -> None:
    """With what may not stand in a folder's name left out."""
    assert Experiment.load(write("title: a", file)).name == name


def test_a_name_in_the_file_counts_more(load: Load) -> None:
    """And more still one from the command line."""
    assert load("name: own").name == "own"
    assert load("name: own", "name=typed").name == "typed"


def test_figures_call_it_by_its_title_or_its_name(load: Load) -> None:
    """The name where there is no title."""
    assert load("title: CNN").label == "CNN"
    assert load("data: {}").label == "x"


def test_an_experiment_without_regularizers_knows_none(
    write: Callable[..., Path],
) -> None:
    """The bare experiment, which this package knows, takes an empty section."""
    experiment = load_experiment(write("regularizers: {}"), BareExperiment)
    assert experiment.regularizers.names == ()


def test_regularizers_act_in_the_order_of_the_table(load: Load) -> None:
    """Whatever the order in the file."""
    experiment = load("regularizers: {l2: {}, dropout: {}, batch_norm: {}}")
    assert experiment.regularizers.names == ("batch_norm", "dropout", "l2")


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        ("dataset: cifar10", (32, 32, 3)),
        ("dataset: mnist", (28, 28, 1)),
        ("dataset: folder", (32, 32, 3)),
        ("dataset: folder, image_size: 64", (64, 64, 3)),
    ],
)
def test_datasets_have_their_shape(load: Load, data: str, shape: tuple[int, int, int]) -> None:
    """Height, width, channels."""
    assert load(f"data: {{{data}}}").data.image_shape == shape


def test_pooling_until_nothing_is_left_is_impossible(complaints: Complaints) -> None:
    """Told at the parameter's own line, although each setting is allowed."""
    text = """\
        model:
          groups: [[8], [8], [8], [8], [8], [8]]
        regularizers:
          max_pooling:
            strides: 2
            pool_size: 2
        """
    (line,) = complaints(text)
    place, key, message = line.split(": ", 2)
    assert (place, key) == ("x.yaml:6", "regularizers.max_pooling.pool_size")
    assert message.startswith("expected a window that fits the feature maps of group 6, 1×1 pixels")


def test_an_impossible_default_is_told_at_the_regularizer_s_line(complaints: Complaints) -> None:
    """The parameter itself stands nowhere."""
    (line,) = complaints(
        "model: {groups: [[8], [8], [8], [8], [8], [8]]}\nregularizers:\n  max_pooling: {}\n"
    )
    assert line.startswith("x.yaml:3: regularizers.max_pooling.pool_size: expected a window that fits")


def test_two_kinds_of_pooling_are_impossible(complaints: Complaints) -> None:
    """A regularizer that is at fault as a whole is told at its own line, by its own name."""
    text = "regularizers:\n  max_pooling: {}\n  average_pooling: {pool_size: 2}\n"
    assert complaints(text) == [
        "x.yaml:3: regularizers.average_pooling: expected one kind of pooling, got max_pooling and "
        "average_pooling; take one away, as in max_pooling: null"
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "training:\n  optimizer: {name: sgd, nesterov: true}\n",
            "x.yaml:2: training.optimizer.nesterov: expected it with a momentum above 0 only, "
            "got true with momentum: 0",
        ),
        (
            "training:\n  epochs: 5\n  schedule: {warmup_epochs: 5.5}\n",
            "x.yaml:3: training.schedule.warmup_epochs: expected at most training.epochs, 5, got 5.5",
        ),
        (
            "training:\n  epochs: 5\n  schedule: {name: step, every_epochs: 5}\n",
            "x.yaml:3: training.schedule.every_epochs: expected less than training.epochs, 5, got 5",
        ),
        (
            "training:\n  epochs: 5\n  schedule: {name: step}\n",
            "x.yaml:3: training.schedule.every_epochs: expected less than training.epochs, 5, got 10",
        ),
    ],
)
def test_settings_that_would_do_nothing_are_impossible(complaints: Complaints, text: str, line: str) -> None:
    """Nesterov's momentum of none; a warm-up and a step that end after the training; defaults too."""
    assert complaints(text) == [line]


@pytest.mark.parametrize(
    "training",
    [
        "optimizer: {name: sgd, nesterov: true, momentum: 0.9}",
        "optimizer: {name: sgd, nesterov: false}",
        "epochs: 5, schedule: {warmup_epochs: 5}",
        "epochs: 5, schedule: {name: step, every_epochs: 4}",
    ],
)
def test_settings_that_only_just_do_something_are_possible(load: Load, training: str) -> None:
    """A momentum, a warm-up that ends with the training, a step before the last epoch."""
    load(f"training: {{{training}}}")


def test_images_of_a_known_size_are_not_resized(complaints: Complaints) -> None:
    """`image_size` is for folders, whose pictures have any size."""
    assert complaints("data:\n  dataset: cifar10\n  image_size: 64\n") == [
        "x.yaml:3: data.image_size: expected it with dataset: folder only, got 64 with cifar10"
    ]


def test_the_impossible_is_told_together_with_what_the_reader_found(complaints: Complaints) -> None:
    """By line, too."""
    assert complaints("data: {image_size: 64}\ntitle: a\ntitle: b\n") == [
        "x.yaml:1: data.image_size: expected it with dataset: folder only, got 64 with cifar10",
        "x.yaml:3: title: expected each key once, got it in line 2 too",
    ]
