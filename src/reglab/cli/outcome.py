"""The last line of a run: its result, or why it has none and what the same command does next."""

import click

from reglab.analysis.metrics import (
    ACCURACY_GAP,
    BEST_VALIDATION_ACCURACY,
    TEST_ACCURACY,
    TIME,
    VALIDATION_ACCURACY,
)
from reglab.cli.console import print_error
from reglab.errors import RunError
from reglab.processes.events import FAILED
from reglab.processes.launch import Outcome
from reglab.runs.finding import read_run
from reglab.runs.summary import read_summary


def report_outcome(outcome: Outcome, label: str, seed: int) -> None:
    """Prints the result of a run, or why it has none."""
    name = f"{label}, seed {seed}"
    if outcome.code == 130:
        print_error(f"{name}: interrupted; {_describe_next(outcome)}")
    elif outcome.killed_by:
        print_error(
            f"{name}: not trained: its process was ended by {outcome.killed_by}, as happens when memory is "
            f"short; {_describe_next(outcome)}"
        )
    elif outcome.code == FAILED:
        print_error(f"{name}: not trained; {_describe_next(outcome)}")
    elif outcome.code:
        print_error(f"{name}: not trained")
    else:
        try:
            summary = read_summary(outcome.run.summary)
        except RunError as error:
            print_error(f"{name}: complete, but without its summary: {error}")
            return
        # The summary has no test accuracy if the test set was the validation set.
        test = "" if summary.test_accuracy is None else f"test accuracy {TEST_ACCURACY.write(summary)}, "
        click.echo(
            f"{name}: validation accuracy ({summary.validation}) {VALIDATION_ACCURACY.write(summary)}, "
            f"best {BEST_VALIDATION_ACCURACY.write(summary)} in epoch {summary.best_epoch}, "
            f"gap {ACCURACY_GAP.write(summary)}, {test}{TIME.write(summary)}, "
            f"{'already complete, ' if outcome.skipped else ''}in {outcome.run.path}"
        )


def _describe_next(outcome: Outcome) -> str:
    """What the same command does after this end."""
    try:
        history = read_run(outcome.run).history
    except RunError:
        history = None
    done = len(history.rows) if history else 0
    return f"the same command resumes after epoch {done}" if done else "the same command starts it again"
