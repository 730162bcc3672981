"""A prediction: the picture, and the most probable classes as bars, the true one green."""

from collections.abc import Sequence

from nicegui import ui

from reglab.live.messages import Prediction
from reglab.live.page.style import RIGHT, WRONG


def draw_prediction(prediction: Prediction, classes: Sequence[str], size: int = 64) -> None:
    """Draws a prediction into the current element."""
    with ui.element("div").classes("bar").style("flex-wrap: nowrap"):
        draw_pixels(prediction.picture, describe(prediction, classes), size)
        with ui.element("div").classes("grow"):
            for number, probability in zip(prediction.classes, prediction.probabilities, strict=True):
                _draw_share(classes[number], probability, number == prediction.label)
    if prediction.label is not None:
        is_right = prediction.classes[0] == prediction.label
        text = "right" if is_right else f"wrong: it is {classes[prediction.label]}"
        ui.label(text).classes("soft")


def describe(prediction: Prediction, classes: Sequence[str]) -> str:
    """A prediction in one sentence, for screen readers."""
    shares = ", ".join(
        f"{classes[number]} {share:.0%}"
        for number, share in zip(prediction.classes, prediction.probabilities, strict=True)
    )
    truth = "" if prediction.label is None else f"; it is {classes[prediction.label]}"
    return f"{shares}{truth}"


def draw_pixels(address: str, text: str, width: int | None = None) -> ui.element:
    """Draws a small picture with sharp pixels; `text` says what it is."""
    picture = ui.element("img").classes("pixels")
    picture.props["src"], picture.props["alt"] = address, text
    if width is not None:
        picture.style(f"width: {width}px")
    return picture


def _draw_share(name: str, probability: float, is_true: bool) -> None:
    with ui.element("div").classes("share"):
        label = ui.label(name)
        if is_true:
            label.style("font-weight: 600")
        with ui.element("div").classes("track"):
            colour = RIGHT if is_true else WRONG
            ui.element("div").style(f"width: {100 * probability:.1f}%; background: {colour}")
        ui.label(f"{probability:.0%}").style("text-align: right")
