"""`reglab live`: a page on which a network trains."""

import importlib.util
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reglab.cli.options import AnyPath, FolderPath, data_directory_option, examples, overrides_option
from reglab.errors import ReglabError, RunError

if TYPE_CHECKING:
    from reglab.live.page.start import Beginning


@click.command(
    epilog=examples(
        "reglab live",
        "reglab live configs/quickstart/quick_baseline.yaml",
        "reglab live results/mp/seed-0",
        "reglab live --watch results",
    )
)
@click.argument("config", type=AnyPath, required=False)
@overrides_option
@click.option("--port", type=click.IntRange(0, 65535), help="Default: 8642, or the next that is free.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen to. With another one, other machines reach the page, with a token.",
)
@data_directory_option
@click.option(
    "--results", type=FolderPath, default=Path("results"), show_default=True, help="Folder of all results."
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option(
    "--watch", type=FolderPath, metavar="RESULTS", help="Follow the runs in a folder, without training."
)
def live(
    config: Path | None,
    overrides: tuple[str, ...],
    port: int | None,
    host: str,
    data_dir: Path | None,
    results: Path,
    no_browser: bool,
    watch: Path | None,
) -> None:
    """Train a network on a page in the browser.

    CONFIG is a YAML file, the folder of a complete run, or a snapshot that was saved on the page. Without it,
    the page offers the shipped experiments.

    Settings can be changed while it trains. Closing the page does not stop the training; Ctrl-C does, and
    saves a snapshot in results/live/.
    """
    if watch is not None and (config is not None or overrides):
        raise click.UsageError(
            "--watch follows runs that other processes train; it takes no CONFIG or --set."
        )
    if not host:
        raise click.BadParameter("the address is empty", param_hint="'--host'")
    if importlib.util.find_spec("nicegui") is None:
        raise ReglabError('the page needs NiceGUI, which is not installed: pip install "reglab[live]"')
    beginning = None if watch is not None or config is None else _read(config, overrides)
    if config is None and overrides:
        raise click.UsageError("--set changes an experiment; give its CONFIG.")
    if watch is not None:
        from reglab.runs.finding import find_runs

        # A wrong path is refused here; the page shows what happens to it later.
        find_runs([watch])

    from reglab.live.page.server import Address
    from reglab.live.page.start import run_lab, run_watch

    def announce(url: str) -> None:
        click.echo(f"reglab live: {url}\nCtrl-C ends it.")

    address = Address(host, port)
    if watch is not None:
        run_watch(address, watch, announce, not no_browser)
        return
    ending = run_lab(address, beginning, results, data_dir, announce, not no_browser)
    for path in ending.saved:
        click.echo(f"saved {path}; to go on: reglab live {shlex.quote(str(path))}")
    if ending.problems:
        raise RunError("\n".join(ending.problems))


def _read(config: Path, overrides: tuple[str, ...]) -> "Beginning":
    """What is trained first; raises ReglabError if it cannot be read."""
    from reglab.live.lab.folder import SNAPSHOT
    from reglab.live.lab.presets import Text
    from reglab.live.messages import Start

    origin, text = str(config), None
    if config.is_dir() or config.name.endswith(SNAPSHOT):
        if overrides:
            raise click.UsageError("--set changes a YAML file; change a run or a snapshot on the page.")
        _check(config)
        start = Start(run=config) if config.is_dir() else Start(snapshot=config)
    else:
        from reglab.cli.experiments import load_all

        (experiment,) = load_all([config], overrides)
        start, origin = Start(experiment=experiment), ""
        if not overrides and config.is_file():
            text = Text(config.read_text(encoding="utf-8"), config.parent, experiment.name)

    # Imported here because it loads NiceGUI, which takes a second; errors are reported before that.
    from reglab.live.page.start import Beginning

    return Beginning(start, origin, text)


def _check(path: Path) -> None:
    """Raises RunError if a path is neither a complete run nor a snapshot."""
    if not path.is_dir():
        from reglab.live.worker.snapshot import read_snapshot

        read_snapshot(path)
        return
    from reglab.runs.finding import read_run
    from reglab.runs.layout import RunDirectory

    state = read_run(RunDirectory(path)).state
    if state != "complete":
        raise RunError(f"{path} is not complete, but {state}; expected a complete run")
