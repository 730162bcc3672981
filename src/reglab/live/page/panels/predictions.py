"""Predictions of test images, the most confident mistakes, and the confusion matrix."""

import time
from collections.abc import Callable

from nicegui import ui

from reglab.live.lab.lab import BASELINE, YOURS
from reglab.live.lab.network import LiveNetwork
from reglab.live.messages import Evaluate, Evaluated, Event, Predict, Predicted, Refused, Sample
from reglab.live.page.bars import draw_prediction
from reglab.live.page.confusion import ConfusionMatrix
from reglab.live.page.site import Panel, Site, tell

_COUNT = 12
_COPIES = 8
_SECONDS = 4.0
"""Between two refreshes of images in order; mistakes take the whole test set, and are shown on request."""


class PredictionsPanel(Panel):
    """Test images with their three most probable classes; a click shows one inside the network.

    Args:
        site: of all pages.
        look: called with the number of a test image.
    """

    def __init__(self, site: Site, look: Callable[[int], None]) -> None:
        super().__init__(site)
        self._look = look
        self._is_open = self._is_asking = False
        self._first = self._tested = 0
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
            self._again = ui.button("Again", icon="replay", on_click=self._restart).props(
                "flat dense no-caps"
            )
            self._again.classes("is-mistakes-again").set_visibility(False)
            with ui.element("div").style("white-space: nowrap"):
                self._previous = ui.button(icon="chevron_left", on_click=lambda: self._move(-_COUNT))
                self._previous.props('flat dense aria-label="previous images"').classes("is-previous-images")
                self._following = ui.button(icon="chevron_right", on_click=lambda: self._move(_COUNT))
                self._following.props('flat dense aria-label="next images"').classes("is-next-images")
        self._tiles = ui.element("div").classes("tiles is-predictions")
        with ui.element("div").classes("bar"):
            self._confusion = ui.button(
                "Whole test set and confusion matrix", icon="grid_on", on_click=self._evaluate
            )
            self._confusion.props("flat no-caps").classes("is-evaluate")
            self._result = ui.label().classes("is-evaluated")
        self._matrix = ConfusionMatrix()

    def open(self, is_open: bool) -> None:
        """Starts or ends the repeated predictions."""
        self._is_open, self._next, self._images = is_open, 0.0, None

    def set_dark(self, dark: bool) -> None:
        """Changes to a dark or light ground."""
        self._matrix.set_dark(dark)

    async def refresh_now(self) -> None:
        """Asks for predictions, if the network has changed since the last ones."""
        network = self._network()
        self._which.set_visibility(len(self.lab.networks) > 1)
        if network is not None and network.evaluated is not self._evaluated:
            self._show_evaluated(network)
        if not self._is_open or network is None or network.sample is None or self._is_asking:
            return
        if time.monotonic() < self._next or not self._is_due(network.sample):
            return
        self._is_asking = True
        try:
            self._images = network.sample.images
            answer = await self._ask(network)
            if self._images is not None:
                self._next = time.monotonic() + _SECONDS
            if isinstance(answer, Predicted):
                self._show(network, answer)
        finally:
            self._is_asking = False

    def _is_due(self, sample: Sample) -> bool:
        """Whether predictions shall be made again; mistakes only after a restart."""
        if self._images is None:
            return True
        return sample.images < self._images if self._mistakes.value else sample.images != self._images

    async def _ask(self, network: LiveNetwork) -> Event:
        """Asks for the images that are shown and, while it trains, for others in the test accuracy."""
        copies = _COPIES if self._copies.value else 1
        if not self._mistakes.value and network.state == "running":
            self._tested += _COUNT
            # As many as are shown, since another number would compile again.
            await network.ask(Predict(first=self._tested, count=_COUNT, copies=copies))
        return await network.ask(
            Predict(first=self._first, count=_COUNT, copies=copies, mistakes=self._mistakes.value)
        )

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
        self._previous.set_enabled(self._first > 0)
        self._following.set_enabled(len(answer.predictions) == _COUNT)
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
                ui.label("No more mistakes." if self._first else "No mistakes on the test images.")

    async def _move(self, step: int) -> None:
        self._first = max(0, self._first + step)
        await self._ask_now()

    async def _restart(self) -> None:
        self._first = 0
        self._again.set_visibility(self._mistakes.value)
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
        else:
            await self.refresh_now()

    def _show_evaluated(self, network: LiveNetwork) -> None:
        """Shows the last confusion matrix of a network; none after a restart or a change."""
        self._evaluated = evaluated = network.evaluated
        if evaluated is None or network.built is None:
            self._result.set_text("")
            self._matrix.hide()
        else:
            self._result.set_text(f"{evaluated.accuracy:.2%} of {evaluated.images:,} test images are right")
            self._matrix.show(evaluated, network.built.classes)
