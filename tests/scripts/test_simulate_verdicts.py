"""The README has the numbers of the simulation."""

from pathlib import Path

from simulate_verdicts import render_table

README = Path(__file__).parents[2] / "README.md"


def test_the_table_in_the_readme() -> None:
    """It is what the script prints."""
    assert f"\n\n{render_table()}\n\n" in README.read_text(encoding="utf-8")
