"""Shipped configs train to the figures that were recorded before."""

import json
from pathlib import Path
from typing import Any

import pytest

from reglab.experiment import Experiment
from tests.training.same_bits import CHECKED, CONFIGS, FIGURES, name_machine, train_config

RECORDED: dict[str, Any] = json.loads(FIGURES.read_text())
SAME_MACHINE = RECORDED["machine"] == name_machine()
# Other processors and versions round otherwise; the first epoch is before this has grown.
FIRST_EPOCH = {"train_loss": 2e-3, "train_cross_entropy": 2e-3, "penalty": 2e-3}


def test_every_regularizer_of_the_shipped_configs_is_checked() -> None:
    """One of the trained configs has it."""
    checked, every = (
        {name for path in paths for name in Experiment.load(path).regularizers.names}
        for paths in (CHECKED, CONFIGS)
    )
    assert checked == every != set()
    assert RECORDED["runs"].keys() == {path.stem for path in CHECKED}


@pytest.mark.slow
@pytest.mark.parametrize("path", CHECKED, ids=lambda path: path.stem)
def test_config_trains_to_the_recorded_figures(path: Path) -> None:
    """To the last bit, weights included, on the machine of the record; elsewhere the first epoch's losses."""
    expected = RECORDED["runs"][path.stem]
    got = train_config(path)
    if SAME_MACHINE:
        assert got == expected
        return
    for name, tolerance in FIRST_EPOCH.items():
        assert got["history"][0][name] == pytest.approx(expected["history"][0][name], rel=tolerance), name
