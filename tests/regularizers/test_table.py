"""The table: what holds for every technique."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reglab.experiment import Experiment
from reglab.regularizers.base import Advice, Regularizer
from reglab.regularizers.table import Regularizers

NAMES = tuple(Regularizers.model_fields)
EXPERIMENTS: tuple[dict[str, Any], ...] = (
    {},
    {"data": {"dataset": "mnist"}},
    {"model": {"dense": ()}, "training": {"batch_size": 1}},
    {"training": {"optimizer": {"name": "sgd", "learning_rate": 100.0}}},
)


def technique(name: str) -> Regularizer:
    """The technique as `name: {}` switches it on."""
    (active,) = Regularizers.model_validate({name: {}}).active
    return active


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("augmentation", "random_erasing"),
        ("random_erasing", "gaussian_noise"),
        ("batch_norm", "gaussian_noise"),
        ("max_pooling", "dropout"),
        ("average_pooling", "dropout"),
    ],
)
def test_order_at_a_seat(first: str, then: str) -> None:
    """Images move before a part of them is erased, noise comes last; what is pooled is dropped after."""
    assert NAMES.index(first) < NAMES.index(then)


def test_active_ones_are_in_the_order_of_the_table() -> None:
    """Whatever the order of the file."""
    regularizers = Regularizers.model_validate({"l2": {}, "dropout": {}, "augmentation": {}, "l1": None})
    assert regularizers.names == ("augmentation", "dropout", "l2")
    assert [active.title for active in regularizers.active] == ["Data augmentation", "Dropout", "L2"]


def test_nothing_is_switched_on_by_default() -> None:
    """An experiment has the regularizers that it names."""
    assert Experiment(name="test").regularizers.active == ()


@pytest.mark.parametrize("name", NAMES)
def test_every_technique_is_documented(name: str) -> None:
    """A title, an equation's explanation with its source, and a sentence for each parameter."""
    kind = type(technique(name))
    assert kind.title
    assert "Source: " in (kind.__doc__ or "")
    for parameter, field in kind.model_fields.items():
        assert (field.description or "").endswith("."), parameter


@pytest.mark.parametrize("name", NAMES)
def test_every_technique_has_its_file_and_its_test(name: str) -> None:
    """Both named like its key."""
    assert type(technique(name)).__module__ == f"reglab.regularizers.{name}"
    assert (Path(__file__).parent / f"test_{name}.py").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_defaults_are_possible_and_described(name: str) -> None:
    """`name: {}` runs with the lecture's network, and can be shown in one line."""
    experiment = Experiment.model_validate({"name": "test", "regularizers": {name: {}}})
    active = technique(name)
    assert list(active.conflicts(experiment.setup)) == []
    assert active.describe().startswith(f"{active.title} {{")
    assert "\n" not in active.describe()


def extreme_values(schema: Mapping[str, Any]) -> Iterator[Any]:
    """Values near the ends of what a parameter may be; for a text, each of its words."""
    for option in schema.get("anyOf", (schema,)):
        yield from option.get("enum", ())
        if option.get("type") == "boolean":
            yield from (False, True)
        if option.get("type") in ("integer", "number"):
            # An end that is itself left out is approached by this much.
            step = 1 if option["type"] == "integer" else 0.01
            yield option.get("minimum", option.get("exclusiveMinimum", 0) + step)
            yield option.get("maximum", option.get("exclusiveMaximum", 1000) - step)


def settings(name: str) -> Iterator[Regularizer]:
    """The technique with its defaults, and with each parameter in turn near an end of its range."""
    kind = type(technique(name))
    yield kind()
    for parameter, schema in kind.model_json_schema()["properties"].items():
        for value in extreme_values(schema):
            yield kind.model_validate({parameter: value})


@pytest.mark.parametrize(
    "name", [name for name in NAMES if type(technique(name)).advice != Regularizer.advice]
)
def test_advice_has_a_reference(name: str) -> None:
    """Author and year. Some setting, in some experiment, is advised against; else it would never speak."""
    experiments = [Experiment.model_validate({"name": "test", **sections}) for sections in EXPERIMENTS]
    given = [
        advice
        for setting in settings(name)
        for experiment in experiments
        for advice in setting.advice(experiment.setup)
    ]
    assert given
    for advice in given:
        assert isinstance(advice, Advice)
        assert any(year in advice.reference for year in map(str, range(1950, 2030)))


def test_an_experiment_s_advice_is_that_of_its_regularizers() -> None:
    """In the order of the table, each with the experiment that it is in."""
    experiment = Experiment.model_validate(
        {
            "name": "test",
            "data": {"validation": 0.1},
            "regularizers": {"dropout": {"rate": 0.7}, "batch_norm": {}},
            "training": {"batch_size": 8},
        }
    )
    assert [str(advice).partition(" (")[0] for advice in experiment.advice()] == [
        "the bias before batch norm has no effect, its mean is subtracted: keep_bias: false saves it",
        "batch norm with batches of 8 has noisy statistics",
        "dropout rate 0.7 is outside 0.2 to 0.5",
    ]


def test_validating_on_the_test_set_is_advised_against() -> None:
    """Last, whatever is switched on; not with a part of train held out."""
    assert Experiment.model_validate({"name": "test", "data": {"validation": 0.1}}).advice() == ()
    experiment = Experiment.model_validate({"name": "test", "regularizers": {"dropout": {"rate": 0.7}}})
    first, last = experiment.advice()
    assert first.text == "dropout rate 0.7 is outside 0.2 to 0.5"
    assert str(last) == (
        "the validation set is the test set: what is tuned on it is not tested by it; "
        "data.validation: 0.1 holds out a part of train "
        "(Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, section 7.2)"
    )


def test_titles_are_told_apart() -> None:
    """No two techniques have the same."""
    assert len({type(technique(name)).title for name in NAMES}) == len(NAMES)


def test_the_table_is_read_without_keras() -> None:
    """What only reads experiments does not wait for Keras, TensorFlow or SciPy."""
    script = (
        "import sys; import reglab.regularizers.table; "
        "print(sorted({'keras', 'tensorflow', 'jax', 'torch', 'numpy', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
