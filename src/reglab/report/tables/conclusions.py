"""The last lines of a study: the verdict on each experiment and its diagnosis."""

from reglab.analysis.comparison import Comparison
from reglab.analysis.diagnosis.diagnosis import diagnose_experiment
from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.metrics import VALIDATION_ACCURACY
from reglab.report.diagnoses import describe_diagnosis
from reglab.report.tables.grid import Column, Grid
from reglab.report.verdicts import describe_result


def build_conclusions(comparison: Comparison) -> Grid:
    """Builds a table of all experiments that a terminal shows whole.

    Args:
        comparison: the comparison.

    Returns:
        One row for each experiment: its validation accuracy, its verdict against the baseline, if there is
        one, and its diagnosis.
    """
    results = comparison.experiments

    def judge(result: ExperimentResult) -> str:
        return "baseline" if result.name == comparison.baseline else describe_result(result)

    accuracies = (
        VALIDATION_ACCURACY.format(result.over_seeds(VALIDATION_ACCURACY, comparison.value))
        for result in results
    )
    diagnoses = (describe_diagnosis(diagnose_experiment(result)) for result in results)
    name = "" if comparison.value == "final" else f", {comparison.value}"
    return Grid(
        (
            Column("experiment", tuple(result.title for result in results), 1, numeric=False),
            Column(f"validation{name}", tuple(accuracies), 1),
            *(
                [Column("verdict", tuple(map(judge, results)), 1, numeric=False)]
                if comparison.baseline
                else []
            ),
            Column("diagnosis", tuple(diagnoses), 1, numeric=False),
        )
    )
