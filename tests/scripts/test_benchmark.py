"""Tests the output of the benchmark and the check of its options."""

from pathlib import Path
from typing import Any

import benchmark
import pytest
from click.testing import CliRunner
from measured import Measurement

SPEEDS: dict[str, tuple[float, float, float]] = {
    benchmark.OURS: (1000, 600, 800),
    "Keras": (500, 300, 200),
    benchmark.PLAIN: (1500, 900, 1000),
    benchmark.LIMIT: (2000, 1000, 2000),
}
WHOLE = {
    "images_per_second": 900.4,
    "seconds_an_epoch": 61.2,
    "measuring_share": 0.09,
    "recording_share": 0.0004,
    "megabytes": 1517.0,
}


@pytest.fixture
def measurement() -> Measurement:
    """Three rounds of four contestants."""

    def make(number: int) -> dict[str, Any]:
        more = {
            "megabytes": 1200.0 + number,
            "gigaflops": 250.0 + number,
            "seconds_to_first_step": 8.0 + number,
        }
        return {name: {"images_per_second": speeds[number], **more} for name, speeds in SPEEDS.items()}

    return Measurement([make(number) for number in range(3)])


def test_table_has_medians_of_ratios(measurement: Measurement) -> None:
    """The speedup is the median of 2.0, 2.0 and 4.0, not 800 / 300; the table omits the limit."""
    assert benchmark._render(measurement) == (
        "| | images/s | speedup of reglab: MP + DO + BN + DA | peak memory |\n"
        "| --- | ---: | ---: | ---: |\n"
        "| reglab: MP + DO + BN + DA | 800 [600, 1,000] |  | 1,201 MB |\n"
        "| Keras | 300 [200, 500] | 2.00 [2.00, 4.00] | 1,201 MB |\n"
        "| reglab: MP | 1,000 [900, 1,500] |  | 1,201 MB |\n"
    )


def test_text_below_the_table(measurement: Measurement) -> None:
    """It reports the limit, augmentation, start and the run on all images."""
    assert benchmark._describe(measurement, WHOLE, {"share": 0.011}) == (
        "- A large matrix product in the same precision as reglab reaches 251 GFLOP/s. At 232 MFLOP per "
        "image, MP reaches 0.75 [0.50, 0.90] of this rate.\n"
        "- Augmentation takes 1.1% of a step, measured in alternating steps.\n"
        "- The first step ends 9.0 s after the start of the process, with warm caches.\n"
        "- MP + DO + BN + DA on all 50,000 images, one run: 900 images/s, 61 s per epoch, of which "
        "evaluation on clean and validation images takes 9.0%, checkpoint and records 0.04%; peak memory "
        "1,517 MB.\n"
    )


@pytest.mark.parametrize(
    ("count", "message"),
    [("2100", "2,100 is not a multiple of 200"), ("1000", "1000 is not in the range 2000<=x<=50000")],
)
def test_invalid_counts_are_rejected(tmp_path: Path, count: str, message: str) -> None:
    """A count has to fill whole batches and include the warm-up."""
    result = CliRunner().invoke(benchmark.main, ["--images", str(tmp_path), "--count", count])
    assert result.exit_code == 2
    assert message in result.output
