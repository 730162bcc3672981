"""Names of variables, and values that are carried over by name."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reglab.training.loop.state import StatefulCallback, carry_over, name_variables, read_variables


class _Variable:
    """As much of a Keras variable as is used."""

    def __init__(self, name: str, *shape: int) -> None:
        self.name = name
        self.value = np.zeros(shape)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    def numpy(self) -> np.ndarray:
        return self.value

    def assign(self, value: Any) -> None:
        self.value = np.asarray(value)


@dataclass
class _Holder:
    """A layer, an optimizer, a metric or a model."""

    name: str
    variables: list[_Variable] = field(default_factory=list)
    layers: list[Any] = field(default_factory=list)


class _Model(_Holder):
    """One layer on the input, a network of one layer, and a variable of the model's own."""

    def __init__(self) -> None:
        noise = _Holder("noise", [_Variable("seed_generator_state", 2), _Variable("seed_generator_state", 2)])
        dense = _Holder("dense", [_Variable("kernel", 2, 3)])
        self.network = _Holder("network", dense.variables, [dense])
        super().__init__("index_model", [], [noise, self.network])
        self.changing_variables = [*noise.variables, *dense.variables, _Variable("average")]
        self.optimizer = _Holder("adam_7", [_Variable("iteration")])
        self.metrics = [_Holder("loss", [_Variable("total"), _Variable("count")])]


def test_names_are_relative_to_the_model() -> None:
    """Layer and variable, a number for equal names, the optimizer by its name in the experiment."""
    assert list(name_variables(_Model(), "adam")) == [
        "noise/seed_generator_state",
        "noise/seed_generator_state_1",
        "dense/kernel",
        "model/average",
        "adam/iteration",
        "metrics/loss/total",
        "metrics/loss/count",
    ]


def test_values_are_carried_over_by_name_and_shape() -> None:
    """What has another name or shape keeps its value; what is read is a copy."""
    variables = {"a/kernel": _Variable("kernel", 2), "b/kernel": _Variable("kernel", 3)}
    values = {"a/kernel": np.ones(2), "b/kernel": np.ones(2), "c/kernel": np.ones(3)}
    before = read_variables(variables)
    carry_over(values, variables)
    variables["a/kernel"].value += 1
    np.testing.assert_equal(before, {"a/kernel": np.zeros(2), "b/kernel": np.zeros(3)})
    np.testing.assert_equal(read_variables(variables), {"a/kernel": np.full(2, 2), "b/kernel": np.zeros(3)})


def test_a_callback_with_both_methods_is_stateful() -> None:
    """Whatever its class."""

    class Remembering:
        def get_state(self) -> dict[str, Any]:
            return {}

        def set_state(self, state: Any) -> None:
            del state

    assert isinstance(Remembering(), StatefulCallback)
    assert not isinstance(_Variable("a"), StatefulCallback)
