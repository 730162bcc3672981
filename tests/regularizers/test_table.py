"""The table: rules for every regularizer."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reglab.errors import ExperimentError
from reglab.experiment import Experiment
from reglab.regularizers.base import Advice, Regularizer
from reglab.regularizers.table import Regularizers
from tests.trainings import every_technique, with_needs

NAMES = tuple(Regularizers.model_fields)
# Experiments in which each regularizer has something to advise against.
EXPERIMENTS: tuple[dict[str, Any], ...] = (
    {},
    {"data": {"dataset": "mnist"}},
    {"model": {"dense": ()}, "training": {"batch_size": 1}},
    {"training": {"optimizer": {"name": "sgd", "learning_rate": 100.0}}},
    with_needs({"regularizers": every_technique()}),
)


def regularizer(name: str) -> Regularizer:
    """The regularizer with its defaults."""
    (active,) = Regularizers.model_validate({name: {}}).active
    return active


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("augmentation", "random_erasing"),
        ("random_erasing", "gaussian_noise"),
        ("batch_norm", "gaussian_noise"),
        ("drop_block", "max_pooling"),
        ("max_pooling", "dropout"),
        ("average_pooling", "dropout"),
    ],
)
def test_order_at_a_seat(first: str, then: str) -> None:
    """As the docstring of the table describes it."""
    assert NAMES.index(first) < NAMES.index(then)


def test_active_regularizers_are_in_the_order_of_the_table() -> None:
    """Regardless of the order of the file."""
    regularizers = Regularizers.model_validate({"l2": {}, "dropout": {}, "augmentation": {}, "l1": None})
    assert regularizers.names == ("augmentation", "dropout", "l2")
    assert [active.title for active in regularizers.active] == ["Data augmentation", "Dropout", "L2"]


def test_nothing_is_active_by_default() -> None:
    """An experiment has only the regularizers that it names."""
    assert Experiment(name="test").regularizers.active == ()


def test_techniques_that_cannot_be_combined_are_valid_alone() -> None:
    """Tests that train every technique at once omit only those that conflict with another one."""
    for name in set(NAMES) - set(every_technique()):
        Experiment.from_mapping(with_needs({"regularizers": {name: {}}}))


@pytest.mark.parametrize("name", NAMES)
def test_every_technique_is_documented(name: str) -> None:
    """A title, a source, and a sentence for each parameter."""
    kind = type(regularizer(name))
    assert kind.title
    assert "Source: " in (kind.__doc__ or "")
    for parameter, field in kind.model_fields.items():
        assert (field.description or "").endswith("."), parameter


@pytest.mark.parametrize("name", NAMES)
def test_every_technique_has_its_file_and_its_test(name: str) -> None:
    """Both with the name of its key."""
    assert type(regularizer(name)).__module__ == f"reglab.regularizers.{name}"
    assert (Path(__file__).parent / f"test_{name}.py").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_defaults_are_valid(name: str) -> None:
    """`name: {}` is valid in the lecture's experiment with the keys that it needs."""
    active = regularizer(name)
    experiment = Experiment(name="test").with_changes({**active.needs, f"regularizers.{name}": {}})
    assert experiment.regularizers.names == (name,)


@pytest.mark.parametrize("name", [name for name in NAMES if regularizer(name).needs])
def test_what_a_regularizer_needs_is_necessary(name: str) -> None:
    """Without it, the experiment is refused."""
    with pytest.raises(ExperimentError):
        Experiment(name="test").with_changes({f"regularizers.{name}": {}})


@pytest.mark.parametrize("name", NAMES)
def test_descriptions_are_one_line(name: str) -> None:
    """The title, then the parameters."""
    active = regularizer(name)
    assert active.describe().startswith(f"{active.title} {{")
    assert "\n" not in active.describe()


def extreme_values(schema: Mapping[str, Any]) -> Iterator[Any]:
    """Values near the ends of a parameter's range; for a text, all of its values."""
    for option in schema.get("anyOf", (schema,)):
        yield from option.get("enum", ())
        if option.get("type") == "boolean":
            yield from (False, True)
        if option.get("type") in ("integer", "number"):
            # The distance from an end that is excluded.
            step = 1 if option["type"] == "integer" else 0.01
            yield option.get("minimum", option.get("exclusiveMinimum", 0) + step)
            yield option.get("maximum", option.get("exclusiveMaximum", 1000) - step)


def settings(name: str) -> Iterator[Regularizer]:
    """The regularizer with its defaults, and with each parameter in turn near an end of its range."""
    kind = type(regularizer(name))
    yield kind()
    for parameter, schema in kind.model_json_schema()["properties"].items():
        for value in extreme_values(schema):
            yield kind.model_validate({parameter: value})


@pytest.mark.parametrize(
    "name", [name for name in NAMES if type(regularizer(name)).advice != Regularizer.advice]
)
def test_advice_has_a_reference(name: str) -> None:
    """Author and year; some setting in some experiment has advice."""
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


def test_an_experiment_has_the_advice_of_its_regularizers() -> None:
    """In the order of the table, each with the experiment's setup."""
    experiment = Experiment.model_validate(
        {
            "name": "test",
            "data": {"validation": 0.1},
            "regularizers": {"dropout": {"rate": 0.7}, "batch_norm": {}},
            "training": {"batch_size": 8},
        }
    )
    assert [str(advice).partition(" (")[0] for advice in experiment.advice()] == [
        "batch norm subtracts the mean, so a bias before it has no effect: set keep_bias to false",
        "batch norm with batches of 8 has noisy statistics",
        "dropout rate 0.7 is outside 0.2 to 0.5",
    ]


def test_validating_on_the_test_set_is_advised_against() -> None:
    """Last; not with a part of train held out."""
    assert Experiment.model_validate({"name": "test", "data": {"validation": 0.1}}).advice() == ()
    experiment = Experiment.model_validate({"name": "test", "regularizers": {"dropout": {"rate": 0.7}}})
    first, last = experiment.advice()
    assert first.text == "dropout rate 0.7 is outside 0.2 to 0.5"
    assert last.text.startswith("the validation set is the test set")


def test_titles_are_different() -> None:
    """No two regularizers have the same."""
    assert len({type(regularizer(name)).title for name in NAMES}) == len(NAMES)


def test_the_table_is_imported_without_keras() -> None:
    """Commands that only read experiments do not wait for Keras, TensorFlow or SciPy."""
    script = (
        "import sys; import reglab.regularizers.table; "
        "print(sorted({'keras', 'tensorflow', 'jax', 'torch', 'numpy', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
