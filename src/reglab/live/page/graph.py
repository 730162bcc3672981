"""A graph with lines over images or epochs; only its numbers are sent again while they change."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from nicegui import ui

from reglab.live.page.style import axis_colour, ground_colour

Dash = str
SOLID: Dash = "solid"
DASHED: Dash = "dashed"
DOTTED: Dash = "dotted"
_MOST_NUMBERED = 12
_TOOLTIP = """lines => {
  const box = document.createElement('div');
  box.innerText = [lines[0].axisValueLabel].concat(lines.map(
    line => `${line.seriesId}: ${line.value[1] == null ? '–' : line.value[1].toPrecision(4)}`)).join('\\n');
  return box;
}"""
_FONT = "Roboto, sans-serif"


@dataclass(frozen=True)
class Line:
    """One line of a graph.

    Attributes:
        name: in the legend, where lines with the same name are one.
        key: tells it from all other lines, and names it beside its values.
        colour: `#rrggbb`.
        dash: solid for validation, dashed for clean, dotted as trained, as in the figures.
        points: `(x, y)`, y None where nothing is known.
    """

    name: str
    key: str
    colour: str
    dash: Dash
    points: Sequence[tuple[float, float | None]]


class Graph:
    """A graph with a legend that switches lines, and zoom with its button or with Ctrl and the wheel.

    Args:
        title: with the unit.
        x_title: of the horizontal axis.
        height: in pixels.
        most: upper end of the vertical axis; None to follow from the lines.
    """

    def __init__(self, title: str, x_title: str, height: int = 250, most: float | None = None) -> None:
        self.title = title
        self._x_title = x_title
        self._most = most
        self._dark = False
        self._names: list[tuple[str, str, str]] = []
        self._marks: list[tuple[float, str]] = []
        with ui.element("section").classes("box").props(f'aria-label="{title}"'):
            self._chart = ui.echart(self._base()).style(f"height: {height}px; width: 100%")

    def show(self, lines: Sequence[Line], marks: Sequence[tuple[float, str]] = ()) -> None:
        """Shows lines, and changes at places on the horizontal axis."""
        series = [self._line(line) for line in lines]
        names = [(line.key, line.name, line.colour) for line in lines]
        if names != self._names or list(marks) != self._marks:
            self._names, self._marks = names, list(marks)
            if series:
                series[0]["markLine"] = self._mark(marks)
            self._chart.options["series"] = series
        else:
            numbers = [{"id": each["id"], "data": each["data"]} for each in series]
            self._chart.run_chart_method("setOption", {"series": numbers})

    def set_dark(self, dark: bool) -> None:
        """Changes the colours of axes and text."""
        self._dark = dark
        self._names = []
        self._chart.options.update(self._base())

    async def download(self, name: str) -> None:
        """Lets the browser save the graph as PNG."""
        address = await self._chart.run_chart_method(
            "getDataURL",
            {"pixelRatio": 2, "backgroundColor": ground_colour(self._dark)},
            timeout=5,
        )
        ui.download.content(base64.b64decode(address.partition(",")[2]), name, "image/png")

    def _base(self) -> dict[str, Any]:
        colour = axis_colour(self._dark)
        text = {"color": colour, "fontFamily": _FONT}
        axis = {
            "axisLine": {"lineStyle": {"color": colour}},
            "axisLabel": {"color": colour},
            "splitLine": {"lineStyle": {"color": "#8883"}},
            "nameTextStyle": text,
        }
        return {
            "animation": False,
            "textStyle": text,
            "title": {
                "text": self.title,
                "left": 0,
                "textStyle": {"fontSize": 14, "fontWeight": 600, "color": colour},
            },
            "grid": {"left": 8, "right": 16, "top": 60, "bottom": 26, "containLabel": True},
            "legend": {
                "top": 28,
                "left": 0,
                "type": "scroll",
                "itemWidth": 26,
                "itemHeight": 8,
                "itemStyle": {"opacity": 0},
                "textStyle": text,
                "pageTextStyle": text,
            },
            "tooltip": {"trigger": "axis", ":formatter": _TOOLTIP},
            "dataZoom": [{"type": "inside", "filterMode": "none", "zoomOnMouseWheel": "ctrl"}],
            "toolbox": {
                "right": 0,
                "top": -5,
                "iconStyle": {"borderColor": colour},
                "feature": {
                    "dataZoom": {"yAxisIndex": "none", "title": {"zoom": "Zoom", "back": "Back"}},
                    "restore": {"title": "Whole graph"},
                },
            },
            "xAxis": {
                "type": "value",
                "name": self._x_title,
                "nameLocation": "middle",
                "nameGap": 24,
                "min": 0,
                "max": "dataMax",
                **axis,
                "axisLabel": {
                    "color": colour,
                    "hideOverlap": True,
                    "showMaxLabel": False,
                    ":formatter": "v => v >= 1e6 ? v / 1e6 + ' M' : v >= 1e4 ? v / 1e3 + ' k' : v",
                },
            },
            "yAxis": {"type": "value", "max": self._most, **axis},
            "series": [],
        }

    def _line(self, line: Line) -> dict[str, Any]:
        return {
            "type": "line",
            "id": line.key,
            "name": line.name,
            "symbol": "none",
            "lineStyle": {"color": line.colour, "type": line.dash, "width": 2},
            "itemStyle": {"color": line.colour},
            "data": [[x, None if y is None else float(f"{y:.4g}")] for x, y in line.points],
        }

    def _mark(self, marks: Sequence[tuple[float, str]]) -> dict[str, Any]:
        colour = axis_colour(self._dark)
        return {
            "symbol": "none",
            "silent": False,
            "lineStyle": {"color": colour, "type": "solid", "width": 1, "opacity": 0.6},
            "label": {
                "show": len(marks) <= _MOST_NUMBERED,
                "formatter": "{b}",
                "position": "end",
                "color": axis_colour(self._dark),
            },
            "data": [
                {"xAxis": x, "name": str(number), "tooltip": {"trigger": "item", "formatter": escape(text)}}
                for number, (x, text) in enumerate(marks, start=1)
            ],
        }
