"""Every sort of mistake in an experiment, and the whole line that is said of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reglab.config.yaml.messages import place_of, show, sort_problems
from reglab.config.yaml.tree import Tree
from reglab.errors import ExperimentError, Problem
from reglab.experiment import Experiment
from reglab.regularizers.table import Regularizers

Complaints = Callable[..., list[str]]
OPTIMIZERS = "adadelta, adagrad, adam, adamw, rmsprop, sgd"
TECHNIQUES = ", ".join(Regularizers.model_fields)
TOP = "extends, name, title, description, data, model, regularizers, training"
NAME = "up to 80 letters, digits and . _ + -, a letter or digit first"
FILTERS = "a list, not empty, whose items are each an integer of at least 1"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("modle: {}", f"modle: unknown key; expected one of {TOP}; did you mean model?"),
        ("extend: a.yaml", f"extend: unknown key; expected one of {TOP}; did you mean extends?"),
        ("<<: {title: a}", f"<<: unknown key; expected one of {TOP}"),
        (
            "data: {dataset: mnist, validaton: 0.1}",
            "data.validaton: unknown key; expected one of dataset, validation, subset, clean, image_size; "
            "did you mean validation?",
        ),
        (
            "data: {subset: {test: 5}}",
            "data.subset.test: unknown key; expected one of train, validation",
        ),
        (
            "training: {optimizer: {name: sgd, weight_decay: 0.1}}",
            "training.optimizer.weight_decay: unknown key; "
            "expected one of name, learning_rate, momentum, nesterov",
        ),
        (
            "training: {schedule: {name: step, final_fraction: 0.1}}",
            "training.schedule.final_fraction: unknown key; "
            "expected one of name, warmup_epochs, every_epochs, factor",
        ),
        (
            "regularizers: {dropuot: {rate: 0.3}}",
            f"regularizers.dropuot: unknown regularizer; expected one of {TECHNIQUES}; did you mean dropout?",
        ),
        (
            "regularizers: {stochastic_depth: {}}",
            f"regularizers.stochastic_depth: unknown regularizer; expected one of {TECHNIQUES}",
        ),
        (
            "regularizers: {dropout: {rates: 0.3}}",
            "regularizers.dropout.rates: unknown key; expected one of rate, groups, spatial; "
            "did you mean rate?",
        ),
    ],
)
def test_unknown_keys_are_named_with_the_nearest(complaints: Complaints, text: str, line: str) -> None:
    """At the top, in sections, in an optimizer of a kind, among the regularizers and inside one."""
    assert complaints(text) == [f"x.yaml:1: {line}"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("data: cifar10", "data: expected a mapping of parameters, got the text 'cifar10'"),
        ("data:", "data: expected a mapping of parameters, got null"),
        ("regularizers: [l2]", "regularizers: expected a mapping of parameters, got the list ['l2']"),
        ("regularizers: {l2: 0.1}", "regularizers.l2: expected a mapping of parameters, got 0.1"),
        (
            "training: {optimizer: sgd}",
            f"training.optimizer: expected a mapping of parameters whose name is one of {OPTIMIZERS}, "
            "got the text 'sgd'",
        ),
        ("title: 5", "title: expected a text, got 5"),
        ("title: [a]", "title: expected a text, got the list ['a']"),
        ("name: 2024", f"name: expected {NAME}, got 2024"),
        ("name: a b", f"name: expected {NAME}, got the text 'a b'"),
        ("name: ../up", f"name: expected {NAME}, got the text '../up'"),
        (f"name: {'a' * 81}", f"name: expected {NAME}, got a text of 81 characters"),
        ("training: {epochs: '5'}", "training.epochs: expected an integer of at least 1, got the text '5'"),
        ("training: {epochs: ten}", "training.epochs: expected an integer of at least 1, got the text 'ten'"),
        ("training: {epochs: 5.0}", "training.epochs: expected an integer of at least 1, got 5.0"),
        ("training: {epochs: 1e2}", "training.epochs: expected an integer of at least 1, got 100.0"),
        ("training: {epochs: true}", "training.epochs: expected an integer of at least 1, got true"),
        ("training: {epochs: {}}", "training.epochs: expected an integer of at least 1, got a mapping"),
        (
            "regularizers: {dropout: {rate: '0.3'}}",
            "regularizers.dropout.rate: expected a number in [0, 1), got the text '0.3'",
        ),
        (
            "regularizers: {dropout: {rate: false}}",
            "regularizers.dropout.rate: expected a number in [0, 1), got false",
        ),
        (
            "regularizers: {dropout: {spatial: 1}}",
            "regularizers.dropout.spatial: expected true or false, got 1",
        ),
        (
            "regularizers: {dropout: {spatial: yes}}",
            "regularizers.dropout.spatial: expected true or false, got the text 'yes'",
        ),
        ("data: {validation: true}", "data.validation: expected test, or a number in (0, 1), got true"),
        (
            "model: {dense: 64}",
            "model.dense: expected a list whose items are each an integer of at least 1, got 64",
        ),
        (
            "model: {groups: 32}",
            f"model.groups: expected a list, not empty, whose items are each {FILTERS}, got 32",
        ),
    ],
)
def test_wrong_types_are_said_with_what_came(complaints: Complaints, text: str, line: str) -> None:
    """Numbers as text, text as numbers, truth as numbers, one thing instead of a list or a mapping."""
    assert complaints(text) == [f"x.yaml:1: {line}"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("training: {epochs: 0}", "training.epochs: expected an integer of at least 1, got 0"),
        ("training: {seed: -1}", "training.seed: expected an integer in [0, 2147483648), got -1"),
        (
            "training: {seed: 2147483648}",
            "training.seed: expected an integer in [0, 2147483648), got 2147483648",
        ),
        (
            f"training: {{seed: {'9' * 30}}}",
            "training.seed: expected an integer in [0, 2147483648), got an integer of 30 digits",
        ),
        (
            f"training: {{seed: {'9' * 5000}}}",
            "training.seed: expected an integer in [0, 2147483648), got inf",
        ),
        ("training: {epochs: .inf}", "training.epochs: expected an integer of at least 1, got inf"),
        ("model: {kernel_size: 16}", "model.kernel_size: expected an integer in [1, 15], got 16"),
        ("data: {validation: 1.0}", "data.validation: expected test, or a number in (0, 1), got 1.0"),
        ("data: {validation: .nan}", "data.validation: expected test, or a number in (0, 1), got nan"),
        (
            "regularizers: {dropout: {rate: 1.5}}",
            "regularizers.dropout.rate: expected a number in [0, 1), got 1.5",
        ),
        (
            "regularizers: {dropout: {rate: .nan}}",
            "regularizers.dropout.rate: expected a number in [0, 1), got nan",
        ),
        (
            "regularizers: {early_stopping: {min_delta: .inf}}",
            "regularizers.early_stopping.min_delta: expected a number of at least 0, got inf",
        ),
        (
            "training: {optimizer: {name: sgd, learning_rate: -.inf}}",
            "training.optimizer.learning_rate: expected a number in (0, 100], got -inf",
        ),
        (
            "training: {optimizer: {name: adam, epsilon: 0}}",
            "training.optimizer.epsilon: expected a number above 0, got 0",
        ),
        (
            "training: {schedule: {name: cosine, warmup_epochs: -1}}",
            "training.schedule.warmup_epochs: expected a number of at least 0, got -1",
        ),
    ],
)
def test_numbers_out_of_range_are_said_with_the_range(complaints: Complaints, text: str, line: str) -> None:
    """Bounds open and closed, infinities, and what is not a number."""
    assert complaints(text) == [f"x.yaml:1: {line}"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "data: {dataset: cifra10}",
            "data.dataset: expected one of cifar10, cifar100, mnist, fashion_mnist, folder, synthetic, "
            "got the text 'cifra10'; did you mean cifar10?",
        ),
        (
            "data: {validation: tset}",
            "data.validation: expected test, or a number in (0, 1), got the text 'tset'; did you mean test?",
        ),
        (
            "model: {head: mean}",
            "model.head: expected one of global_max_pooling, global_average_pooling, flatten, "
            "got the text 'mean'",
        ),
        (
            "training: {optimizer: {name: adamm}}",
            f"training.optimizer.name: expected one of {OPTIMIZERS}, got the text 'adamm'; "
            "did you mean adam?",
        ),
        (
            "training: {optimizer: {name: 3}}",
            f"training.optimizer.name: expected one of {OPTIMIZERS}, got 3",
        ),
        (
            "training: {optimizer: {name: }}",
            f"training.optimizer.name: expected one of {OPTIMIZERS}, got null",
        ),
        (
            "training: {schedule: {name: cosin}}",
            "training.schedule.name: expected one of constant, cosine, step, got the text 'cosin'; "
            "did you mean cosine?",
        ),
    ],
)
def test_words_that_are_none_of_the_choices_are_named_with_the_nearest(
    complaints: Complaints, text: str, line: str
) -> None:
    """Among them the name of an optimizer or a schedule that is wrong."""
    assert complaints(text) == [f"x.yaml:1: {line}"]


def test_list_items_are_named_by_index_and_line(complaints: Complaints) -> None:
    """Each item that is wrong, and not the list as well."""
    text = """\
        model:
          groups:
            - [32, x]
            - 64
            - []
            - [8, -1, 2.5]
          dense: [true]
        """
    count = "an integer of at least 1"
    assert complaints(text) == [
        f"x.yaml:3: model.groups[0][1]: expected {count}, got the text 'x'",
        f"x.yaml:4: model.groups[1]: expected {FILTERS}, got 64",
        f"x.yaml:5: model.groups[2]: expected {FILTERS}, got the list []",
        f"x.yaml:6: model.groups[3][1]: expected {count}, got -1",
        f"x.yaml:6: model.groups[3][2]: expected {count}, got 2.5",
        f"x.yaml:7: model.dense[0]: expected {count}, got true",
    ]


def test_every_mistake_is_told_at_once_by_line(complaints: Complaints) -> None:
    """The reader's, the regularizers' and the schema's in one order, whatever found them."""
    text = """\
        training:
          epochs: 0
          epochs: 5
        regularizers:
          l2:
          dropout: {rate: 2}
        model: {kernel_size: !!int 3}
        tilte: a
        data:
          clean: 0
        """
    assert complaints(text) == [
        "x.yaml:2: training.epochs: expected an integer of at least 1, got 0",
        "x.yaml:3: training.epochs: expected each key once, got it in line 2 too",
        "x.yaml:5: regularizers.l2: expected parameters, or {} for the defaults, got nothing; "
        "nothing is inherited here to take away",
        "x.yaml:6: regularizers.dropout.rate: expected a number in [0, 1), got 2",
        "x.yaml:7: model.kernel_size: expected a plain value, got the tag !!int; "
        "numbers stand as they are, texts in quotes",
        f"x.yaml:8: tilte: unknown key; expected one of {TOP}; did you mean title?",
        "x.yaml:10: data.clean: expected an integer of at least 1, got 0",
    ]


def test_mistakes_of_a_parent_are_named_with_its_file(write: Callable[..., Path]) -> None:
    """The child's own with the child's; the key that the child mended is not mentioned."""
    write("training:\n  epochs: 0\n  batch_size: 0\nmodel: {kernel: 3}\n", "a.yaml")
    path = write("extends: a.yaml\ntraining:\n  epochs: 5\n  seed: x\n")
    with pytest.raises(ExperimentError) as raised:
        Experiment.load(path)
    assert str(raised.value).splitlines() == [
        "a.yaml:3: training.batch_size: expected an integer of at least 1, got 0",
        "a.yaml:4: model.kernel: unknown key; expected one of groups, kernel_size, activation, head, dense; "
        "did you mean kernel_size?",
        "x.yaml:4: training.seed: expected an integer in [0, 2147483648), got the text 'x'",
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (10**20, "an integer of 21 digits"),
        (-(10**20), "an integer of 21 digits"),
        (1e-07, "1e-07"),
        ("5", "the text '5'"),
        ("a" * 60, f"the text '{'a' * 60}'"),
        ("a" * 61, "a text of 61 characters"),
        ({"a": 1}, "a mapping"),
        ([1, "a"], "the list [1, 'a']"),
        (list(range(30)), "a list of 30"),
    ],
)
def test_values_are_shown_in_a_few_words(value: Any, words: str) -> None:
    """YAML's words, and nothing that fills the line."""
    assert show(value) == words


def test_a_key_without_a_place_has_that_of_the_nearest_above() -> None:
    """Up to the file itself; nowhere, if nothing is known."""
    tree = Tree({}, {(): "x.yaml:1", ("a",): "x.yaml:2"})
    assert place_of(tree, ("a", "b", 0)) == "x.yaml:2"
    assert place_of(tree, ("b",)) == "x.yaml:1"
    assert place_of(Tree({}, {}), ("b",)) == ""


def test_problems_are_sorted_by_number_not_by_digits() -> None:
    """Line 10 after line 9; files apart, a file's own before its lines."""
    places = ["b.yaml:1", "a.yaml:10", "a.yaml:9", "a.yaml"]
    problems = [Problem(place, "", "wrong") for place in places]
    assert [problem.place for problem in sort_problems(problems)] == [
        "a.yaml",
        "a.yaml:9",
        "a.yaml:10",
        "b.yaml:1",
    ]
