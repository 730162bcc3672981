"""The settings of the controls."""

import pytest

from reglab.errors import ExperimentError
from reglab.experiment import Experiment
from reglab.live.lab.settings import (
    TRAINING,
    find_class,
    list_regularizers,
    list_settings,
    parse_text,
    read_strength,
    read_value,
    scale_augmentation,
    show_value,
)
from reglab.regularizers.augmentation import Augmentation
from reglab.regularizers.table import Regularizers


def test_every_regularizer_has_its_settings() -> None:
    """Each is listed once, and every parameter of it is a setting with a help text."""
    names = list_regularizers()
    assert sorted(names) == sorted(Regularizers.model_fields)
    for name in names:
        settings = list_settings(name)
        assert [each.key for each in settings] == [
            f"regularizers.{name}.{key}" for key in find_class(name).model_fields
        ]
        assert all(each.help for each in settings)
    by_key = {each.key: each for each in list_settings("augmentation")}
    assert by_key["regularizers.augmentation.vertical_flip"].choices == (False, True)
    assert by_key["regularizers.augmentation.fill_mode"].choices == ("nearest", "reflect", "constant", "wrap")
    assert by_key["regularizers.augmentation.zoom"].choices == ()


def test_values() -> None:
    """A field shows the value of its key, and its text becomes a value as after `--set`."""
    experiment = Experiment.from_mapping({"name": "a", "regularizers": {"dropout": {"rate": 0.25}}})
    values = {each.label: show_value(read_value(experiment, each.key)) for each in TRAINING}
    assert values == {
        "learning rate": "0.001",
        "momentum": "",
        "weight decay": "0.004",
        "batch size": "200",
        "epochs": "40",
    }
    assert read_value(experiment, "regularizers.dropout.rate") == 0.25
    assert read_value(experiment, "regularizers.l2.strength") is None
    assert show_value(read_value(experiment, "regularizers.dropout.spatial")) == "false"
    assert (parse_text(" 1e-4 "), parse_text("true"), parse_text("dense")) == (1e-4, True, "dense")
    with pytest.raises(ExperimentError):
        parse_text("[1")


def test_strength_of_augmentation() -> None:
    """The ranges are multiplied; flips stay; other augmentations have no strength."""
    experiment = Experiment.from_mapping({"name": "a", "regularizers": {"augmentation": {"shear": 0}}})
    base = experiment.regularizers.augmentation
    assert base is not None
    stronger = experiment.with_changes(scale_augmentation(base, 1.5)).regularizers.augmentation
    assert stronger is not None
    assert (stronger.rotation, stronger.zoom, stronger.horizontal_flip) == (22.5, pytest.approx(0.15), True)
    assert read_strength(base, stronger) == pytest.approx(1.5)
    assert read_strength(base, base) == 1
    assert read_strength(base, Augmentation(rotation=5)) is None
    assert read_strength(base, Augmentation(shear=5)) is None
