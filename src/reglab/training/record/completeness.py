"""Whether nothing is left to train for a run."""

from pathlib import Path

from reglab.data.loading import find_dataset
from reglab.errors import RunError
from reglab.experiment import Experiment
from reglab.runs.integrity import check_results
from reglab.runs.layout import RunDirectory
from reglab.runs.opening import inspect_run
from reglab.runs.status import Status
from reglab.training.subject import Subject


def is_complete(run: RunDirectory, experiment: Experiment, data_directory: Path | None) -> bool:
    """Whether a run is complete: same experiment, same images, undamaged results.

    The images are compared if they are found without a download, and if the run has the hashes that earlier
    versions did not record; images that are drawn are always the same.

    Args:
        run: its directory, which need not exist.
        experiment: what is trained.
        data_directory: value of `--data-dir`.

    Raises:
        RunError: the run is complete, but its results are damaged or its images were others.
        DataError: the data directory does not exist, or its data set is damaged.
    """
    opened = inspect_run(run, experiment)
    if opened.state != "complete" or opened.status is None:
        return False
    check_results(run, opened.status)
    if opened.status.files:
        _check_images(run, opened.status, experiment, data_directory)
    return True


def _check_images(
    run: RunDirectory, status: Status, experiment: Experiment, data_directory: Path | None
) -> None:
    dataset = find_dataset(experiment.data, data_directory)
    if dataset is None:
        return
    subject = Subject.of(experiment, dataset)
    if subject.fingerprint != status.images:
        raise RunError(
            f"{run.path} is complete, but it was trained on other images than {dataset.title} from "
            f"{dataset.source}: name their directory with --data-dir, choose another folder with "
            "--results DIR, or set the old run aside with --fresh"
        )
