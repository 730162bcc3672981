"""`reglab schema`: the JSON Schema of an experiment."""

import click

from reglab.cli.options import examples


@click.command(epilog=examples("reglab schema > experiment.schema.json"))
def schema() -> None:
    """Print the JSON Schema of an experiment.

    Editors use it to complete and check the YAML files.
    """
    import json

    from reglab.config.yaml.editor_schema import build_editor_schema
    from reglab.experiment import Experiment

    click.echo(json.dumps(build_editor_schema(Experiment), indent=2, ensure_ascii=False))
