"""Pages: their head, and reproducible files."""

from pathlib import Path

import matplotlib
import pytest

from reglab.report.figures.page import Page, default_style, literal


def test_long_notes_are_wrapped() -> None:
    """They take as many lines as they need, and the page grows with them."""
    short, long = (Page(4, [2], title="x", notes=["word " * count]) for count in (2, 60))
    assert len(short.figure.subfigs[0].texts) == 3
    assert len(long.figure.subfigs[0].texts) > 6
    assert long.figure.get_figheight() > short.figure.get_figheight() + 0.5


def test_svg_is_reproducible(tmp_path: Path) -> None:
    """The same page gives the same bytes, so committed figures do not change by themselves."""
    for name in ("one.svg", "other.svg"):
        page = Page(4, [2], title="x")
        page.strips[0].subplots().plot([1, 2], [3, 4], "o")
        page.lay_out()
        page.save_svg(tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()


@default_style()
def draw(path: Path) -> bytes:
    """A page whose title has letters that the font lacks."""
    page = Page(4, [2], title="x 日本")
    page.strips[0].subplots().plot([1, 2], [3, 4], "o")
    page.lay_out()
    page.save_svg(path)
    return path.read_bytes()


def test_settings_of_the_user_have_no_effect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not LaTeX, fonts or colours; they are kept, and missing letters are not a warning."""
    settings = {"text.usetex": True, "font.family": ["nowhere"], "axes.facecolor": "red"}
    before = draw(tmp_path / "page.svg")
    for name, value in settings.items():
        monkeypatch.setitem(matplotlib.rcParams, name, value)
    assert draw(tmp_path / "page.svg") == before
    assert {name: matplotlib.rcParams[name] for name in settings} == settings


def test_dollars_are_not_formulas() -> None:
    """Matplotlib would read two of them as a formula."""
    assert literal("$x$ costs $_") == r"\$x\$ costs \$_"
