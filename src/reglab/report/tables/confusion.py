"""Tables of the predictions of one network: accuracy of each class, and the confusion matrix."""

from reglab.analysis.confusion import Confusion
from reglab.analysis.metrics import TEST_ACCURACY
from reglab.report.tables.grid import Column, Grid


def build_class_table(confusion: Confusion) -> Grid:
    """One row for each class: its images, their accuracy, and the most frequent wrong prediction."""

    def describe_mistake(label: int) -> str:
        mistake = confusion.find_mistake(label)
        return f"{confusion.classes[mistake[0]]} {TEST_ACCURACY.format(mistake[1])}" if mistake else ""

    labels = range(len(confusion.classes))
    return Grid(
        (
            Column("class", confusion.classes, 1, numeric=False),
            Column("images", tuple(f"{count:,}" for count in confusion.images), 3),
            Column("accuracy", tuple(map(TEST_ACCURACY.format, confusion.accuracies)), 1),
            Column("most often mistaken for", tuple(map(describe_mistake, labels)), 2, numeric=False),
        )
    )


def build_confusion_table(confusion: Confusion) -> Grid:
    """Numbers of images: a row for each true class, a column for each predicted class, by label."""
    names = tuple(f"{label} {name}" for label, name in enumerate(confusion.classes))
    columns = (
        Column(str(label), tuple(f"{count:,}" for count in confusion.counts[:, label]), 2 + label)
        for label in range(len(names))
    )
    return Grid((Column("true class, predicted →", names, 1, numeric=False), *columns))
