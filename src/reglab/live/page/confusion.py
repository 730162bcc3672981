"""The confusion matrix as a heat map."""

from typing import Any

from nicegui import ui

from reglab.live.messages import Evaluated
from reglab.live.page.style import axis_colour

_MOST_NUMBERS = 10
"""Classes up to which a confusion matrix has numbers."""


class ConfusionMatrix:
    """A heat map, invisible until there is something to show."""

    def __init__(self) -> None:
        self._dark = False
        self._shown: tuple[Evaluated, tuple[str, ...]] | None = None
        self._chart = ui.echart({"series": []})
        self._chart.style("height: min(560px, 100vw); width: 100%; max-width: 720px").classes("is-matrix")
        self._chart.set_visibility(False)

    def show(self, evaluated: Evaluated, classes: tuple[str, ...]) -> None:
        """Shows the matrix of a network with these classes."""
        self._shown = evaluated, classes
        self._chart.options.clear()
        self._chart.options.update(_describe(evaluated, classes, self._dark))
        self._chart.update()
        self._chart.set_visibility(True)

    def hide(self) -> None:
        """Shows nothing, since the matrix is no longer that of the network."""
        self._shown = None
        self._chart.set_visibility(False)

    def set_dark(self, dark: bool) -> None:
        """Changes to a dark or light ground."""
        self._dark = dark
        if self._shown is not None:
            self.show(*self._shown)


def _describe(evaluated: Evaluated, classes: tuple[str, ...], dark: bool) -> dict[str, Any]:
    """The options of a heat map: rows are true classes; colours are shares of a row."""
    colour = axis_colour(dark)
    cells = []
    for row, counts in enumerate(evaluated.confusion):
        total = max(1, sum(counts))
        for column, count in enumerate(counts):
            if count:
                # The first true class is at the top.
                cells.append([column, len(classes) - 1 - row, round(count / total, 4), count])
    axis = {"type": "category", "axisLabel": {"color": colour}, "nameTextStyle": {"color": colour}}
    return {
        "animation": False,
        "title": {
            "text": "Test images by true and predicted class",
            "left": 0,
            "textStyle": {"fontSize": 14, "color": colour},
        },
        "grid": {"left": 30, "right": 10, "top": 56, "bottom": 30, "containLabel": True},
        "tooltip": {
            ":formatter": "p => p.value[3] + ' images, ' + (100 * p.value[2]).toFixed(1) + ' % of the class'"
        },
        "xAxis": {
            **axis,
            "data": list(classes),
            "name": "predicted",
            "nameLocation": "middle",
            "nameGap": 58,
            "axisLabel": {"color": colour, "rotate": 45},
        },
        "yAxis": {**axis, "data": list(reversed(classes)), "name": "true", "nameLocation": "end"},
        "visualMap": {
            "show": False,
            "min": 0,
            "max": 1,
            "dimension": 2,
            "inRange": {"color": ["#56B4E911", "#0072B2" if dark else "#56B4E9"]},
        },
        "series": [
            {
                "type": "heatmap",
                "data": cells,
                "label": {
                    "show": len(classes) <= _MOST_NUMBERS,
                    ":formatter": "p => p.value[3]",
                    "color": "#fff" if dark else "#111",
                },
            }
        ],
    }
