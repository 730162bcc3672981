"""Layout and colours of the page, for wide and narrow screens, light and dark."""

import colorsys
from pathlib import Path

from reglab.report.figures.palette import assign_styles

CSS = Path(__file__).with_name("style.css").read_text(encoding="utf-8")
RIGHT, WRONG = "#009E73", "#7f8c99"
"""Bars of the true class and of the others."""
LARGE = "#D55E00"
"""The bar of a gap that is large in the diagnosis."""
_AXIS = {False: "#6b6b6b", True: "#a8a8a8"}
_GROUND = {False: "#ffffff", True: "#121212"}
_LIGHTEST_GREY, _LIGHTNESS = 0.9, 0.66
"""Least lightness of lines on a dark ground, of greys and of colours."""


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
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    lightness = max(lightness, _LIGHTNESS if saturation else _LIGHTEST_GREY)
    channels = colorsys.hls_to_rgb(hue, lightness, saturation)
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in channels)
