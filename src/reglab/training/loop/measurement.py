"""Accuracy and cross-entropy of a network in inference mode, computed in NumPy."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from reglab.data.split import Split

# Small enough for the caches of a CPU, large enough for a GPU.
_BATCH_SIZE = 500


@dataclass(frozen=True)
class Measurement:
    """Accuracy and cross-entropy of logits.

    Attributes:
        accuracy: fraction of images whose largest logit is the label's.
        cross_entropy: mean of −log p(label), nats; without penalty and label smoothing.
    """

    accuracy: float
    cross_entropy: float


def measure(logits: NDArray[np.float32], labels: NDArray[np.int32]) -> Measurement:
    """Computes accuracy and cross-entropy of logits `(n, classes)` for labels `(n,)`."""
    # The logits of a training that diverges may be infinite; its cross-entropy is then not a number.
    with np.errstate(invalid="ignore"):
        log_probabilities = log_softmax(logits.astype(np.float64), axis=1)
    cross_entropy = -log_probabilities[np.arange(len(labels)), labels].mean()
    accuracy = (logits.argmax(axis=1) == labels).mean()
    return Measurement(float(accuracy), float(cross_entropy))


def measure_clean_and_validation(model: Any, split: Split) -> tuple[Measurement, Measurement]:
    """Measures an index model on the clean training images and on the validation images."""
    logits = predict_logits(model, np.concatenate([split.clean, split.validation]))
    clean, validation = np.split(logits, [len(split.clean)])
    return measure(clean, split.labels[split.clean]), measure(validation, split.labels[split.validation])


def predict_logits(model: Any, indices: NDArray[np.int32]) -> NDArray[np.float32]:
    """Logits `(n, classes)` float32 of an index model in inference mode."""
    logits = model.predict(model.feed_unmixed(indices), batch_size=min(_BATCH_SIZE, len(indices)), verbose=0)
    return np.asarray(logits, dtype=np.float32)


def to_probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Softmax over classes, `(n, classes)` float32."""
    probabilities: NDArray[np.float32] = np.exp(log_softmax(logits.astype(np.float64), axis=1))
    return probabilities.astype(np.float32)
