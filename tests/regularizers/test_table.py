"""The table: what holds for every technique."""

import subprocess
import sys
from pathlib import Path

import pytest

from reglab.regularizers.base import Advice, Regularizer
from reglab.regularizers.table import Experiment, Regularizers

NAMES = tuple(Regularizers.model_fields)


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
    assert list(active.impossible(experiment)) == []
    assert active.describe().startswith(f"{active.title} {{")
    assert "\n" not in active.describe()


@pytest.mark.parametrize("name", NAMES)
def test_advice_has_a_reference(name: str) -> None:
    """Author and year, whatever is advised with the defaults."""
    experiment = Experiment.model_validate({"name": "test", "data": {"dataset": "mnist"}})
    for advice in technique(name).advice(experiment):
        assert isinstance(advice, Advice)
        assert any(year in advice.reference for year in map(str, range(1950, 2030)))


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
