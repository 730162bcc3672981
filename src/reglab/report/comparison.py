"""The files that `reglab compare` leaves."""

from pathlib import Path

from reglab.analysis.comparison import Comparison
from reglab.files import refused, write_atomically
from reglab.report.comparison_figure import draw_comparison
from reglab.report.records import render_csv, render_json
from reglab.report.table import build_table
from reglab.report.table_formats import render_markdown


def write_comparison(comparison: Comparison, output: Path) -> tuple[Path, ...]:
    """Writes a comparison as pictures, tables and data, each file atomically.

    Args:
        comparison: what to write.
        output: folder of the files; made where it is missing.

    Returns:
        `comparison.png`, `.svg`, `.md`, `.csv`, `.json`.

    Raises:
        RunError: the folder cannot be made or written to.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused("create", output, error) from error
    png, svg, markdown, table, data = (
        output / f"comparison.{suffix}" for suffix in ("png", "svg", "md", "csv", "json")
    )
    draw_comparison(comparison, png, svg)
    write_atomically(markdown, render_markdown(build_table(comparison)))
    write_atomically(table, render_csv(comparison))
    write_atomically(data, render_json(comparison))
    return png, svg, markdown, table, data
