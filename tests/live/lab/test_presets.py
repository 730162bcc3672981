"""Presets, and the check of a text in the editor."""

from pathlib import Path

import pytest

from reglab.errors import ExperimentError
from reglab.live.lab.presets import Text, find_line, list_presets


def test_presets_ask_their_question() -> None:
    """All shipped experiments are offered, the small ones on synthetic images first."""
    presets = list_presets()
    assert presets[0].name == "quickstart/quick_baseline"
    assert presets[0].question == (
        "Does a small network without regularization memorize its 2,000 training images?"
    )
    assert "mp_do_bn_da" in [preset.name for preset in presets]
    for preset in presets:
        text = preset.text
        assert text.check().identity == preset.experiment.identity


def test_problems_have_their_line(tmp_path: Path) -> None:
    """Every problem of the text is found, with the messages of the command line, without a folder."""
    content = "title: x\nregularizers:\n  dropout: {rate: 1.5}\n  dropuot: {}\n"
    with pytest.raises(ExperimentError) as caught:
        Text(content, tmp_path).check()
    problems = caught.value.problems
    assert [find_line(each) for each in problems] == [3, 4]
    assert str(problems[0]) == (
        "your experiment:3: regularizers.dropout.rate: expected a number in [0, 1), got 1.5"
    )


@pytest.mark.parametrize("target", ["../secret.yaml", "/etc/passwd", "~/secret.yaml", "a/b.yaml", "~root"])
def test_extends_stays_in_the_folder(tmp_path: Path, target: str) -> None:
    """A browser cannot make the page read other files."""
    folder = tmp_path / "configs"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text("title: secret\n")
    with pytest.raises(ExperimentError) as caught:
        Text(f"extends: {target}\n", folder).check()
    assert str(caught.value) == (
        "your experiment:1: extends: expected the name of a file in the same folder, such as baseline.yaml"
    )


def test_a_text_without_name_gets_one(tmp_path: Path) -> None:
    """The runs of an experiment need a name."""
    assert Text("training: {epochs: 3}\n", tmp_path).check().name == "your-experiment"
