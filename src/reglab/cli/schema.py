"""`reglab schema`: the JSON Schema of an experiment or a study."""

import click

from reglab.cli.options import examples


@click.command(
    epilog=examples("reglab schema > experiment.schema.json", "reglab schema --study > study.schema.json")
)
@click.option("--study", is_flag=True, help="Print the schema of a study.")
def schema(study: bool) -> None:
    """Print the JSON Schema of an experiment.

    Editors use it to complete and check the YAML files.
    """
    import json

    from reglab.config.yaml.editor_schema import build_editor_schema, build_study_schema
    from reglab.experiment import Experiment
    from reglab.study.file import StudyFile

    built = build_study_schema(StudyFile, Experiment) if study else build_editor_schema(Experiment)
    click.echo(json.dumps(built, indent=2, ensure_ascii=False))
