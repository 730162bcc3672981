"""The final numbers of a run, `summary.json`."""

from pathlib import Path

from reglab.runs.document import Document, read_document, write_document


class Summary(Document):
    """The numbers of a complete run. Accuracies are fractions, cross-entropies in nats."""

    experiment: str
    """The experiment's name."""
    title: str
    """Name of the experiment in figures and tables."""
    seed: int
    epochs: int
    """Epochs trained; after early stopping, fewer than the experiment has."""
    parameters: int
    trainable_parameters: int
    dataset: str
    """Title of the data set, such as `CIFAR-10 (JPEG copy)`."""
    validation: str
    """Which images: `test set`, `500 images of the test set`, `held-out 10 % of train`, `images of val/`."""
    train_images: int
    validation_images: int
    test_images: int
    clean_images: int
    """Training images measured in inference mode."""
    weights_epoch: int
    """Epoch of the saved weights and the final numbers: the last one, except with early stopping."""
    final_val_accuracy: float
    best_val_accuracy: float
    best_epoch: int
    """Epoch of the best validation accuracy, the first among equals."""
    final_val_cross_entropy: float
    final_clean_accuracy: float
    """On training images in inference mode."""
    final_train_accuracy: float
    """Running mean as trained, over the epoch of the saved weights."""
    gap_accuracy: float
    """Clean − validation accuracy."""
    gap_cross_entropy: float
    """Validation − clean cross-entropy."""
    test_accuracy: float | None
    """On the test set, measured once at the end; None if the test set was the validation set."""
    test_cross_entropy: float | None
    seconds: float
    """Sum of the wall-clock times of all recorded epochs."""
    images_per_second: float
    """Training images for each of these seconds."""
    precision: str
    """Of the network: `float32` or `mixed_bfloat16`."""
    settings: str
    """Optimizer, learning rate, batch size and schedule, in one line."""
    regularizers: tuple[str, ...]
    """Names of the active regularizers, in the order in which they act."""
    classes: tuple[str, ...] = ()
    """Names of the classes, in label order; empty in runs of earlier versions."""
    multiply_adds: int | None = None
    """Of all kernels for one image; None in runs of earlier versions."""
    resumed_with: tuple[str, ...] = ()
    """Changes of the environment during the run, as in `environment.json`."""


def read_summary(path: Path) -> Summary:
    """Reads a run's `summary.json`; raises RunError if it is missing or damaged."""
    return read_document(path, Summary)


def write_summary(path: Path, summary: Summary) -> None:
    """Writes a run's `summary.json` atomically; raises RunError if the system refuses."""
    write_document(path, summary)
