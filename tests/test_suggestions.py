"""The nearest known name."""

from pathlib import Path

import pytest

from reglab.suggestions import nearest, nearest_config


def test_the_nearest_name_is_suggested() -> None:
    """Two names are near; the nearer one is suggested."""
    assert nearest("dropuot", ["dropout", "dropouts", "l2"]) == "; did you mean dropout?"


@pytest.mark.parametrize("name", ["stochastic_depth", "mean", "norm", ""])
def test_a_name_that_is_not_near_is_not_suggested(name: str) -> None:
    """The suggestion is empty, also without any known name."""
    assert nearest(name, ["dropout", "batch_norm", "l2"]) == ""
    assert nearest(name, []) == ""


@pytest.mark.parametrize(
    ("missing", "suggestion"),
    [
        ("baseline.yml", "baseline.yaml"),
        ("baseline", "baseline.yaml"),
        ("basline.yaml", "baseline.yaml"),
        ("latin.yml", "latin.yaml"),
        ("other.yml", ""),
        ("nowhere/baseline.yml", ""),
        ("a\0b", ""),
    ],
)
def test_a_config_is_suggested_by_its_stem(tmp_path: Path, missing: str, suggestion: str) -> None:
    """The ending of the name has no effect."""
    for name in ("baseline.yaml", "latin.yaml"):
        (tmp_path / name).touch()
    assert nearest_config(tmp_path / missing) == (f"; did you mean {suggestion}?" if suggestion else "")
