"""Answers to questions about the network of a session: predictions, mistakes, and what is inside."""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reglab.inference.augmented import augment_images
from reglab.inference.own_picture import read_own_picture
from reglab.live.messages import (
    Evaluate,
    Evaluated,
    InsideOfLayer,
    Look,
    Looked,
    Predict,
    Predicted,
    Prediction,
    Recognize,
)
from reglab.live.worker.inspection import InsideOfLayer as Inside
from reglab.live.worker.inspection import Inspection
from reglab.live.worker.pictures import draw_filters, draw_maps, encode_png
from reglab.processes.events import Message
from reglab.training.loop.measurement import measure, to_probabilities
from reglab.training.session import Session

_PART = 500
"""Test images that are predicted at a time."""
_TOP = 3
_REMEMBERED = 1000
"""Test images in the running test accuracy."""
_USUAL = {"regularizers.augmentation": {"rotation": 0.0, "zoom": 0.0}}
"""Shifts and flips, for experiments without augmentation."""


@dataclass(frozen=True, eq=False)
class _Chosen:
    """The image of `look`, which is read once: the file of a picture may be removed."""

    image: int | Path
    pixels: NDArray[np.uint8]
    label: int | None


class Answers:
    """Answers questions about a session, in inference mode; asking does not change the training.

    Test images have numbers in a fixed random order, so that their classes are mixed.

    Args:
        session: of the images.
        eager: see `Inspection`.
    """

    def __init__(self, session: Session, eager: bool = True) -> None:
        self._eager = eager
        split = session.subject.split
        self._test = np.random.default_rng(0).permutation(split.test)
        self._tested: OrderedDict[int, bool] = OrderedDict()
        self._logits: tuple[int, NDArray[np.float32]] | None = None
        self._inspection: tuple[Any, Inspection] | None = None
        self._chosen: _Chosen | None = None

    @property
    def is_looking(self) -> bool:
        """Whether an image was chosen."""
        return self._chosen is not None

    def forget(self) -> None:
        """Discards what was computed with other weights."""
        self._tested.clear()
        self._logits = None

    def answer(self, session: Session, question: Look | Predict | Recognize | Evaluate) -> Message | None:
        """Answers a question; None after the end of looking.

        Raises:
            ImageError: a picture of the user cannot be read.
        """
        match question:
            case Look():
                self.look_at(session, question.image if question.path is None else question.path)
                return self.look(session) if self.is_looking else None
            case Predict():
                return self.predict(session, question)
            case Recognize():
                return self.recognize(session, question.path)
            case Evaluate():
                return self.evaluate(session)

    def look_at(self, session: Session, image: int | Path | None) -> None:
        """Chooses the image of `look`; None ends the looking.

        Raises:
            ImageError: the picture cannot be read; the image before stays chosen.
        """
        self._chosen = None if image is None else _Chosen(image, *self._read(session, image))

    def look(self, session: Session) -> Looked:
        """The inside of each layer for the chosen image, or for the first test image.

        For a picture of the user, whose class is unknown, the gradients are those of the predicted class.
        """
        network, classes = session.model.network, session.subject.dataset.classes
        if self._inspection is None or self._inspection[0] is not network:
            self._inspection = network, Inspection(session.experiment, len(classes), self._eager)
        chosen = self._chosen or _Chosen(0, *self._read(session, 0))
        pixels = chosen.pixels
        target = chosen.label
        if target is None:
            target = int(np.argmax(network.predict_on_batch(pixels[None].astype(np.float32))[0]))
        with session.model.measured_weights():
            inside = self._inspection[1].look(network, pixels, target)
        if chosen.label is None:
            title = f"your picture, as {classes[target]}"
        else:
            title = f"test image {chosen.image}: {classes[target]}"
        return Looked(
            images=session.images_seen,
            title=title,
            picture=encode_png(pixels),
            layers=tuple(_draw(each) for each in inside),
        )

    def predict(self, session: Session, question: Predict) -> Predicted:
        """Predictions of test images in order, or of the most confident mistakes."""
        labels = session.subject.split.labels
        if question.mistakes:
            logits = self._predict_all(session)
            wrong = np.flatnonzero(logits.argmax(axis=1) != labels[self._test])
            confidence = to_probabilities(logits[wrong]).max(axis=1)
            numbers = wrong[np.argsort(-confidence, kind="stable")]
            numbers = numbers[question.first : question.first + question.count]
        else:
            places = np.arange(question.first, question.first + question.count)
            numbers = places % len(self._test)
        if not len(numbers):
            return self._report((), "predict")
        images = session.subject.split.images[self._test[numbers]]
        probabilities = self._average(session, images, question.copies)
        predictions = tuple(
            self._describe(image, row, int(number), int(labels[self._test[number]]))
            for image, row, number in zip(images, probabilities, numbers, strict=True)
        )
        if not question.mistakes:
            for each in predictions:
                assert each.number is not None
                self._tested[each.number] = each.classes[0] == each.label
                self._tested.move_to_end(each.number)
            while len(self._tested) > _REMEMBERED:
                self._tested.popitem(last=False)
        return self._report(predictions, "predict")

    def recognize(self, session: Session, path: Path) -> Predicted:
        """The prediction of a picture of the user; raises ImageError if it cannot be read."""
        pixels, _ = self._read(session, path)
        (probabilities,) = self._average(session, pixels[None], 1)
        return self._report((self._describe(pixels, probabilities, None, None),), "recognize")

    def evaluate(self, session: Session) -> Evaluated:
        """Accuracy and confusion matrix on the whole test set."""
        logits, labels = self._predict_all(session), session.subject.split.labels[self._test]
        classes = len(session.subject.dataset.classes)
        confusion = np.zeros((classes, classes), int)
        np.add.at(confusion, (labels, logits.argmax(axis=1)), 1)
        measurement = measure(logits, labels)
        return Evaluated(
            accuracy=measurement.accuracy,
            cross_entropy=measurement.cross_entropy,
            confusion=tuple(tuple(row) for row in confusion.tolist()),
            images=len(labels),
        )

    def _read(self, session: Session, image: int | Path) -> tuple[NDArray[np.uint8], int | None]:
        split = session.subject.split
        if isinstance(image, Path):
            return read_own_picture(image, session.experiment.data.image_shape).pixels, None
        index = self._test[image % len(self._test)]
        return split.images[index], int(split.labels[index])

    def _predict_all(self, session: Session) -> NDArray[np.float32]:
        """Logits of all test images; computed once for each state of the network."""
        if self._logits is None or self._logits[0] != session.images_seen:
            part = min(_PART, len(self._test))
            # All parts have the same number of images, since another number would compile again.
            padded = np.resize(self._test, -(-len(self._test) // part) * part)
            parts = [session.predict(each) for each in np.split(padded, len(padded) // part)]
            self._logits = session.images_seen, np.concatenate(parts)[: len(self._test)]
        return self._logits[1]

    def _average(self, session: Session, images: NDArray[np.uint8], copies: int) -> NDArray[np.float32]:
        """Probabilities `(n, classes)`: means over copies, of which the first is the image itself."""
        versions = images[:, None]
        if copies > 1:
            experiment = session.experiment
            if experiment.regularizers.augmentation is None:
                experiment = experiment.with_changes(_USUAL)
            augmented = augment_images(experiment, images, copies - 1)
            versions = np.concatenate([versions, augmented], axis=1)
        model = session.model
        with model.measured_weights():
            logits = model.network.predict_on_batch(
                versions.reshape(-1, *images.shape[1:]).astype(np.float32)
            )
        probabilities = to_probabilities(np.asarray(logits, np.float32))
        means: NDArray[np.float32] = probabilities.reshape(len(images), copies, -1).mean(axis=1)
        return means

    def _describe(
        self,
        image: NDArray[np.uint8],
        probabilities: NDArray[np.float32],
        number: int | None,
        label: int | None,
    ) -> Prediction:
        top = np.argsort(-probabilities, kind="stable")[:_TOP]
        return Prediction(
            number=number,
            picture=encode_png(image),
            label=label,
            classes=tuple(int(each) for each in top),
            probabilities=tuple(float(probabilities[each]) for each in top),
        )

    def _report(self, predictions: tuple[Prediction, ...], to: Any) -> Predicted:
        return Predicted(
            to=to, predictions=predictions, tested=len(self._tested), correct=sum(self._tested.values())
        )


def _draw(inside: Inside) -> InsideOfLayer:
    kernel, kernel_gradients = inside.kernel, inside.kernel_gradients
    return InsideOfLayer(
        name=inside.name,
        activation_range=_range(inside.activations),
        gradient_range=_range(inside.gradients),
        activations=draw_maps(inside.activations),
        gradients=draw_maps(inside.gradients),
        filters=None if kernel is None else draw_filters(kernel),
        filter_gradients=None if kernel_gradients is None else draw_filters(kernel_gradients),
    )


def _range(values: NDArray[np.float32]) -> tuple[float, float]:
    return float(values.min()), float(values.max())
