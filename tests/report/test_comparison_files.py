"""The files of a comparison."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from reglab.analysis.comparison import compare_runs
from reglab.errors import RunError
from reglab.report.comparison_files import write_comparison
from reglab.runs.finding import RunRecord
from tests.factorials import make_factorial
from tests.run_files import write_machine

Maker = Callable[..., RunRecord]


def test_files_are_written(tmp_path: Path, make_record: Maker) -> None:
    """Five files in a folder that is created; a title may have any letters."""
    comparison = compare_runs([make_record("mp", 0, [0.5], title="$x$ & <y> costs $_")])
    paths = write_comparison(comparison, tmp_path / "new" / "folder")
    suffixes = ("png", "svg", "md", "csv", "json")
    assert [path.name for path in paths] == [f"comparison.{suffix}" for suffix in suffixes]
    assert sorted(paths) == sorted((tmp_path / "new" / "folder").iterdir())
    with Image.open(paths[0]) as image:
        assert image.size[0] == 1690
    assert paths[1].read_text().startswith("<?xml")


def test_cost_is_drawn_where_times_can_be_compared(tmp_path: Path, make_record: Maker) -> None:
    """A figure of an earlier comparison is removed where they cannot."""
    records = [write_machine(make_record(name, 0, [0.5])) for name in ("mp", "bn")]
    assert write_comparison(compare_runs(records), tmp_path / "out")[-1] == tmp_path / "out" / "cost.png"
    assert (tmp_path / "out" / "cost.png").is_file()
    write_machine(records[0], host="other")
    assert len(write_comparison(compare_runs(records), tmp_path / "out")) == 5
    assert not (tmp_path / "out" / "cost.png").exists()


def test_effects_are_drawn_for_a_factorial(tmp_path: Path, make_record: Maker) -> None:
    """Figures of an earlier comparison are removed where there are none."""
    records = list(make_factorial(make_record, [(), ("dropout",)]))
    drawn = [tmp_path / "out" / name for name in ("effects.png", "effects.svg")]
    assert list(write_comparison(compare_runs(records), tmp_path / "out")[-2:]) == drawn
    assert all(path.is_file() for path in drawn)
    assert len(write_comparison(compare_runs(records[:1]), tmp_path / "out")) == 5
    assert not any(path.exists() for path in drawn)


def test_file_in_the_way_is_named(tmp_path: Path, make_record: Maker) -> None:
    """The output has to be a folder."""
    (tmp_path / "taken").touch()
    with pytest.raises(RunError) as caught:
        write_comparison(compare_runs([make_record("mp", 0, [0.5])]), tmp_path / "taken")
    assert str(caught.value) == f"cannot create {tmp_path / 'taken'}: File exists"
