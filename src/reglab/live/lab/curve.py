"""The samples of a training that a graph shows, of which there are never more than a few hundred."""

import csv
import io
from collections.abc import Iterator, Mapping

from reglab.live.messages import Sample

MOST = 600
"""Samples that are kept; a graph has about as many pixels."""


class Curve:
    """Samples over the images seen, evenly spread.

    When there are too many, every second one is dropped, and from then on half as many are kept. The latest
    sample is always the last one.
    """

    def __init__(self) -> None:
        self._kept: list[Sample] = []
        self._latest: Sample | None = None
        self._stride = 1
        self._skipped = 0
        self._training = ""

    def __iter__(self) -> Iterator[Sample]:
        yield from self._kept
        if self._latest is not None and (not self._kept or self._kept[-1] is not self._latest):
            yield self._latest

    def start(self, training: str) -> None:
        """Drops the samples of another training; `training` is that of `Built`."""
        if training != self._training:
            self._training = training
            self._kept, self._latest, self._stride, self._skipped = [], None, 1, 0

    def add(self, sample: Sample) -> None:
        """Adds a sample.

        One at the same place as the latest replaces it; one before others, as after a jump back, drops them.
        """
        while self._kept and self._kept[-1].images > sample.images:
            self._kept.pop()
        if self._kept and self._kept[-1].images == sample.images:
            self._kept[-1] = self._latest = sample
            return
        self._latest = sample
        self._skipped += 1
        if self._skipped >= self._stride and sample.images > 0:
            self._skipped = 0
            self._kept.append(sample)
            if len(self._kept) > MOST:
                self._kept = self._kept[::2]
                self._stride *= 2


def write_csv(curves: Mapping[str, Curve]) -> str:
    """The samples of several networks as CSV, one row each; what is not known is empty."""
    columns = [name for name in Sample.model_fields if name not in ("event", "running", "complete", "until")]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["network", *columns])
    for name, curve in curves.items():
        for sample in curve:
            values = (getattr(sample, column) for column in columns)
            writer.writerow([name, *("" if value is None else value for value in values)])
    return text.getvalue()
