"""`reglab show` and `reglab preview`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from reglab.config.shipped import shipped_directory
from reglab.experiment import Experiment

Command = Callable[..., Any]
CONFIG = shipped_directory() / "mp_do.yaml"
ON_TEST = (
    "Advice: the validation set is the test set, so settings that are chosen on it have no independent "
    "test; set data.validation to 0.1 to hold out a part of train (Hastie, Tibshirani and Friedman, "
    "The Elements of Statistical Learning, 2009, section 7.2)"
)
BIG = shipped_directory() / "mp_bn_da.yaml"


def test_resolved(call: Command, here: Path) -> None:
    """The output has all defaults, `extends` and `--set` applied, and can be loaded again."""
    code, out, err = call("show", CONFIG, "--resolved", "--set", "training.epochs=7")
    assert (code, err) == (0, "")
    experiment = yaml.safe_load(out)
    assert (experiment["name"], experiment["training"]["epochs"]) == ("mp_do", 7)
    assert experiment["regularizers"]["dropout"] == {"rate": 0.3, "groups": 0.0, "spatial": False}
    (here / "again.yaml").write_text(out)
    assert call("show", "again.yaml", "--resolved").out == out


def test_json(with_keras: Command) -> None:
    """The same facts as on the terminal, as numbers."""
    code, out, err = with_keras("show", CONFIG, "--json", "--set", "training.optimizer.learning_rate=0.1")
    assert (code, err) == (0, "")
    record = json.loads(out)
    assert (record["name"], record["title"], record["classes"]) == ("mp_do", "CNN + MP + DO", 10)
    sizes = record["parameters"], record["trainable_parameters"], record["multiply_adds"]
    assert sizes == (295_914, 295_914, 38_642_304)
    assert record["layers"][1] == {
        "name": "conv_1_1",
        "kind": "Conv2D",
        "output_shape": [32, 32, 32],
        "parameters": 896,
        "multiply_adds": 884_736,
    }
    assert [each["positions"] for each in record["regularizers"]] == [
        {"MaxPooling2D": ["group_1", "group_2", "group_3"]},
        {"Dropout": ["dense_1", "output"]},
    ]
    assert [f"Advice: {text}" for text in record["advice"]][-1] == ON_TEST
    assert len(record["advice"]) == 2
    again = Experiment.from_mapping(record["experiment"])
    assert again.identity == record["identity"]


def test_json_and_yaml_are_one_too_many(call: Command) -> None:
    """Two forms of output do not fit into one."""
    code, out, err = call("show", CONFIG, "--json", "--resolved")
    assert (code, out) == (2, "")
    assert err.endswith("Error: Give --resolved or --json, not both.\n")


def test_layers(with_keras: Command) -> None:
    """Each layer with its shape, parameters and multiply-adds; their sums; the positions of regularizers."""
    code, out, err = with_keras("show", CONFIG)
    assert (code, err) == (0, "")
    assert [line.rstrip() for line in out.splitlines()] == [
        "CNN + MP + DO",
        "Layer (type)                             Output shape  Parameters  Mult-adds",
        "─" * 76,
        "rescaling (Rescaling)                     32 × 32 × 3           0",
        "conv_1_1 (Conv2D)                        32 × 32 × 32         896    884,736",
        "conv_1_2 (Conv2D)                        32 × 32 × 32       9,248  9,437,184",
        "group_1_max_pooling (MaxPooling2D)       16 × 16 × 32           0",
        "conv_2_1 (Conv2D)                        16 × 16 × 64      18,496  4,718,592",
        "conv_2_2 (Conv2D)                        16 × 16 × 64      36,928  9,437,184",
        "group_2_max_pooling (MaxPooling2D)         8 × 8 × 64           0",
        "conv_3_1 (Conv2D)                         8 × 8 × 128      73,856  4,718,592",
        "conv_3_2 (Conv2D)                         8 × 8 × 128     147,584  9,437,184",
        "group_3_max_pooling (MaxPooling2D)        4 × 4 × 128           0",
        "global_max_pooling (GlobalMaxPooling2D)           128           0",
        "dense_1_dropout (Dropout)                         128           0",
        "dense_1 (Dense)                                    64       8,256      8,192",
        "output_dropout (Dropout)                           64           0",
        "output (Dense)                                     10         650        640",
        "Parameters: 295,914 total, 295,914 trainable, 0 non-trainable. Multiply-adds per image: 38,642,304.",
        "Regularizers:",
        "  Max pooling {pool_size: 2, padding: valid}",
        "    MaxPooling2D at group_1, group_2, group_3",
        "  Dropout {rate: 0.3, groups: 0.0, spatial: false}",
        "    Dropout at dense_1, output",
        ON_TEST,
    ]


def test_advice_and_brackets(with_keras: Command) -> None:
    """Advice from the literature; brackets in a title are not markup."""
    changes = ("--set", "regularizers.dropout.rate=0.7", "--set", 'title="[b]A[/x] :smile:"')
    lines = with_keras("show", CONFIG, *changes).out.splitlines()
    assert lines[0].startswith("[b]A[/x] :smile:")
    assert [line for line in lines if line.startswith("Advice: ")] == [
        "Advice: dropout rate 0.7 is outside 0.2 to 0.5 (Srivastava et al., Dropout, JMLR 15, 2014)",
        ON_TEST,
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_widths(with_keras: Command, width: int) -> None:
    """No line is wider than the terminal, and no number is shortened."""
    code, out, err = with_keras("show", BIG, COLUMNS=str(width))
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= width
    assert "…" not in out
    for count in ("442,624", "1,838,346"):
        assert count in out
    assert ("148,972,160" in out, "42,467,328" in out) == (True, width >= 80)


@pytest.mark.slow
def test_preview(with_keras: Command, attempts: Any, tmp_path: Path) -> None:
    """One figure of original and augmented images, in a folder that is made."""
    picture = tmp_path / "new" / "folder" / "preview.png"
    arguments = ("preview", attempts.folder / "a.yaml", "--set", "regularizers.augmentation={}")
    data = ("--data-dir", attempts.folder / "pictures")
    assert with_keras(*arguments, *data, "--output", picture) == (0, f"written: {picture}\n", "")
    with Image.open(picture) as opened:
        assert opened.format == "PNG"
        assert min(opened.size) > 100
