"""What the benchmark makes a table of, and what it refuses."""

from pathlib import Path
from typing import Any

import benchmark
import pytest
from click.testing import CliRunner
from measured import Sitting

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
def sitting() -> Sitting:
    """Three rounds of four contestants."""

    def make(number: int) -> dict[str, Any]:
        more = {
            "megabytes": 1200.0 + number,
            "gigaflops": 250.0 + number,
            "seconds_to_first_step": 8.0 + number,
        }
        return {name: {"images_per_second": speeds[number], **more} for name, speeds in SPEEDS.items()}

    return Sitting([make(number) for number in range(3)])


def test_table_has_medians_of_ratios(sitting: Sitting) -> None:
    """Of 2.0, 2.0 and 4.0, not 800 over 300; the limit is no contestant."""
    assert benchmark._render(sitting) == (
        "| | images/s | reglab: MP + DO + BN + DA is faster by a factor of | peak memory |\n"
        "| --- | ---: | ---: | ---: |\n"
        "| reglab: MP + DO + BN + DA | 800 [600, 1,000] |  | 1,201 MB |\n"
        "| Keras | 300 [200, 500] | 2.00 [2.00, 4.00] | 1,201 MB |\n"
        "| reglab: MP | 1,000 [900, 1,500] |  | 1,201 MB |\n"
    )


def test_what_is_beside_the_table(sitting: Sitting) -> None:
    """Limit, augmentation, start, and the run on all images."""
    assert benchmark._describe(sitting, WHOLE, {"share": 0.011}) == (
        "- A large matrix product in the precision that reglab has reaches 251 GFLOP/s here. MP reaches "
        "0.75 [0.50, 0.90] of the speed that it would have if its 232 MFLOP an image ran as fast.\n"
        "- Augmentation takes 1.1% of a step, measured step by step with and without it.\n"
        "- 9.0 s from the start of the training process, which `reglab run` starts, to the end of its first "
        "step, with warm caches.\n"
        "- MP + DO + BN + DA on all 50,000 images, one run: 900 images/s, 61 s an epoch; of these, measuring "
        "clean and validation images takes 9.0%, checkpoint and records 0.04%; peak memory 1,517 MB.\n"
    )


@pytest.mark.parametrize(
    ("count", "message"),
    [("2100", "expected a multiple of 200, got 2,100"), ("1000", "1000 is not in the range 2000<=x<=50000")],
)
def test_counts_that_would_not_fill_batches_are_refused(tmp_path: Path, count: str, message: str) -> None:
    """Before anything is trained."""
    result = CliRunner().invoke(benchmark.main, ["--images", str(tmp_path), "--count", count])
    assert result.exit_code == 2
    assert message in result.output
