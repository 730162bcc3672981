"""The command line: click commands, one short file each.

The files of the commands import heavy modules only inside functions, so that `reglab --help` is fast, and
`list`, `compare` and `diagnose` never load TensorFlow.
"""

import click

from reglab import __version__
from reglab.cli.compare import compare
from reglab.cli.data import data
from reglab.cli.diagnose import diagnose
from reglab.cli.diff import diff
from reglab.cli.evaluate import evaluate
from reglab.cli.group import ReglabGroup
from reglab.cli.init import init
from reglab.cli.list import list_
from reglab.cli.live import live
from reglab.cli.options import examples
from reglab.cli.predict import predict
from reglab.cli.preview import preview
from reglab.cli.run import run
from reglab.cli.schema import schema
from reglab.cli.show import show
from reglab.cli.study import study


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
    """Train convolutional networks with and without regularization, and compare them.

    A YAML file describes an experiment: a network, its regularizers and its training. reglab trains it,
    records training and validation curves, and compares experiments.
    """


for command in (
    run,
    study,
    live,
    compare,
    diagnose,
    show,
    preview,
    list_,
    diff,
    evaluate,
    predict,
    init,
    schema,
    data,
):
    main.add_command(command)
