"""The results of a complete run: predictions, weights, the network, a summary."""

from typing import Any

import numpy as np

from reglab.config.training import Training
from reglab.files import atomic_path, write_atomically
from reglab.model.saving import pack_standalone, pack_weights
from reglab.model.size import measure_size
from reglab.runs.history import History
from reglab.runs.layout import RunDirectory
from reglab.runs.summary import Summary, write_summary
from reglab.training.loop.measurement import Measurement, measure, predict_logits, to_probabilities
from reglab.training.record.continuity import read_changes
from reglab.training.subject import Subject


def write_results(
    subject: Subject, model: Any, history: History, kept: int, run: RunDirectory, policy: str
) -> Summary:
    """Measures the trained network, on the test set for the first time, and writes the results.

    In `predictions.npz`, row i of `test_probabilities` and `test_labels` is for image `test_indices[i]` of
    the data set, whose test images follow its training images; the arrays of `validation` have the same
    form. The test images are the whole test set. If the validation set is a subset of the test set, they are
    that subset. The file also contains `train_indices`, `clean_indices`, and the names of the `classes` in
    the order of the labels.

    Args:
        subject: experiment and images.
        model: the trained index model.
        history: the history of the whole run.
        kept: epoch of the model's weights, from 1.
        run: the directory to write to.
        policy: Keras's dtype policy.

    Returns:
        The summary, as written.

    Raises:
        RunError: the system refused to write.
    """
    split = subject.split
    parts = [split.clean, split.validation, *([] if split.validation_is_test else [split.test])]
    borders = np.cumsum([len(part) for part in parts])[:-1]
    logits = np.split(predict_logits(model, np.concatenate(parts)), borders)
    if split.validation_is_test:
        parts.append(split.test)
        logits.append(logits[1])
    clean, validation, test = (
        measure(part, split.labels[indices]) for part, indices in zip(logits, parts, strict=True)
    )
    with atomic_path(run.predictions) as temporary:
        np.savez_compressed(
            temporary,
            classes=np.array(subject.dataset.classes),
            validation_probabilities=to_probabilities(logits[1]),
            validation_labels=split.labels[split.validation],
            test_probabilities=to_probabilities(logits[2]),
            test_labels=split.labels[split.test],
            **{f"{part}_indices": getattr(split, part) for part in ("train", "clean", "validation", "test")},
        )
    write_atomically(run.weights, pack_weights(model.network))
    write_atomically(run.model, pack_standalone(model.network))
    summary = _summarize(subject, model, history, kept, (clean, validation, test), policy)
    summary = summary.model_copy(update={"resumed_with": read_changes(run)})
    write_summary(run.summary, summary)
    return summary


def _summarize(
    subject: Subject,
    model: Any,
    history: History,
    kept: int,
    measured: tuple[Measurement, Measurement, Measurement],
    policy: str,
) -> Summary:
    experiment, split = subject.experiment, subject.split
    clean, validation, test = measured
    size = measure_size(model.network)
    best = int(history.column("val_accuracy").argmax())
    seconds = float(history.column("seconds").sum())
    return Summary(
        experiment=experiment.name,
        title=experiment.label,
        seed=experiment.training.seed,
        epochs=len(history.rows),
        parameters=size.parameters,
        trainable_parameters=size.trainable,
        multiply_adds=size.multiply_adds,
        dataset=subject.dataset.title,
        validation=subject.validation,
        train_images=len(split.train),
        validation_images=len(split.validation),
        test_images=len(split.test),
        clean_images=len(split.clean),
        weights_epoch=kept,
        final_val_accuracy=validation.accuracy,
        best_val_accuracy=history.rows[best].val_accuracy,
        best_epoch=best + 1,
        final_val_cross_entropy=validation.cross_entropy,
        final_clean_accuracy=clean.accuracy,
        final_train_accuracy=history.rows[kept - 1].train_accuracy,
        gap_accuracy=clean.accuracy - validation.accuracy,
        gap_cross_entropy=validation.cross_entropy - clean.cross_entropy,
        test_accuracy=None if split.validation_is_test else test.accuracy,
        test_cross_entropy=None if split.validation_is_test else test.cross_entropy,
        seconds=seconds,
        images_per_second=len(split.train) * len(history.rows) / seconds,
        precision=policy,
        settings=_describe_settings(experiment.training),
        regularizers=experiment.regularizers.names,
        classes=subject.dataset.classes,
    )


def _describe_settings(training: Training) -> str:
    optimizer = ", ".join(f"{name} {value}" for name, value in training.optimizer)
    schedule = ", ".join(f"{name} {value}" for name, value in training.schedule)
    return f"optimizer: {optimizer}; schedule: {schedule}; batches of {training.batch_size}"
