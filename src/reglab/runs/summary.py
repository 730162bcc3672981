"""What came of a run: `summary.json`."""

from pathlib import Path

from reglab.runs.document import Document, read_document, write_document


class Summary(Document):
    """The numbers of a run that is complete. Accuracies are fractions, cross-entropies in nats."""

    experiment: str
    """The experiment's name."""
    title: str
    """What figures and tables call the experiment."""
    seed: int
    epochs: int
    """Epochs trained; fewer than asked for after early stopping."""
    parameters: int
    trainable_parameters: int
    dataset: str
    """Title of the dataset and its source: `CIFAR-10 (JPEG copy)`."""
    validation: str
    """Which images validation is: `test set`, `500 images of the test set`, `held-out 10 % of train`."""
    train_images: int
    validation_images: int
    test_images: int
    clean_images: int
    """Training images that were measured in inference mode."""
    weights_epoch: int
    """Epoch of the weights that were kept: the last one, but for early stopping. Final figures are theirs."""
    final_val_accuracy: float
    best_val_accuracy: float
    best_epoch: int
    """Epoch of the best validation accuracy, the first of equals."""
    final_val_cross_entropy: float
    final_clean_accuracy: float
    """On training images in inference mode."""
    final_train_accuracy: float
    """Running mean as trained, over that epoch."""
    gap_accuracy: float
    """Clean − validation accuracy."""
    gap_cross_entropy: float
    """Validation − clean cross-entropy."""
    test_accuracy: float | None
    """On the test set, once, at the end; None where that was the validation set."""
    test_cross_entropy: float | None
    seconds: float
    """Wall-clock time of the training, over all its sittings."""
    images_per_second: float
    """Training images."""
    precision: str
    """What the network computed in: `float32`, `mixed_bfloat16`."""
    settings: str
    """Optimizer, learning rate, batch size and schedule, in a line."""
    regularizers: tuple[str, ...]
    """Names of the active regularizers, in the order in which they act."""
    classes: tuple[str, ...] = ()
    """Names of the classes, in label order; empty in runs of earlier versions."""


def read_summary(path: Path) -> Summary:
    """Reads a run's `summary.json`; raises RunError where there is none."""
    return read_document(path, Summary)


def write_summary(path: Path, summary: Summary) -> None:
    """Writes a run's `summary.json` atomically; raises RunError where the system refuses."""
    write_document(path, summary)
