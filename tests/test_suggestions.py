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
        ("a\0b", ""),
        # In other folders than the one that was typed.
        ("mp.yaml", "configs/mp.yaml"),
        ("config/mp.yaml", "configs/mp.yaml"),
        ("more/mp.yaml", "configs/more/mp.yaml"),
        ("configs/latin.yaml", "latin.yaml"),
        ("nowhere/baseline.yml", "baseline.yaml"),
        ("configs/more/quick_baselin", "configs/more/quick_baseline.yml"),
        ("configs/quick_baseline.yaml", "configs/more/quick_baseline.yml"),
        ("hidden.yaml", ""),
        ("deepest.yaml", ""),
    ],
)
def test_a_config_is_suggested_by_its_stem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str, suggestion: str
) -> None:
    """The ending of the name has no effect."""
    here = tmp_path / "here"
    names = "configs/mp.yaml", "configs/more/mp.yaml", "configs/more/quick_baseline.yml", ".git/hidden.yaml"
    for name in ("baseline.yaml", "latin.yaml", *names, "a/b/c/deepest.yaml"):
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).touch()
    ends = [f"; did you mean {place}?" if suggestion else "" for place in (suggestion, here / suggestion)]
    monkeypatch.chdir(here)
    assert nearest_config(Path(missing)) == ends[0]
    assert nearest_config(here / missing) == ends[1]
    assert nearest_config(here / missing, here) == ends[0]
