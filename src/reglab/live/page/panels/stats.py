"""The numbers of the training, one column for each network."""

from collections.abc import Callable

from nicegui import ui

from reglab.live.lab.lab import YOURS
from reglab.live.messages import Sample
from reglab.live.page.site import Panel, Site

_NOTHING = "–"


def _percent(value: float | None) -> str:
    return _NOTHING if value is None else f"{100 * value:.1f} %"


def _number(value: float | None, digits: int = 3) -> str:
    return _NOTHING if value is None else f"{value:.{digits}f}"


_ROWS: tuple[tuple[str, str, Callable[[Sample], str]], ...] = (
    ("epoch", "passes over the training images", lambda s: f"{s.epoch:.2f}"),
    ("examples seen", "training images, over all epochs", lambda s: f"{s.images:,}"),
    (
        "images a second",
        "while it trains",
        lambda s: _NOTHING if s.images_per_second is None else f"{s.images_per_second:,.0f}",
    ),
    (
        "forward, ms an image",
        "time per example of one measurement: a batch of images in inference mode",
        lambda s: _NOTHING if s.forward is None else f"{s.forward:.3g}",
    ),
    (
        "backward, ms an image",
        "time per example of training, without the forward time above: gradients, update of the weights, "
        "preparing the batch",
        lambda s: _NOTHING if s.backward is None else f"{s.backward:.3g}",
    ),
    ("training accuracy", "as trained, over the last 1,000 images", lambda s: _percent(s.accuracy)),
    (
        "clean accuracy",
        "of training images without dropout and augmentation: all at the end of an epoch, then 500 to 1,000",
        lambda s: _percent(s.clean_accuracy),
    ),
    (
        "validation accuracy",
        "over all images at the end of an epoch, then over 500 to 1,000",
        lambda s: _percent(s.validation_accuracy),
    ),
    (
        "gap, points",
        "clean − validation accuracy",
        lambda s: _NOTHING if s.gap is None else f"{100 * s.gap:.1f}",
    ),
    ("cross-entropy", "as trained, in nats", lambda s: _number(s.cross_entropy)),
    ("clean cross-entropy", "in nats", lambda s: _number(s.clean_cross_entropy)),
    ("validation cross-entropy", "in nats", lambda s: _number(s.validation_cross_entropy)),
    ("penalty", "L1 and L2 in the loss", lambda s: f"{s.penalty:.4g}"),
    ("learning rate", "of the last step", lambda s: f"{s.learning_rate:.3g}"),
)


def _name(title: str) -> str:
    """For the class of a cell."""
    return title.partition(",")[0].replace(" ", "-")


class StatsPanel(Panel):
    """A table: rows are numbers, columns networks."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._columns: tuple[str, ...] | None = None
        self._shown: dict[str, Sample | None] = {}
        with ui.element("section").classes("box stats").props('aria-label="Numbers of the training"'):
            ui.html("<h2>Numbers</h2>", sanitize=False)
            self._table = ui.element("div").classes("is-stats")
        self.refresh()

    def refresh(self) -> None:
        """Shows new samples."""
        networks = self.lab.networks
        if tuple(networks) != self._columns:
            self._columns = tuple(networks)
            self._build()
        for name, network in networks.items():
            sample = network.sample
            if sample is not None and sample is not self._shown.get(name):
                self._shown[name] = sample
                for label, (_, _, write) in zip(self._cells[name], _ROWS, strict=True):
                    label.set_text(write(sample))

    def _build(self) -> None:
        self._table.clear()
        self._shown = {}
        networks = self._columns or ()
        self._cells: dict[str, list[ui.label]] = {name: [] for name in networks}
        with self._table, ui.element("table").classes("facts"):
            if len(networks) > 1:
                with ui.element("tr"):
                    ui.element("th")
                    for name in networks:
                        with ui.element("th"):
                            ui.label("yours" if name == YOURS else "baseline")
            for title, help_, _ in _ROWS:
                with ui.element("tr"):
                    with ui.element("td"):
                        ui.label(title).tooltip(help_)
                    for name in networks:
                        with ui.element("td"):
                            cell = ui.label(_NOTHING).classes(f"is-{_name(title)}-{name}")
                            self._cells[name].append(cell)
