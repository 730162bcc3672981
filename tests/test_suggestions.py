"""The nearest known name."""

from pathlib import Path

import pytest

from reglab.suggestions import nearest, nearest_config


def test_the_nearest_name_is_suggested() -> None:
    """The nearest of those that are near."""
    assert nearest("dropuot", ["dropout", "dropouts", "l2"]) == "; did you mean dropout?"


@pytest.mark.parametrize("name", ["stochastic_depth", "mean", "norm", ""])
def test_no_name_is_suggested_that_is_not_near(name: str) -> None:
    """Rather none than a wrong one."""
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
    """Its ending does not make another file near."""
    for name in ("baseline.yaml", "latin.yaml"):
        (tmp_path / name).touch()
    assert nearest_config(tmp_path / missing) == (f"; did you mean {suggestion}?" if suggestion else "")
