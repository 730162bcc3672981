"""`reglab diagnose`: what the curves of each experiment show, in words, and what to try next."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reglab.cli.options import AnyPath, examples

if TYPE_CHECKING:
    from reglab.analysis.experiment import ExperimentResult


@click.command(epilog=examples("reglab diagnose results/*", "reglab diagnose results/mp/seed-0 --json"))
@click.argument("paths", metavar="PATH…", type=AnyPath, nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, one object for each experiment.")
def diagnose(paths: tuple[Path, ...], as_json: bool) -> None:
    """Say what the curves of each experiment show, and what to try next.

    An experiment overfits, underfits, fits well, has not converged, is at chance, or is unstable. The
    evidence is printed with it, and what to try next with a reason.

    Each PATH is a run, an experiment's folder or a results folder. Runs that are not complete are skipped
    and listed.
    """
    from reglab.analysis.comparison import compare_runs
    from reglab.cli.console import print_error
    from reglab.cli.found import find_readable_runs

    comparison = compare_runs(find_readable_runs(paths))
    for skipped in comparison.skipped:
        print_error(f"skipped: {skipped}")
    if as_json:
        records = [_record(result) for result in comparison.experiments]
        click.echo(json.dumps(records, indent=2, ensure_ascii=False))
    else:
        for number, result in enumerate(comparison.experiments):
            if number:
                click.echo()
            _print(result)


def _print(result: "ExperimentResult") -> None:
    from rich.padding import Padding
    from rich.text import Text

    from reglab.analysis.diagnosis.diagnosis import diagnose_experiment
    from reglab.analysis.diagnosis.next_step import read_next_step
    from reglab.analysis.metrics import format_range
    from reglab.cli.console import build_console
    from reglab.report.diagnoses import describe_diagnosis, describe_evidence
    from reglab.report.wording import format_seeds

    diagnosis, console = diagnose_experiment(result), build_console()
    seeds = f"seed{'s' if len(result.seeds) > 1 else ''} {format_seeds(result.seeds)}"
    console.print(
        Text.assemble((result.title, "bold"), f" ({seeds}; {format_range(result.epochs_trained)} epochs)")
    )
    words = describe_diagnosis(diagnosis)
    step = read_next_step(diagnosis, result)
    lines = [
        f"{words[0].upper()}{words[1:]}.",
        *(f"- {line}" for line in describe_evidence(diagnosis, result)),
        f"Next: {step.action}. {step.reason}"
        if step
        else f"Next: unknown, because {result.runs[0].path} has no valid experiment.yaml.",
    ]
    for line in lines:
        console.print(Padding(Text(line), (0, 0, 0, 2), expand=False))


def _record(result: "ExperimentResult") -> dict[str, Any]:
    from reglab.analysis.diagnosis.diagnosis import diagnose_experiment
    from reglab.analysis.diagnosis.next_step import read_next_step
    from reglab.report.diagnoses import describe_diagnosis, describe_evidence

    diagnosis = diagnose_experiment(result)
    step = read_next_step(diagnosis, result)
    return {
        "name": result.name,
        "title": result.title,
        "diagnosis": describe_diagnosis(diagnosis),
        "kind": diagnosis.kind,
        "since": diagnosis.since,
        "is_unstable": diagnosis.is_unstable,
        "evidence": list(describe_evidence(diagnosis, result)),
        "next_step": asdict(step) if step else None,
        "seeds": [
            {"seed": seed, **asdict(finding)}
            for seed, finding in zip(result.seeds, diagnosis.findings, strict=True)
        ],
    }
