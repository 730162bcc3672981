"""The layers of the network, with what is inside of each for one image."""

from nicegui import context, ui

from reglab.live.lab.lab import BASELINE, YOURS, Name
from reglab.live.lab.network import LiveNetwork
from reglab.live.messages import InsideOfLayer, LayerFacts, Look, Looked
from reglab.live.page.bars import draw_pixels
from reglab.live.page.site import Panel, Site

_VIEWS = (
    ("activations", "activations"),
    ("gradients", "gradients of activations"),
    ("filters", "weights"),
    ("filter_gradients", "gradients of weights"),
)
_SCALE = 2


class InsidePanel(Panel):
    """Each layer: kind, sizes, parameters, ranges, and pictures that change while it trains."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._client = context.client.id
        self._is_open = False
        self._layers: tuple[LayerFacts, ...] | None = None
        self._looked: Looked | None = None
        self._asked: tuple[LiveNetwork, object] | None = None
        self._shown: Name = YOURS
        with ui.element("div").classes("bar"):
            self._picture = draw_pixels("", "the image", 64)
            self._title = ui.label().classes("grow is-inside-title")
            self._which = ui.toggle({BASELINE: "baseline", YOURS: "yours"}, value=YOURS).props(
                "dense no-caps"
            )
            ui.button(icon="chevron_left", on_click=lambda: self._move(-1)).props(
                'flat dense aria-label="previous test image"'
            )
            ui.button(icon="chevron_right", on_click=lambda: self._move(1)).props(
                'flat dense aria-label="next test image"'
            )
        ui.label(
            "Each picture has a scale of its own, from the smallest value (black) to the largest (white). "
            "Gradients are those of the cross-entropy, in inference mode."
        ).classes("soft")
        self._grid = ui.element("div").classes("layers is-inside")

    def open(self, is_open: bool) -> None:
        """Starts or ends the pictures; the network sends none while no page shows them."""
        self._is_open = is_open
        watching = self.site.watches_inside
        if is_open:
            watching.add(self._client)
            self._asked = None
            self.refresh()
        else:
            watching.discard(self._client)
            if not watching:
                for network in self.lab.networks.values():
                    network.send(Look())

    def refresh(self) -> None:
        """Shows new pictures."""
        networks = self.lab.networks
        self._which.set_visibility(len(networks) > 1)
        self._shown = self._which.value if self._which.value in networks else YOURS
        network = networks.get(self._shown)
        if not self._is_open or network is None or network.built is None:
            return
        wanted = (network, (self.site.image, network.built))
        if self._asked is None or self._asked[0] is not network or self._asked[1] != wanted[1]:
            self._asked = wanted
            image = self.site.image
            network.send(Look(path=image) if not isinstance(image, int) else Look(image=image))
        if network.built.layers != self._layers:
            self._layers = network.built.layers
            self._build()
        if network.looked is not None and network.looked is not self._looked:
            self._looked = network.looked
            self._show(network.looked)

    def _move(self, step: int) -> None:
        image = self.site.image
        self.site.image = max(0, image + step) if isinstance(image, int) else 0
        self.refresh()

    def _build(self) -> None:
        self._grid.clear()
        self._looked = None
        self._cards: dict[str, _Card] = {}
        with self._grid:
            for layer in self._layers or ():
                self._cards[layer.name] = _Card(layer)

    def _show(self, looked: Looked) -> None:
        self._title.set_text(f"{looked.title}, after {looked.images:,} examples")
        self._picture.props["src"] = looked.picture
        for inside in looked.layers:
            if inside.name in self._cards:
                self._cards[inside.name].show(inside)


class _Card:
    """One layer."""

    def __init__(self, layer: LayerFacts) -> None:
        size = "×".join(map(str, layer.output_shape))
        facts = [f"output {size}", layer.window, layer.parameters and f"parameters {layer.parameters}"]
        self._views: dict[str, tuple[ui.element, ui.element]] = {}
        with ui.element("section").classes("tile").props(f'aria-label="layer {layer.name}"'):
            with ui.element("div").classes("bar"):
                ui.label(layer.name).style("font-weight: 600")
                ui.label(layer.kind).classes("soft")
            ui.label(" · ".join(filter(None, facts))).style("font-size: .9rem")
            self._ranges = ui.label().classes("soft").style("font-variant-numeric: tabular-nums")
            with ui.element("div").classes("views"):
                for key, title in _VIEWS:
                    with ui.element("figure") as figure:
                        picture = draw_pixels("", f"{title} of {layer.name}").classes(key)
                        if len(layer.output_shape) == 1:
                            picture.classes("units")
                        with ui.element("figcaption"):
                            ui.label(title)
                    figure.set_visibility(False)
                    self._views[key] = figure, picture

    def show(self, inside: InsideOfLayer) -> None:
        """Shows ranges and pictures."""
        low, high = inside.activation_range
        falling, rising = inside.gradient_range
        self._ranges.set_text(f"activation {low:.3g} to {high:.3g} · gradient {falling:.3g} to {rising:.3g}")
        for key, (figure, picture) in self._views.items():
            address = getattr(inside, key)
            figure.set_visibility(address is not None)
            if address is not None:
                picture.props["src"] = address
