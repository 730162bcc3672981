"""Predictions of test images, the most confident mistakes, and the confusion matrix."""

import time
from collections.abc import Callable
from typing import Any

from nicegui import ui

from reglab.live.lab.lab import BASELINE, YOURS
from reglab.live.lab.network import LiveNetwork
from reglab.live.messages import Evaluate, Evaluated, Predict, Predicted, Refused
from reglab.live.page.bars import draw_prediction
from reglab.live.page.site import Panel, Site, tell
from reglab.live.page.style import axis_colour

_COUNT = 12
_COPIES = 8
_SECONDS = 4.0
_MOST_NUMBERS = 10
"""Classes up to which a confusion matrix has numbers."""


class PredictionsPanel(Panel):
    """Test images with their three most probable classes; a click shows one inside the network.

    Args:
        site: of all pages.
        look: called with the number of a test image.
    """

    def __init__(self, site: Site, look: Callable[[int], None]) -> None:
        super().__init__(site)
        self._look = look
        self._is_open = self._is_asking = self._dark = False
        self._first = 0
        self._next = 0.0
        self._images: int | None = None
        self._evaluated: Evaluated | None = None
        with ui.element("div").classes("bar"):
            self._accuracy = ui.label().classes("grow is-test-accuracy")
            self._which = ui.toggle({BASELINE: "baseline", YOURS: "yours"}, value=YOURS).props(
                "dense no-caps"
            )
            self._which.on_value_change(self._ask_now)
            self._mistakes = ui.switch("most confident mistakes", on_change=self._restart).classes(
                "is-mistakes"
            )
            self._copies = ui.switch(f"average over {_COPIES} augmented copies", on_change=self._ask_now)
            self._copies.classes("is-copies")
            ui.button(icon="chevron_left", on_click=lambda: self._move(-_COUNT)).props(
                'flat dense aria-label="previous images"'
            )
            ui.button(icon="chevron_right", on_click=lambda: self._move(_COUNT)).props(
                'flat dense aria-label="next images"'
            ).classes("is-next-images")
        self._tiles = ui.element("div").classes("tiles is-predictions")
        with ui.element("div").classes("bar"):
            self._confusion = ui.button(
                "Whole test set and confusion matrix", icon="grid_on", on_click=self._evaluate
            )
            self._confusion.props("flat no-caps").classes("is-evaluate")
            self._result = ui.label().classes("is-evaluated")
        self._matrix = ui.echart({"series": []}).style(
            "height: min(560px, 100vw); width: 100%; max-width: 720px"
        )
        self._matrix.set_visibility(False)

    def open(self, is_open: bool) -> None:
        """Begins or ends to ask for predictions again and again."""
        self._is_open, self._next, self._images = is_open, 0.0, None

    def set_dark(self, dark: bool) -> None:
        """Changes to a dark or light ground."""
        self._dark = dark
        if self._evaluated is not None:
            self._draw(self._evaluated)

    async def refresh_now(self) -> None:
        """Asks for predictions, if the network has changed since the last ones."""
        network = self._network()
        self._which.set_visibility(len(self.lab.networks) > 1)
        if not self._is_open or network is None or network.sample is None or self._is_asking:
            return
        if time.monotonic() < self._next or network.sample.images == self._images:
            return
        self._is_asking = True
        try:
            self._images = network.sample.images
            answer = await network.ask(
                Predict(
                    first=self._first,
                    count=_COUNT,
                    copies=_COPIES if self._copies.value else 1,
                    mistakes=self._mistakes.value,
                )
            )
            self._next = time.monotonic() + _SECONDS
            if isinstance(answer, Predicted):
                self._show(network, answer)
        finally:
            self._is_asking = False

    def _network(self) -> LiveNetwork | None:
        networks = self.lab.networks
        return networks.get(self._which.value, networks.get(YOURS))

    def _show(self, network: LiveNetwork, answer: Predicted) -> None:
        assert network.built is not None
        classes = network.built.classes
        if answer.tested:
            share = answer.correct / answer.tested
            self._accuracy.set_text(
                f"Test accuracy so far: {share:.1%} ({answer.correct} of {answer.tested} images)"
            )
        self._tiles.clear()
        with self._tiles:
            for prediction in answer.predictions:
                number = prediction.number
                tile = (
                    ui.element("button")
                    .classes("tile")
                    .style("text-align: left; background: none; color: inherit")
                )
                # Unlike a tooltip, it may be made in a tab that is not shown any more.
                tile.props('title="Show inside the network"')
                if number is not None:
                    tile.on("click", lambda number=number: self._look(number))
                with tile:
                    draw_prediction(prediction, classes)
            if not answer.predictions:
                ui.label("No mistakes on the test images.")

    async def _move(self, step: int) -> None:
        self._first = max(0, self._first + step)
        await self._ask_now()

    async def _restart(self) -> None:
        self._first = 0
        await self._ask_now()

    async def _ask_now(self) -> None:
        self._next, self._images = 0.0, None
        await self.refresh_now()

    async def _evaluate(self) -> None:
        network = self._network()
        if network is None:
            return
        self._confusion.disable()
        try:
            answer = await network.ask(Evaluate())
        finally:
            self._confusion.enable()
        if isinstance(answer, Refused):
            tell(answer.message)
        elif isinstance(answer, Evaluated):
            self._evaluated = answer
            self._result.set_text(f"{answer.accuracy:.2%} of {answer.images:,} test images are right")
            self._draw(answer)

    def _draw(self, evaluated: Evaluated) -> None:
        network = self._network()
        if network is None or network.built is None:
            return
        self._matrix.set_visibility(True)
        self._matrix.options.clear()
        self._matrix.options.update(_describe_matrix(evaluated, network.built.classes, self._dark))
        self._matrix.update()


def _describe_matrix(evaluated: Evaluated, classes: tuple[str, ...], dark: bool) -> dict[str, Any]:
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
            "text": "Confusion matrix: test images by true and predicted class",
            "textStyle": {"fontSize": 14, "color": colour},
        },
        "grid": {"left": 30, "right": 10, "top": 40, "bottom": 30, "containLabel": True},
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
