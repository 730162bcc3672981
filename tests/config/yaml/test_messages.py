"""Every kind of mistake in an experiment, and the line that is printed for it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reglab.config.yaml.messages import place_of, show, sort_problems
from reglab.config.yaml.tree import Tree
from reglab.errors import ExperimentError, Problem
from reglab.experiment import Experiment
from reglab.regularizers.table import Regularizers

ErrorLines = Callable[..., list[str]]
OPTIMIZERS = "adadelta, adagrad, adam, adamw, rmsprop, sgd"
TECHNIQUES = ", ".join(Regularizers.model_fields)
TOP = "extends, name, title, description, data, model, regularizers, training"
NAME = "1 to 80 letters, digits or . _ + -, starting with a letter or digit"


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
        ("data: {subset: {test: 5}}", "data.subset.test: unknown key; expected one of train, validation"),
        (
            "training: {optimizer: {momentum: 0.1}}",
            "training.optimizer.momentum: unknown key; expected one of name, learning_rate, weight_decay, "
            "beta_1, beta_2, epsilon",
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
            "regularizers: {dropout: {rates: 0.3}}",
            "regularizers.dropout.rates: unknown key; expected one of rate, groups, spatial; "
            "did you mean rate?",
        ),
    ],
)
def test_unknown_keys_are_named_with_the_nearest(error_lines: ErrorLines, text: str, line: str) -> None:
    """At the top, in sections, in an optimizer, among the regularizers and in a regularizer."""
    assert error_lines(text) == [f"x.yaml:1: {line}"]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("data", "cifar10", "a mapping, got the string 'cifar10'"),
        ("data", "", "a mapping, got null"),
        ("regularizers", "[l2]", "a mapping, got the list ['l2']"),
        ("regularizers.l2", "0.1", "a mapping, got 0.1"),
        ("training.optimizer", "sgd", f"a mapping whose name is one of {OPTIMIZERS}, got the string 'sgd'"),
        ("title", "5", "a string, got 5"),
        ("name", "2024", f"{NAME}, got 2024"),
        ("name", "../up", f"{NAME}, got the string '../up'"),
        ("name", "a" * 81, f"{NAME}, got a string of 81 characters"),
        ("training.epochs", "'5'", "an integer ≥ 1, got the string '5'"),
        ("training.epochs", "5.0", "an integer ≥ 1, got 5.0"),
        ("training.epochs", "true", "an integer ≥ 1, got true"),
        ("training.epochs", "{}", "an integer ≥ 1, got a mapping"),
        ("training.epochs", "0", "an integer ≥ 1, got 0"),
        ("training.epochs", ".inf", "an integer ≥ 1, got inf"),
        ("training.seed", "-1", "an integer in [0, 2147483648), got -1"),
        ("training.seed", "2147483648", "an integer in [0, 2147483648), got 2147483648"),
        ("training.seed", "9" * 30, "an integer in [0, 2147483648), got an integer of 30 digits"),
        ("training.seed", "9" * 5000, "an integer in [0, 2147483648), got inf"),
        ("model.kernel_size", "16", "an integer in [1, 15], got 16"),
        ("model.dense", "64", "a list of integers ≥ 1, such as [64], got 64"),
        ("model.groups", "32", "a list of lists of integers ≥ 1, such as [[32, 32], [64]], got 32"),
        (
            "model.groups",
            "[]",
            "a list of lists of integers ≥ 1, such as [[32, 32], [64]], got an empty list",
        ),
        ("data.validation", "true", "one of test, val or a number in (0, 1), got true"),
        ("data.validation", "1.0", "one of test, val or a number in (0, 1), got 1.0"),
        ("data.validation", ".nan", "one of test, val or a number in (0, 1), got nan"),
        (
            "data.validation",
            "tset",
            "one of test, val or a number in (0, 1), got the string 'tset'; did you mean test?",
        ),
        (
            "data.dataset",
            "cifra10",
            "one of cifar10, cifar100, mnist, fashion_mnist, folder, synthetic, got the string 'cifra10'; "
            "did you mean cifar10?",
        ),
        (
            "model.head",
            "mean",
            "one of global_max_pooling, global_average_pooling, flatten, got the string 'mean'",
        ),
        ("regularizers.dropout.rate", "1.5", "a number in [0, 1), got 1.5"),
        ("regularizers.dropout.rate", "false", "a number in [0, 1), got false"),
        ("regularizers.dropout.spatial", "yes", "true or false, got the string 'yes'"),
        ("regularizers.early_stopping.min_delta", ".inf", "a number in [0, 1000], got inf"),
        ("training.optimizer.learning_rate", "-.inf", "a number in (0, 100], got -inf"),
        ("training.optimizer.learning_rate", "9" * 400, "a number in (0, 100], got an integer of 400 digits"),
        ("training.optimizer.epsilon", "0", "a number in (0, 1], got 0"),
        ("training.schedule.warmup_epochs", "-1", "a number ≥ 0, got -1"),
        (
            "training.schedule.name",
            "cosin",
            "one of constant, cosine, step, got the string 'cosin'; did you mean cosine?",
        ),
    ],
)
def test_wrong_values_are_named_with_what_is_expected(
    error_lines: ErrorLines, key: str, value: str, words: str
) -> None:
    """Wrong types, numbers out of range, infinities, and unknown strings with the nearest one."""
    parts = key.split(".")
    text = ": {".join(parts) + f": {value}" + "}" * (len(parts) - 1)
    assert error_lines(text) == [f"x.yaml:1: {key}: expected {words}"]


@pytest.mark.parametrize(
    ("key", "choices"),
    [
        ("training.optimizer.name", OPTIMIZERS),
        ("training.schedule.name", "constant, cosine, step"),
    ],
)
@pytest.mark.parametrize(
    "name", [None, True, 5, 0.5, "", [], ["sgd"], [[]], {}, {"name": "sgd"}, {"name": []}], ids=str
)
@pytest.mark.parametrize("more", [{}, {"learning_rate": -1, "warmup_epochs": []}], ids=["alone", "more"])
def test_the_name_of_a_kind_may_be_of_any_wrong_type(
    error_lines: ErrorLines, key: str, choices: str, name: Any, more: dict[str, Any]
) -> None:
    """In the file, on the command line and in Python there is one problem, with the known names."""
    section, kind, _ = key.split(".")
    value = {"name": name, **more}
    words = f"{key}: expected one of {choices}, got {show(name)}"
    assert error_lines(json.dumps({section: {kind: value}})) == [f"x.yaml:1: {words}"]
    override = f"{section}.{kind}={json.dumps(value)}"
    assert error_lines("title: a", override) == [f"--set {override}: {words}"]
    with pytest.raises(ExperimentError) as raised:
        Experiment(name="x").with_changes({f"{section}.{kind}": value})
    assert str(raised.value) == words


def test_list_items_are_named_by_index_and_line(error_lines: ErrorLines) -> None:
    """Each wrong item is a problem; the whole list is not."""
    text = """\
        model:
          groups:
            - [32, x]
            - 64
            - []
            - [8, -1, 2.5]
          dense: [true]
        """
    count, filters = "an integer ≥ 1", "a list of integers ≥ 1"
    assert error_lines(text) == [
        f"x.yaml:3: model.groups[0][1]: expected {count}, got the string 'x'",
        f"x.yaml:4: model.groups[1]: expected {filters}, got 64",
        f"x.yaml:5: model.groups[2]: expected {filters}, got an empty list",
        f"x.yaml:6: model.groups[3][1]: expected {count}, got -1",
        f"x.yaml:6: model.groups[3][2]: expected {count}, got 2.5",
        f"x.yaml:7: model.dense[0]: expected {count}, got true",
    ]


def test_every_problem_is_reported_at_once(error_lines: ErrorLines) -> None:
    """Problems of the reader, of null entries and of the schema are sorted by line."""
    text = """\
        training:
          epochs: 0
          epochs: 5
        regularizers:
          l2:
          dropout: {rate: 2}
        tilte: a
        data:
          clean: 0
        """
    assert [line.rpartition(": ")[0].split(": ")[:2] for line in error_lines(text)] == [
        ["x.yaml:2", "training.epochs"],
        ["x.yaml:3", "training.epochs"],
        ["x.yaml:5", "regularizers.l2"],
        ["x.yaml:6", "regularizers.dropout.rate"],
        ["x.yaml:7", "tilte"],
        ["x.yaml:9", "data.clean"],
    ]


def test_problems_of_a_parent_have_its_name(write: Callable[..., Path]) -> None:
    """A key that the child replaces is not validated."""
    write("training:\n  epochs: 0\n  batch_size: 0\nmodel: {kernel: 3}\n", "a.yaml")
    path = write("extends: a.yaml\ntraining:\n  epochs: 5\n  seed: x\n")
    with pytest.raises(ExperimentError) as raised:
        Experiment.load(path)
    assert [(problem.place, problem.key) for problem in raised.value.problems] == [
        ("a.yaml:3", "training.batch_size"),
        ("a.yaml:4", "model.kernel"),
        ("x.yaml:4", "training.seed"),
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
        ("5", "the string '5'"),
        ("a" * 60, f"the string '{'a' * 60}'"),
        ("a" * 61, "a string of 61 characters"),
        ({"a": 1}, "a mapping"),
        ([1, "a"], "the list [1, 'a']"),
        ([], "an empty list"),
        (list(range(30)), "a list of 30 items"),
    ],
)
def test_values_are_shown_in_a_few_words(value: Any, words: str) -> None:
    """As in YAML; long values are summarized."""
    assert show(value) == words


def test_a_key_without_a_place_has_that_of_the_nearest_above() -> None:
    """The last one is the file itself; without any place, the result is empty."""
    tree = Tree({}, {(): "x.yaml:1", ("a",): "x.yaml:2"})
    assert place_of(tree, ("a", "b", 0)) == "x.yaml:2"
    assert place_of(tree, ("b",)) == "x.yaml:1"
    assert place_of(Tree({}, {}), ("b",)) == ""


def test_a_key_without_a_place_has_that_of_the_name_beside_it() -> None:
    """The name of a kind determines the keys beside it; the name of the experiment does not."""
    places = {("name",): "x.yaml:1", ("a",): "x.yaml:2", ("a", "name"): "x.yaml:3", ("c",): "x.yaml:4"}
    tree = Tree({}, {(): "x.yaml", **places})
    assert place_of(tree, ("a", "b")) == "x.yaml:3"
    assert place_of(tree, ("b",)) == "x.yaml"
    assert place_of(tree, ("c", "b")) == "x.yaml:4"


def test_problems_are_sorted_by_number_not_by_digits() -> None:
    """Line 10 follows line 9; problems are sorted by file, and those without a line are first."""
    places = ["b.yaml:1", "a.yaml:10", "a.yaml:9", "a.yaml"]
    problems = [Problem(place, "", "wrong") for place in places]
    assert [problem.place for problem in sort_problems(problems)] == [
        "a.yaml",
        "a.yaml:9",
        "a.yaml:10",
        "b.yaml:1",
    ]
