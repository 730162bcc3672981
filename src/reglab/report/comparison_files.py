"""The files that `reglab compare` writes."""

from pathlib import Path

from reglab.analysis.comparison import Comparison
from reglab.files import create_folder, remove_file, write_atomically
from reglab.report.figures.comparison import draw_comparison
from reglab.report.figures.cost import draw_cost
from reglab.report.figures.effects import draw_effects
from reglab.report.tables.comparison import build_table
from reglab.report.tables.records import render_csv, render_json


def write_comparison(comparison: Comparison, output: Path) -> tuple[Path, ...]:
    """Writes a comparison as a figure and as tables, each file atomically.

    Args:
        comparison: the comparison.
        output: folder of the files; created if it does not exist.

    Returns:
        The paths of `comparison.png`, `.svg`, `.md`, `.csv` and `.json`; of `cost.png`, if training times can
        be compared; and of `effects.png` and `.svg`, if the experiments are a factorial.

    Raises:
        RunError: the folder cannot be created or written to.
    """
    create_folder(output)
    png, svg, markdown, table, data = (
        output / f"comparison.{suffix}" for suffix in ("png", "svg", "md", "csv", "json")
    )
    draw_comparison(comparison, png, svg)
    write_atomically(markdown, build_table(comparison).render_markdown())
    write_atomically(table, render_csv(comparison))
    write_atomically(data, render_json(comparison))
    written = (png, svg, markdown, table, data)
    cost, *effects = (output / name for name in ("cost.png", "effects.png", "effects.svg"))
    for drawn, paths in (
        (draw_cost(comparison, cost), (cost,)),
        (draw_effects(comparison, *effects), effects),
    ):
        if drawn:
            written = (*written, *paths)
        else:
            # Those of an earlier comparison would be taken for a part of this one.
            for path in paths:
                remove_file(path)
    return written
