"""Layout and colours of the page, for wide and narrow screens, light and dark."""

from reglab.report.figures.palette import assign_styles

CSS = """
:root { --edge: #0002; --soft: #6b6b6b; --track: #0001; }
body.body--dark { --edge: #fff2; --soft: #a8a8a8; --track: #fff2; }
.nicegui-content { padding: 10px; gap: 10px; max-width: 1920px; margin: 0 auto; align-items: stretch; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; width: 100%; }
.grow { flex: 1 1 0; min-width: 0; }
.lab { display: grid; grid-template-columns: 290px minmax(0, 1fr) 290px; gap: 10px; width: 100%; }
.graphs { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); gap: 10px; }
.box { border: 1px solid var(--edge); border-radius: 6px; padding: 10px; min-width: 0; }
.box h2 { font-size: 1rem; line-height: 1.4; font-weight: 600; margin: 0 0 6px; }
.soft { color: var(--soft); font-size: .85rem; }
.facts { width: 100%; border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
.facts td, .facts th { padding: 2px 4px; text-align: right; }
.facts th { font-weight: 500; }
.facts td:first-child, .facts th:first-child { text-align: left; color: var(--soft); font-weight: 400; }
.settings .q-field { width: 100%; }
.settings .q-field--with-bottom { padding-bottom: 2px; }
.settings .q-field__bottom { min-height: 0; padding-top: 2px; font-size: .75rem; line-height: 1.25; }
.settings .q-field__bottom > div { overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 210px), 1fr)); gap: 10px; }
.tile { border: 1px solid var(--edge); border-radius: 6px; padding: 8px; min-width: 0; }
.pixels { image-rendering: pixelated; max-width: 100%; display: block; }
.share { display: grid; grid-template-columns: minmax(0, 6.5em) 1fr 3.2em; gap: 6px; align-items: center; }
.share > * { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: .85rem; }
.track { background: var(--track); height: 12px; border-radius: 3px; }
.track > div { height: 100%; border-radius: 3px; transition: width .3s; }
.layers { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 330px), 1fr)); gap: 10px; }
.views { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 6px; }
.views figure { margin: 0; max-width: 100%; }
.views figcaption { color: var(--soft); font-size: .75rem; }
.gaps { display: grid; grid-template-columns: minmax(4em, max-content) 1fr 7em; gap: 4px 10px; width: 100%; }
.gaps .track { height: 22px; }
.log { width: 100%; max-height: 320px; overflow: auto; font-size: .85rem; }
.wrong-line { background: #d55e0033; }
.q-tab__label { white-space: nowrap; }
.sr-only { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 1150px) { .lab { grid-template-columns: 270px minmax(0, 1fr); } .lab .stats { grid-column: 1 / -1; } }
@media (max-width: 750px) {
  .lab { grid-template-columns: minmax(0, 1fr); }
  .lab .middle { order: -1; }
  .nicegui-content { padding: 6px; }
}
"""
RIGHT, WRONG = "#009E73", "#7f8c99"
"""Bars of the true class and of the others."""
_AXIS = {False: "#6b6b6b", True: "#a8a8a8"}
_GROUND = {False: "#ffffff", True: "#121212"}
_LIGHTER = 0.45


def choose_colours(names: list[str], dark: bool) -> dict[str, str]:
    """The colours of experiments, as in the figures; lighter on a dark ground."""
    styles = assign_styles(names)
    return {name: _lighten(style.colour) if dark else style.colour for name, style in styles.items()}


def axis_colour(dark: bool) -> str:
    """The colour of axes and their text."""
    return _AXIS[dark]


def ground_colour(dark: bool) -> str:
    """The colour behind a graph, for pictures of it."""
    return _GROUND[dark]


def _lighten(colour: str) -> str:
    channels = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(value + (255 - value) * _LIGHTER):02x}" for value in channels)
