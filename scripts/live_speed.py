"""Compares the speed of `reglab live` with a page open in Chromium and that of `reglab run`, in turn.

Example:
    .venv/bin/python scripts/live_speed.py --config configs/mp_do_bn_da.yaml --images DIRECTORY

Both train the same experiment on the same machine, one after the other, in several rounds. The speed is in
images per second of the wall clock, without the first epoch of a run and the first seconds of the page, which
include compilation. Writes a Markdown table.
"""

import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from reglab.files import write_atomically
from reglab.machine import count_cores, find_processor
from reglab.runs.history import read_history
from reglab.runs.summary import read_summary

_REGLAB = (sys.executable, "-m", "reglab")
_EXAMPLES = '[class~="is-examples-seen-yours"]'


@click.command()
@click.option("--config", type=click.Path(path_type=Path, exists=True), required=True, help="Experiment.")
@click.option("--images", type=click.Path(path_type=Path, exists=True), help="Directory with its data set.")
@click.option("--set", "overrides", multiple=True, help="As for reglab run.")
@click.option("--epochs", type=click.IntRange(min=2), default=4, show_default=True, help="Of a run.")
@click.option("--seconds", type=click.IntRange(min=10), default=60, show_default=True, help="On the page.")
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--output", type=click.Path(path_type=Path), default=Path("reference/benchmarks"))
def main(
    config: Path,
    images: Path | None,
    overrides: Sequence[str],
    epochs: int,
    seconds: int,
    rounds: int,
    output: Path,
) -> None:
    """Compare the speed of the page with that of a run."""
    arguments = [str(config.resolve())]
    if images is not None:
        arguments += ["--data-dir", str(images.resolve())]
    for override in overrides:
        arguments += ["--set", override]
    runs, pages = [], []
    for number in range(rounds):
        runs.append(measure_run(arguments, epochs))
        pages.append(measure_page(arguments, seconds))
        click.echo(f"round {number + 1}: run {runs[-1]:.0f}, page {pages[-1]:.0f} images/s")
    ratios = [page / run for page, run in zip(pages, runs, strict=True)]
    now = datetime.now(UTC)
    text = (
        f"{now:%Y-%m-%d}, {find_processor()}, {count_cores()} cores; {' '.join((config.stem, *overrides))}; "
        f"{rounds} rounds. Medians [minimum, maximum]; the ratio is the median of the ratios of each "
        "round.\n\n"
        "| | images/s |\n| --- | ---: |\n"
        f"| reglab run | {_summarize(runs, 0)} |\n"
        f"| reglab live, a page open in Chromium on the same machine | {_summarize(pages, 0)} |\n"
        f"| page / run | {_summarize(ratios, 3)} |\n"
    )
    click.echo(text)
    output.mkdir(parents=True, exist_ok=True)
    write_atomically(output / f"live-{now:%Y-%m-%d-%H%M}.md", text)


def measure_run(arguments: Sequence[str], epochs: int) -> float:
    """Train a run; return images per second from the end of its first epoch to that of its last one."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*_REGLAB, "run", *arguments, "--quiet", "--results", folder]
        run = subprocess.Popen([*command, "--set", f"training.epochs={epochs}"], stdout=subprocess.DEVNULL)
        begin = _wait_for_epoch(run, Path(folder), 1)
        end = _wait_for_epoch(run, Path(folder), epochs)
        run.wait()
        (path,) = Path(folder).glob("*/seed-*")
        return read_summary(path / "summary.json").train_images * (epochs - 1) / (end - begin)


def _wait_for_epoch(run: "subprocess.Popen[bytes]", results: Path, epoch: int) -> float:
    """Wait until the history has an epoch; return the time."""
    while True:
        # Read first, since the last epoch may be written just before the end.
        has_ended = run.poll() is not None
        files = list(results.glob("*/seed-*/history.csv"))
        if files and len(read_history(files[0]).rows) >= epoch:
            return time.perf_counter()
        if has_ended:
            raise click.ClickException(f"reglab run ended with {run.returncode} before epoch {epoch}")
        # The file of another process does not announce its changes.
        time.sleep(0.02)


def measure_page(arguments: Sequence[str], seconds: int) -> float:
    """Train on a page; return images per second after the first seconds, as the page shows them."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "output.txt"
        command = [*_REGLAB, "live", *arguments, "--no-browser", "--port", "0", "--results", folder]
        # More epochs than are trained, so that it does not end.
        command += ["--set", "training.epochs=10000"]
        with output.open("wb") as stream:
            server = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT)
        driver = None
        try:
            while not (found := re.search(r"http://\S+", output.read_text())):
                if server.poll() is not None:
                    raise click.ClickException(output.read_text())
                time.sleep(0.1)
            driver = _open_browser()
            driver.get(found[0])
            while _read_examples(driver) == 0:
                time.sleep(0.2)
            time.sleep(15)
            begin, first = _wait_for_change(driver)
            time.sleep(seconds)
            end, last = _wait_for_change(driver)
            return (last - first) / (end - begin)
        finally:
            if driver is not None:
                driver.quit()
            server.send_signal(signal.SIGINT)
            server.wait()


def _open_browser() -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1440,900"):
        options.add_argument(argument)
    return webdriver.Chrome(options, Service(shutil.which("chromedriver")))


def _wait_for_change(driver: webdriver.Chrome) -> tuple[float, int]:
    """Wait until the number of examples changes; return the time and the number."""
    before = _read_examples(driver)
    while (now := _read_examples(driver)) == before:
        time.sleep(0.02)
    return time.perf_counter(), now


def _read_examples(driver: webdriver.Chrome) -> int:
    found = driver.find_elements(By.CSS_SELECTOR, _EXAMPLES)
    digits = re.sub(r"\D", "", found[0].text) if found else ""
    return int(digits or 0)


def _summarize(values: Sequence[float], digits: int) -> str:
    median, low, high = (
        f"{value:,.{digits}f}" for value in (statistics.median(values), min(values), max(values))
    )
    return f"{median} [{low}, {high}]"


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
