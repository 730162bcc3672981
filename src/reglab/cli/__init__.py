"""The command line: click commands, one file each, thin.

Nothing heavy is imported here or at the top of a command's file: `reglab --help` must be instant, and
`list` and `compare` never load TensorFlow.
"""

import click

from reglab import __version__
from reglab.cli.compare import compare
from reglab.cli.data import data
from reglab.cli.evaluate import evaluate
from reglab.cli.group import ReglabGroup
from reglab.cli.init import init
from reglab.cli.list import list_
from reglab.cli.options import examples
from reglab.cli.predict import predict
from reglab.cli.preview import preview
from reglab.cli.run import run
from reglab.cli.schema import schema
from reglab.cli.show import show


@click.group(
    cls=ReglabGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples(
        "reglab init",
        "reglab show configs/mp.yaml",
        "reglab run configs/baseline.yaml configs/mp.yaml",
        "reglab compare results/*",
    ),
)
@click.version_option(__version__, prog_name="reglab")
def main() -> None:
    """A laboratory for regularization.

    A short YAML file says which regularizers to add to a convolutional network; reglab trains it,
    records curves that may be compared, and compares them.
    """


for command in (run, compare, show, preview, list_, evaluate, predict, init, schema, data):
    main.add_command(command)
